import AnyEvent
import TestSupport
import Testing

private struct Failure: Error, Equatable {
  let number: Int
}

@Suite("Condition variables")
struct CondVarTests {
  @Test("a value sent before recv is remembered, for every recv")
  func sendFirst() throws {
    try withLoop { loop in
      let cv = CondVar<String>(on: loop)
      #expect(!cv.ready)
      cv.send("early")
      #expect(cv.ready)
      for _ in 0..<2 {
        let value = try cv.recv()
        #expect(value == "early")
      }
    }
  }

  @Test("sending again replaces the value, but not an error")
  func sendAgain() throws {
    try withLoop { loop in
      let cv = CondVar<Int>(on: loop)
      cv.send(1)
      cv(2)
      let value = try cv.recv()
      #expect(value == 2)
      cv.croak("broken")
      cv.send(3)
      #expect(throws: CondVarError("broken")) { try cv.recv() }
    }
  }

  @Test("recv throws what croak was given")
  func croak() {
    withLoop { loop in
      let cv = CondVar<Int>(on: loop)
      let timer = loop.timer(after: 0) { cv.croak(Failure(number: 5)) }
      #expect(throws: Failure(number: 5)) { try cv.recv() }
      #expect(throws: Failure(number: 5)) { try cv.recv() }
      #expect(!timer.isActive)
    }
  }

  @Test("recv inside a callback throws \"recursive blocking wait attempted\", unless it is ready")
  func recursion() throws {
    try withLoop { loop in
      let outer = CondVar<Void>(on: loop)
      let pending = CondVar<Int>(on: loop)
      let done = CondVar<Int>(on: loop)
      done.send(1)
      loop.postpone {
        let error = #expect(throws: CondVarError.self) { try pending.recv() }
        #expect(error?.description == "recursive blocking wait attempted")
        #expect(throws: Never.self) { try done.recv() }
        outer.send()
      }
      try outer.recv()
    }
  }

  @Test("recv in a callback on manual time is recursive as well")
  func manualRecursion() {
    let loop = Loop(manualTime: 0)
    let cv = CondVar<Int>(on: loop)
    let timer = loop.timer(after: 1) {
      #expect(throws: CondVarError.recursiveWait) { try cv.recv() }
    }
    loop.advance(by: 1)
    #expect(!timer.isActive)
    loop.close()
  }

  @Test("cb is called once, within send, or at once if it is ready already")
  func callbacks() throws {
    withLoop { loop in
      var log: [String] = []
      let cv = CondVar<Int>(on: loop) { _ in log.append("replaced") }
      cv.cb { cv in log.append("value \((try? cv.recv()) ?? -1)") }
      cv.send(4)
      log.append("sent")
      cv.send(5)
      cv.cb { _ in log.append("at once") }
      #expect(log == ["value 4", "sent", "at once"])
    }
  }

  @Test("end sends when it has been called as often as begin")
  func counting() throws {
    try withLoop { loop in
      let cv = CondVar<Void>(on: loop)
      cv.begin()
      let timers = (0..<3).map { number in
        cv.begin()
        return loop.timer(after: Double(number) / 1000) { cv.end() }
      }
      cv.end()
      #expect(!cv.ready)
      try cv.recv()
      #expect(timers.allSatisfy { !$0.isActive })
    }
  }

