import Testing

@testable import AEMPTool

@Suite("Percentiles") struct HistogramTests {
  @Test("they are exact to a hundredth, and between the least and the greatest time")
  func percentiles() {
    let times = Histogram()
    #expect(times.percentile(0.5) == 0)
    for number in (1...10_000).shuffled() { times.add(Double(number) * 1e-6) }
    #expect(times.count == 10_000 && times.least == 1e-6 && times.greatest == 1e-2)
    for share in [0.01, 0.5, 0.9, 0.99, 0.999] {
      let wanted = share * 1e-2
      #expect(abs(times.percentile(share) - wanted) < wanted * 0.011, "\(share)")
    }
    #expect(times.percentile(1) <= 1e-2 && times.percentile(0) >= 1e-6)
  }

  @Test("times that make no sense do no harm")
  func senseless() {
    let times = Histogram()
    for time in [-1, 0, 1e-12, 1e12, .infinity] { times.add(time) }
    #expect(times.count == 5 && times.least == 0 && times.greatest == .infinity)
    #expect(times.percentile(0.5) >= 0)
  }
}
