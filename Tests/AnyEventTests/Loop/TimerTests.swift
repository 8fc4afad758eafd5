import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("Timers")
struct TimerTests {
  @Test("a timer of zero seconds that re-arms itself does not starve the loop")
  func zeroDelay() {
    withLoop { loop in
      withSocketPair { left, right in
        var rounds = 0
        var timer: TimerWatcher?
        func rearm() {
          timer = loop.timer(after: 0) {
            rounds += 1
            // The byte is sent only once the timer is running in circles.
            if rounds == 10 { _ = Glibc.send(left, "x", 1, CInt(MSG_NOSIGNAL)) }
            rearm()
          }
        }
        rearm()
        let reader = loop.io(right, .read) { loop.stop() }
        loop.run()
        #expect(rounds >= 10)
        #expect(rounds < 20)
        reader.cancel()
        timer?.cancel()
      }
    }
  }

  @Test("a timer of zero seconds that re-arms itself is called once per iteration")
  func oncePerIteration() {
    withLoop { loop in
      var rounds = 0
      var timer: TimerWatcher?
      func rearm() {
        timer = loop.timer(after: 0) {
          rounds += 1
          rearm()
        }
      }
      rearm()
      for _ in 0..<10 { loop.runOnce(waiting: false) }
      #expect(rounds == 10)
      timer?.cancel()
    }
  }

  @Test("no timer is early, whatever the fraction of a millisecond")
  func neverEarly() {
    withLoop { loop in
      var early: [Double] = []
      var running = 0
      var timers: [TimerWatcher] = []
      for step in 0..<40 {
        let delay = Double(step) * 0.000_37
        let start = monotonic()
        running += 1
        timers.append(
          loop.timer(after: delay) {
            if monotonic() - start < delay { early.append(delay) }
            running -= 1
            if running == 0 { loop.stop() }
          })
      }
      loop.run()
      #expect(early.isEmpty)
      #expect(running == 0)
      timers = []
    }
  }

  @Test("a repeating timer repeats until cancelled, and may do that itself")
  func repeating() {
    withLoop { loop in
      var count = 0
      var timer: TimerWatcher?
      timer = loop.timer(after: 0, interval: 0.001) {
        count += 1
        guard count == 5 else { return }
        timer?.cancel()
        loop.postpone { loop.stop() }
      }
      loop.run()
      #expect(count == 5)
      #expect(timer?.isActive == false)
    }
  }

  @Test("on manual time a repeating timer keeps its rhythm")
  func rhythm() {
    let loop = Loop(manualTime: 0)
    var times: [Double] = []
    let timer = loop.timer(after: 1, interval: 0.25) { times.append(loop.now) }
    loop.advance(by: 2)
    #expect(times == [1, 1.25, 1.5, 1.75, 2])
    timer.cancel()
    loop.advance(by: 2)
    #expect(times.count == 5)
    loop.close()
  }

  @Test("on manual time timers started by timers fire in the same advance when they are due")
  func chained() {
    let loop = Loop(manualTime: 0)
    var log: [String] = []
    var inner: TimerWatcher?
    let outer = loop.timer(after: 1) {
      log.append("outer \(loop.now)")
      inner = loop.timer(after: 0.5) { log.append("inner \(loop.now)") }
    }
    let between = loop.timer(after: 1.25) { log.append("between \(loop.now)") }
    loop.advance(to: 3)
    #expect(log == ["outer 1.0", "between 1.25", "inner 1.5"])
    for timer in [outer, between, inner] { timer?.cancel() }
    loop.close()
  }

  @Test("advancing to the past changes nothing")
  func past() {
    let loop = Loop(manualTime: 10)
    loop.advance(to: 5)
    loop.advance(by: -1)
    #expect(loop.now == 10)
    loop.close()
  }

  @Test("a timer without delay that re-arms itself does not hold manual time still for ever")
  func manualZeroDelay() {
    let loop = Loop(manualTime: 0)
    var rounds = 0
    var timer: TimerWatcher?
    func rearm() {
      timer = loop.timer(after: 0) {
        rounds += 1
        rearm()
      }
    }
    rearm()
    loop.advance(by: 1)
    #expect(rounds > 1)
    #expect(loop.now == 1)
    timer?.cancel()
    loop.close()
  }

  @Test("absurd delays are taken as never or at once")
  func absurd() {
    let loop = Loop(manualTime: 0)
    var fired: [String] = []
    let timers = [
      loop.timer(after: .infinity) { fired.append("infinity") },
      loop.timer(after: 1e300) { fired.append("huge") },
      loop.timer(after: .nan) { fired.append("nan") },
      loop.timer(after: -5) { fired.append("negative") },
    ]
    loop.advance(by: 1e6)
    #expect(fired == ["nan", "negative"])
    withExtendedLifetime(timers) {}
    loop.close()
  }

  @Test("a thousand timers fire in the order of their deadlines", arguments: Seeds.some(1))
  func many(seed: UInt64) {
    let loop = Loop(manualTime: 0)
    var generator = SeededGenerator(seed: seed)
    var fired: [Double] = []
    let timers = (0..<1000).map { _ in
      let delay = Double(generator.next() % 1000) / 100
      return loop.timer(after: delay) { fired.append(delay) }
    }
    loop.advance(by: 10)
    #expect(fired.count == 1000)
    #expect(fired == fired.sorted())
    withExtendedLifetime(timers) {}
    loop.close()
  }

  @Test("now stands still during an iteration, time doesn't, and both agree about the epoch")
  func clocks() {
    withLoop { loop in
      let now = loop.now
      while loop.time - now < 0.003 {}
      #expect(loop.now == now)
      loop.nowUpdate()
      #expect(loop.now > now)
      #expect(abs(loop.now - loop.time) < 5)
      #expect(loop.now > 1.6e9)
    }
  }

  private func monotonic() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
  }

  @Test("the clock that nobody sets goes on as the timers do")
  func manualClock() {
    let loop = Loop(manualTime: 5)
    #expect(loop.monotonicNow == 5)
    loop.advance(by: 1.5)
    #expect(loop.monotonicNow == 6.5)
    loop.close()
  }
}
