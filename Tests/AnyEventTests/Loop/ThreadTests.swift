import AnyEvent
import Glibc
import TestSupport
import Testing

/// What misuse prints: each case runs in a process of its own.
@Suite("The thread rule")
struct ThreadTests {
  private func expectOutput(_ result: ExitTest.Result?, _ sentence: String) {
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(output.contains(sentence))
  }

  @Test("making a watcher on another thread stops with a sentence")
  func watchers() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let loop = Loop()
      loop.runOnce(waiting: false)
      onThread { _ = loop.timer(after: 1) {} }
    }
    expectOutput(result, "use loop.post { } from other threads")
  }

  @Test("cancelling on another thread stops with a sentence")
  func cancelling() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let loop = Loop()
      loop.runOnce(waiting: false)
      let timer = loop.timer(after: 1) {}
      onThread { timer.cancel() }
    }
    expectOutput(result, "use loop.post { } from other threads")
  }

  @Test("running a loop on a second thread stops with a sentence")
  func running() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let loop = Loop()
      loop.runOnce(waiting: false)
      onThread { loop.run() }
    }
    expectOutput(result, "use loop.post { } from other threads")
  }

  @Test("running a loop in its own callback stops with a sentence")
  func nested() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let loop = Loop()
      loop.postpone { loop.run() }
      loop.run()
    }
    expectOutput(result, "the loop is running already")
  }

  @Test("running the default loop off the main thread names top-level await")
  func defaultLoop() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      onThread { Loop.default.run() }
    }
    expectOutput(result, "a top-level await or an async main moves the program off that thread")
  }

  @Test("without a running loop other threads have no current one")
  func noCurrent() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      onThread { AE.postpone {} }
    }
    expectOutput(result, "no event loop is running on this thread")
  }

  @Test("a loop belongs to the thread that first runs it")
  func owner() {
    let loop = Loop()
    var fired = false
    let timer = loop.timer(after: 0) { fired = true }
    #expect(loop.isOnLoop)
    onThread {
      loop.run()
      #expect(loop.isOnLoop)
    }
    #expect(fired)
    #expect(!loop.isOnLoop)
    withExtendedLifetime(timer) {}
  }

  @Test("inside a callback, and inside perform, the loop is the current one")
  func current() {
    withLoop { outer in
      withLoop { inner in
        var seen: [Bool] = []
        outer.postpone {
          seen.append(Loop.current === outer)
          inner.perform { seen.append(Loop.current === inner) }
          inner.postpone { seen.append(Loop.current === inner) }
          inner.runOnce(waiting: false)
          seen.append(Loop.current === outer)
        }
        outer.runOnce(waiting: false)
        #expect(seen == [true, true, true, true])
      }
    }
  }
}

@Suite("Posting")
struct PostingTests {
  @Test("jobs from many threads all arrive, those of one thread in order")
  func many() throws {
    try withLoop { loop in
      let cv = CondVar<Void>(on: loop)
      nonisolated(unsafe) var last = [Int](repeating: -1, count: 4)
      for _ in 0..<4 { cv.begin() }
      onThread {
        for thread in 0..<4 {
          onThread {
            for number in 0..<1000 {
              loop.post {
                if last[thread] == number - 1 { last[thread] = number }
                if number == 999 { cv.end() }
              }
            }
          }
        }
      }
      try cv.recv()
      #expect(last == [999, 999, 999, 999])
    }
  }

  @Test("jobs posted before run are done by it, also on an empty loop")
  func beforeRun() {
    let loop = Loop()
    nonisolated(unsafe) var log: [Int] = []
    loop.post {
      log.append(1)
      loop.post { log.append(2) }
    }
    loop.run()
    #expect(log == [1, 2])
    loop.close()
  }

  @Test("a closed loop takes no jobs")
  func closed() {
    let loop = Loop()
    loop.close()
    let isAccepted = loop.post { Issue.record("called") }
    #expect(!isAccepted)
  }

  @Test("jobs of a loop that is closed by one of them are dropped")
  func closedByAJob() {
    let loop = Loop()
    loop.post { loop.close() }
    loop.post { Issue.record("called") }
    loop.run()
    #expect(!loop.isOpen)
  }

  @Test("what the dropped jobs of a closed loop hold may post as it goes")
  func dropped() {
    final class Poster {
      let loop: Loop
      init(_ loop: Loop) { self.loop = loop }
      deinit { loop.post {} }
    }
    struct Carrier: @unchecked Sendable { let poster: Poster }
    let loop = Loop()
    do {
      let carrier = Carrier(poster: Poster(loop))
      loop.post { withExtendedLifetime(carrier) {} }
    }
    loop.close()
    #expect(!loop.isOpen)
  }
}
