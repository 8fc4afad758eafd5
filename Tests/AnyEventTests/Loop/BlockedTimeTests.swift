import AnyEvent
import TestSupport
import Testing

@Suite("The time that callbacks take") struct BlockedTimeTests {
  @Test("a callback that keeps the loop from its events is counted, with the longest one")
  func blocked() throws {
    let loop = Loop()
    #expect(loop.blockedTime == nil)
    loop.measureBlockedTime()
    loop.measureBlockedTime()
    let busy = loop.timer(after: 0.001) {
      let begin = ContinuousClock.now
      while ContinuousClock.now - begin < .milliseconds(60) {}
    }
    let end = loop.timer(after: 0.1) { loop.stop() }
    loop.run()
    withExtendedLifetime((busy, end)) {}
    let measured = try #require(loop.blockedTime)
    // The clock is exact to some milliseconds.
    #expect(measured.longest >= 0.05 && measured.sum >= measured.longest)
  }

  @Test("a loop whose time is set is not measured")
  func manual() {
    let loop = Loop(manualTime: 0)
    loop.measureBlockedTime()
    #expect(loop.blockedTime == nil)
  }
}
