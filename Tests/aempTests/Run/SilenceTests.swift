import Testing

@testable import aemp

struct SilenceTests {
  /// How many ticks it takes until the silence is too long.
  private func ticks(_ silence: inout Silence) -> Int {
    for count in 0..<100_000 {
      if silence.isTooLong { return count }
      silence.tick()
    }
    return .max
  }

  @Test("silence is too long after the limit, and at most a quarter of it later")
  func limit() {
    var silence = Silence(limit: 100)
    #expect(silence.unit == 25)
    silence.heard()
    // The first tick may come at once: five take 100 to 125 seconds.
    #expect(ticks(&silence) == 5)
  }

  @Test("a sign of life lets it begin anew")
  func heard() {
    var silence = Silence(limit: 60)
    silence.heard()
    for _ in 0..<100 {
      for _ in 0..<4 { silence.tick() }
      #expect(!silence.isTooLong)
      silence.heard()
    }
    #expect(ticks(&silence) == 5)
  }

  @Test("before the first sign of life a worker has a minute at least")
  func start() {
    var silence = Silence(limit: 1)
    #expect(ticks(&silence) == 241)
    var patient = Silence(limit: 600)
    #expect(ticks(&patient) == 5)
  }

  @Test("a worker says something every second, or four times within a short limit")
  func interval() {
    #expect(Silence.interval(forLimit: 60) == 1)
    #expect(Silence.interval(forLimit: 4) == 1)
    #expect(Silence.interval(forLimit: 1) == 0.25)
  }
}
