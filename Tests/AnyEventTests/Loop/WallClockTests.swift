import AnyEvent
import Glibc
import TestSupport
import Testing

/// Nothing that lasts may depend on a clock that somebody can set.
@Suite("A wall clock that is set")
struct WallClockTests {
  /// Forwards, backwards, and far.
  private static let steps = [3600.0, -3600, 1e9, -1e9]

  @Test("it shows in now and time, and in nothing else", arguments: steps)
  func clocks(_ step: Double) {
    let loop = Loop(manualTime: 1e9)
    let before = loop.monotonicNow
    loop.setWallClock(by: step)
    #expect(loop.now == 1e9 + step)
    #expect(loop.time == 1e9 + step)
    #expect(loop.monotonicNow == before)
    loop.close()
  }

  @Test("timers keep their time", arguments: steps)
  func timers(_ step: Double) {
    let loop = Loop(manualTime: 1e9)
    var calls = 0
    let timer = loop.timer(after: 10, interval: 10) { calls += 1 }
    loop.advance(by: 5)
    loop.setWallClock(by: step)
    loop.advance(by: 4.9)
    #expect(calls == 0)
    loop.advance(by: 0.2)
    #expect(calls == 1)
    loop.setWallClock(by: -step)
    loop.advance(by: 10)
    #expect(calls == 2)
    timer.cancel()
    loop.close()
  }

  @Test(
    "the time limits of handles begin anew with what is read and written only", arguments: steps)
  func handles(_ step: Double) throws {
    let loop = Loop(manualTime: 1e9)
    let (near, far) = try socketPair()
    var reads = 0
    var writes = 0
    var either = 0
    let handle = Handle(
      fh: near, on: loop, on_read: { _ in }, timeout: 10, rtimeout: 10, wtimeout: 10,
      on_timeout: { _ in either += 1 }, on_rtimeout: { _ in reads += 1 },
      on_wtimeout: { _ in writes += 1 })
    loop.advance(by: 5)
    loop.setWallClock(by: step)
    loop.advance(by: 4.9)
    #expect([reads, writes, either] == [0, 0, 0])
    // What arrives counts from the present, whatever the wall clock said when the limit began.
    send(far, "x")
    loop.advance(by: 0)
    loop.setWallClock(by: -step)
    loop.advance(by: 0.2)
    #expect([reads, writes, either] == [0, 1, 0])
    loop.advance(by: 9.6)
    #expect([reads, writes, either] == [0, 1, 0])
    loop.advance(by: 0.2)
    #expect([reads, writes, either] == [1, 1, 1])
    handle.destroy()
    close(far)
    loop.close()
  }
}
