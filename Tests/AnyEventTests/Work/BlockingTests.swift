import AnyEvent
import Dispatch
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite("Work on libuv's pool")
struct BlockingTests {
  /// Holds threads of the pool until it is opened.
  private final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let counter = Mutex(0)
    var begun: Int { counter.withLock { $0 } }
    private let loop: Loop
    init(_ loop: Loop) { self.loop = loop }
    func pass() {
      counter.withLock { $0 += 1 }
      // Whoever waits for that is woken.
      loop.post {}
      semaphore.wait()
      semaphore.signal()
    }
    func open() { semaphore.signal() }
  }

  @Test("the result comes to the loop, later, from another thread")
  func result() throws {
    try withLoop { loop in
      try loop.perform { () throws in
        let here = pthread_self()
        let done = AE.cv(Bool.self)
        fork_call {
          pthread_self()
        } cb: { result in
          #expect(pthread_self() == here)
          done.send(result.get() != here)
        }
        #expect(!done.ready)
        #expect(try done.recv())
      }
    }
  }

  @Test("what the work throws is the failure, with its type")
  func failure() throws {
    try withLoop { loop in
      try loop.perform { () throws in
        let done = AE.cv(SystemError.self)
        fork_call { () throws(SystemError) -> Int in
          throw SystemError(ENOENT, "cannot work")
        } cb: { result in
          guard case .failure(let error) = result else { return }
          done.send(error)
        }
        let error = try done.recv()
        #expect(error.code == ENOENT)
        #expect(error.description == "cannot work: No such file or directory")
      }
    }
  }

  @Test("no more than the limit are under way, and the others follow in their order")
  func limit() throws {
    try withLoop { loop in
      try loop.perform { () throws in
        #expect(AE.MAX_FORKS >= 1)
        AE.MAX_FORKS = 1
        let begun = Mutexed<[Int]>([])
        let done = AE.cv()
        for number in 0..<5 {
          done.begin()
          fork_call {
            begun.change { $0.append(number) }
          } cb: { _ in
            done.end()
          }
        }
        try done.recv()
        #expect(begun.value == [0, 1, 2, 3, 4])
        AE.MAX_FORKS = 0
        #expect(AE.MAX_FORKS == 1)
      }
    }
  }

  @Test(
    "work that waits is not done after it was cancelled, and that which was begun is not told of")
  func cancelled() {
    withLoop { loop in
      loop.blockingLimit = 1
      let gate = Gate(loop)
      let isDone = Mutexed(false)
      var first: Guard? = loop.blocking {
        gate.pass()
      } completion: { _ in
        Issue.record("it was cancelled")
      }
      var second: Guard? = loop.blocking {
        isDone.change { $0 = true }
      } completion: { _ in
        Issue.record("it was cancelled")
      }
      loop.run(until: { gate.begun == 1 })
      second = nil
      first = nil
      #expect(first == nil && second == nil)
      gate.open()
      var third = false
      let last = loop.blocking {
      } completion: { _ in
        third = true
      }
      loop.run(until: { third })
      #expect(!isDone.value)
      withExtendedLifetime(last) {}
    }
  }

  @Test("a callback may cancel other work and start more")
  func reentrant() {
    withLoop { loop in
      loop.blockingLimit = 1
      var count = 0
      var other: Guard?
      let first = loop.blocking {
      } completion: { _ in
        count += 1
        other = nil
        loop.perform {
          fork_call {
          } cb: { _ in
            count += 1
          }
        }
      }
      other = loop.blocking {
      } completion: { _ in
        Issue.record("it was cancelled")
      }
      loop.run(until: { count == 2 })
      withExtendedLifetime((first, other)) {}
    }
  }

  @Test("to close a loop waits for what was begun, and calls nothing")
  func closing() {
    let loop = Loop()
    let gate = Gate(loop)
    let isDone = Mutexed(false)
    loop.perform {
      fork_call {
        gate.pass()
        isDone.change { $0 = true }
      } cb: { _ in
        Issue.record("the loop is closed")
      }
    }
    loop.run(until: { gate.begun == 1 })
    gate.open()
    loop.close()
    #expect(isDone.value)
    #expect(loop.openHandles == 0)
    loop.perform {
      fork_call {
      } cb: { _ in
        Issue.record("the loop is closed")
      }
    }
  }

  @Test("on a host's loop the result comes from its uv_run, and nothing is left")
  func foreign() {
    let host = HostLoop()
    let loop = Loop(attachingTo: host.uv)
    var results: [Int] = []
    loop.perform {
      fork_call {
        7
      } cb: {
        results.append($0.get())
      }
    }
    host.run(until: { results == [7] })
    let gate = Gate(loop)
    loop.perform {
      fork_call {
        gate.pass()
      } cb: { _ in
        Issue.record("the loop is closed")
      }
    }
    host.run(until: { gate.begun == 1 })
    var isClosed = false
    loop.close { isClosed = true }
    host.runTurns()
    #expect(!isClosed)
    gate.open()
    host.run(until: { isClosed })
    host.close()
  }
}

/// A value that two threads share.
final class Mutexed<Value: Sendable>: Sendable {
  private let mutex: Mutex<Value>
  init(_ value: Value) { mutex = Mutex(value) }
  var value: Value { mutex.withLock { $0 } }
  func change(_ body: @Sendable (inout Value) -> Void) { mutex.withLock { body(&$0) } }
}
