import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("The loop")
struct LoopTests {
  @Test("a timer fires once, not before its time")
  func timer() {
    withLoop { loop in
      let start = loop.time
      var fired = 0
      let watcher = loop.timer(after: 0.02) {
        fired += 1
        loop.stop()
      }
      loop.run()
      #expect(fired == 1)
      #expect(loop.time - start >= 0.02)
      #expect(!watcher.isActive)
    }
  }

  @Test(
    "one iteration does not wait for another event when it has called something",
    arguments: ["timer", "postponed", "posted", "idle"])
  func oneIteration(_ kind: String) {
    // What it would wait for is the timer that ends the test.
    withLoop { loop in
      for _ in 0..<20 {
        let calls = CallCount()
        var watcher: Any?
        switch kind {
        case "timer":
          watcher = loop.timer(after: 0.001) { calls.count += 1 }
          // So that it is due when the iteration begins.
          let due = loop.time + 0.003
          while loop.time < due {}
        case "postponed": loop.postpone { calls.count += 1 }
        case "posted": loop.post { calls.count += 1 }
        default: watcher = loop.idle { calls.count += 1 }
        }
        loop.runOnce()
        #expect(calls.count == 1)
        withExtendedLifetime(watcher) {}
      }
    }
  }

  private final class CallCount: @unchecked Sendable {
    var count = 0
  }

  @Test("bytes travel from one descriptor to another")
  func descriptors() {
    withLoop { loop in
      withSocketPair { left, right in
        var received: UInt8 = 0
        let reader = loop.io(right, .read) {
          _ = Glibc.recv(right, &received, 1, 0)
          loop.stop()
        }
        var writer: IOWatcher?
        writer = loop.io(left, .write) {
          var byte: UInt8 = 42
          _ = Glibc.send(left, &byte, 1, CInt(MSG_NOSIGNAL))
          writer = nil
        }
        loop.run()
        #expect(received == 42)
        #expect(writer == nil)
        reader.cancel()
      }
    }
  }

  @Test("postponed callbacks run in order, before the loop sleeps")
  func postpone() {
    withLoop { loop in
      var order: [Int] = []
      loop.postpone {
        order.append(1)
        loop.postpone {
          order.append(3)
          loop.stop()
        }
      }
      loop.postpone { order.append(2) }
      #expect(order.isEmpty)
      loop.run()
      #expect(order == [1, 2, 3])
    }
  }

  @Test("run returns when nothing is left to wait for")
  func emptyLoop() {
    let loop = Loop()
    loop.run()
    var fired = false
    let watcher = loop.timer(after: 0) { fired = true }
    loop.run()
    #expect(fired)
    #expect(!watcher.isActive)
    loop.close()
  }

  @Test("recv runs the loop until send")
  func waitForValue() throws {
    try withLoop { loop in
      let cv = CondVar<Int>(on: loop)
      let watcher = loop.timer(after: 0.001) { cv.send(7) }
      let value = try cv.recv()
      #expect(value == 7)
      watcher.cancel()
    }
  }

  @Test("a job posted by another thread runs on the loop's thread")
  func post() throws {
    try withLoop { loop in
      let cv = CondVar<Bool>(on: loop)
      let me = pthread_self()
      onThread { loop.post { cv.send(pthread_self() == me) } }
      let wasOnLoop = try cv.recv()
      #expect(wasOnLoop)
    }
  }

  @Test("manual time moves only by advance, timers see their deadline as now")
  func manualTime() {
    let loop = Loop(manualTime: 100)
    var seen: [Double] = []
    let late = loop.timer(after: 2) { seen.append(loop.now) }
    let early = loop.timer(after: 0.5, interval: 0.5) { seen.append(loop.now) }
    #expect(loop.now == 100)
    loop.advance(by: 1.25)
    #expect(seen == [100.5, 101])
    #expect(loop.now == 101.25)
    loop.advance(to: 102)
    // Equal deadlines fire in the order in which they were started: the repeated one was re-started
    // later.
    #expect(seen == [100.5, 101, 101.5, 102, 102])
    early.cancel()
    late.cancel()
    loop.close()
  }
}
