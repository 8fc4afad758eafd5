import AnyEvent
import Foundation
import Testing

@testable import AEMPTool

struct RestartPolicyTests {
  /// A policy whose worker was started at 0 and is ready.
  private func policy(isReady: Bool = true) -> RestartPolicy {
    var policy = RestartPolicy()
    policy.started(at: 0)
    if isReady { policy.becameReady() }
    return policy
  }

  @Test("crashes delay the restart twice as long each time, up to half a minute")
  func backOff() {
    var policy = policy()
    var now = 0.0
    var delays: [Double] = []
    for _ in 0..<12 {
      policy.started(at: now)
      now += 59
      guard
        case .restart(let delay) = policy.ended(
          .killed(signal: SIGSEGV), couldNotBegin: false, at: now)
      else { break }
      delays.append(delay)
    }
    #expect(delays == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30, 30])
  }

  @Test("a worker that has lived for a minute crashes as if for the first time")
  func goodRun() {
    var policy = policy()
    for delay in [0.1, 0.2, 0.4] {
      policy.started(at: 100)
      #expect(policy.ended(.exited(1), couldNotBegin: false, at: 101) == .restart(after: delay))
    }
    policy.started(at: 102)
    #expect(policy.ended(.exited(1), couldNotBegin: false, at: 162) == .restart(after: 0.1))
  }

  @Test(
    "whatever was not a wanted end is a crash",
    arguments: [
      ProcessEnding.exited(1), .exited(2), .exited(127), .exited(255), .killed(signal: SIGKILL),
      .killed(signal: SIGSEGV), .killed(signal: SIGILL), .killed(signal: SIGHUP),
      .killed(signal: SIGABRT), .killed(signal: SIGPIPE),
    ])
  func crash(_ ending: ProcessEnding) {
    var ready = policy()
    #expect(ready.ended(ending, couldNotBegin: false, at: 1) == .restart(after: 0.1))
    var early = policy(isReady: false)
    #expect(early.ended(ending, couldNotBegin: false, at: 1) == .restart(after: 0.1))
  }

  @Test(
    "a worker that was told to end ends the supervisor",
    arguments: [ProcessEnding.exited(0), .killed(signal: SIGTERM), .killed(signal: SIGINT)])
  func told(_ ending: ProcessEnding) {
    var policy = policy()
    #expect(policy.ended(ending, couldNotBegin: false, at: 1) == .end(.success))
  }

  @Test("a worker that asks for it is started at once, and the next crash is a first one")
  func restartCode() {
    var policy = policy()
    _ = policy.ended(.exited(1), couldNotBegin: false, at: 1)
    #expect(
      policy.ended(.exited(RestartPolicy.restartCode), couldNotBegin: false, at: 2)
        == .restart(after: 0))
    #expect(policy.ended(.exited(1), couldNotBegin: false, at: 3) == .restart(after: 0.1))
  }

  @Test("who is to end is started no more, however it ends")
  func endWanted() {
    for ending in [
      ProcessEnding.exited(0), .killed(signal: SIGKILL), .exited(RestartPolicy.restartCode),
    ] {
      var policy = policy()
      policy.endWanted()
      #expect(policy.isEnding)
      #expect(policy.ended(ending, couldNotBegin: true, at: 1) == .end(.success))
    }
  }

  @Test("what cannot begin is not tried again, unless it was a node before")
  func couldNotBegin() {
    var first = policy(isReady: false)
    #expect(first.ended(.exited(1), couldNotBegin: true, at: 1) == .end(.failure))
    var later = policy()
    #expect(later.ended(.exited(1), couldNotBegin: true, at: 1) == .restart(after: 0.1))
    #expect(later.ended(.exited(1), couldNotBegin: true, at: 2) == .restart(after: 0.2))
  }

  @Test("a status of waitpid is an exit code or a signal")
  func status() {
    #expect(ProcessEnding(status: 0) == .exited(0))
    #expect(ProcessEnding(status: 3 << 8) == .exited(3))
    #expect(ProcessEnding(status: 255 << 8) == .exited(255))
    #expect(ProcessEnding(status: 9) == .killed(signal: 9))
    // With a core file.
    #expect(ProcessEnding(status: 0x8b) == .killed(signal: 11))
    #expect(ProcessEnding.exited(3).description == "ended with exit code 3")
    #expect(ProcessEnding.killed(signal: 9).description == "was killed by signal 9 (Killed)")
  }
}