  @Test("end without begin stops with a sentence and the caller's place")
  func endTooOften() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      CondVar<Void>(on: Loop()).end()
    }
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(output.contains("CondVarTests.swift:"))
    #expect(output.contains("end() was called more often than begin()"))
  }

  @Test("the group callback of the last begin that had one is called at the end")
  func groups() throws {
    try withLoop { loop in
      let cv = CondVar<[Int]>(on: loop)
      var results: [Int] = []
      cv.begin { _ in Issue.record("replaced") }
      cv.begin { cv in cv.send(results) }
      cv.begin()
      results.append(1)
      cv.end()
      results.append(2)
      cv.end()
      #expect(!cv.ready)
      cv.end()
      let value = try cv.recv()
      #expect(value == [1, 2])
    }
  }

  @Test("recv throws when the loop is stopped or closed meanwhile, and on a closed loop")
  func endOfLoop() {
    let loop = Loop()
    let cv = CondVar<Int>(on: loop)
    loop.postpone { loop.stop() }
    #expect(throws: CondVarError.stopped) { try cv.recv() }
    var isClosed = false
    loop.postpone { loop.close { isClosed = true } }
    #expect(throws: CondVarError.closedLoop) { try cv.recv() }
    #expect(isClosed)
    #expect(throws: CondVarError.closedLoop) { try cv.recv() }
  }

  @Test("recv waits for other threads even if nothing on the loop could send")
  func otherThreads() throws {
    try withLoop { loop in
      let cv = CondVar<Int>(on: loop)
      onThread { loop.post { loop.post { cv.send(9) } } }
      let value = try cv.recv()
      #expect(value == 9)
    }
  }

  @Test("several tasks can await one value; those who come later get it at once")
  func awaiting() async {
    await onOtherThread {
      let loop = Loop()
      let waiter = Waiter(LoopExecutor(loop), loop)
      let safety = loop.timer(after: 30) { Issue.record("nobody was told") }
      // Before the tests that wait for a thread.
      Task(priority: .high) {
        async let first = waiter.wait()
        async let second = waiter.wait()
        await waiter.sendWhenWaiting(2)
        let values = await [first, second, waiter.wait()]
        loop.post {
          #expect(values == [7, 7, 7])
          loop.close()
        }
      }
      loop.run()
      withExtendedLifetime(safety) {}
    }
  }

  @Test("awaiting a value of a closed loop throws")
  func awaitingOnAClosedLoop() async {
    let loop = Loop()
    let cv = CondVar<Int>(on: loop)
    loop.close()
    await #expect(throws: CondVarError.closedLoop) { try await cv.value }
  }

  @Test("a task on any thread can await a value, or an error, or the end of the loop")
  func awaitingElsewhere() async throws {
    try await withResidence { residence in
      let loop = residence.loop
      let value = CondVar<Int>(on: loop)
      let failing = CondVar<Int>(on: loop)
      let never = CondVar<Int>(on: loop)
      // Before the tests that wait for a thread.
      let tasks = [value, failing, never].map { cv in
        Task(priority: .high) { try await cv.value }
      }
      loop.post {
        value.send(5)
        failing.croak("no luck")
      }
      #expect(await (try? tasks[0].value) == 5)
      await #expect(throws: CondVarError("no luck")) { try await tasks[1].value }
      #expect(await (try? value.value) == 5)
      loop.post { loop.close() }
      await #expect(throws: CondVarError.closedLoop) { try await tasks[2].value }
      await #expect(throws: CondVarError.closedLoop) { try await never.value }
    }
  }

  @Test("await throws what croak was given")
  func awaitingAnError() async {
    await onOtherThread {
      let loop = Loop()
      let waiter = Waiter(LoopExecutor(loop), loop)
      let safety = loop.timer(after: 30) { Issue.record("nobody was told") }
      // Before the tests that wait for a thread.
      Task(priority: .high) {
        async let failure = waiter.waitForError()
        await waiter.croakWhenWaiting()
        let description = await failure
        loop.post {
          #expect(description == "no luck")
          loop.close()
        }
      }
      loop.run()
      withExtendedLifetime(safety) {}
    }
  }
}

/// Tasks on the loop's thread that wait for a condition variable.
private actor Waiter {
  private let executor: LoopExecutor
  private let cv: CondVar<Int>
  private var waiting = 0
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(_ executor: LoopExecutor, _ loop: Loop) {
    self.executor = executor
    cv = CondVar<Int>(on: loop)
  }

  func wait() async -> Int {
    waiting += 1
    return (try? await cv.value) ?? -1
  }

  func waitForError() async -> String {
    waiting += 1
    do {
      return "value \(try await cv.value)"
    } catch {
      return "\(error)"
    }
  }

  func sendWhenWaiting(_ count: Int) async {
    while waiting < count { await Task.yield() }
    cv.send(7)
  }

  func croakWhenWaiting() async {
    while waiting < 1 { await Task.yield() }
    cv.croak("no luck")
  }
}
