import Testing

@testable import AnyEventMP

@Suite("Which spawned ports are remembered") struct SpawnedPortsTests {
  @Test("of thousands that were refused the last are remembered, and only to who asked for them")
  func memory() {
    var spawned = SpawnedPorts(limits: NodeLimits())
    for number in 0..<10_000 { spawned.refuse("p\(number)", by: "a") }
    for number in 9872..<10_000 { #expect(spawned.hasRefused("p\(number)", to: "a")) }
    let remembered = (0..<10_000).count { spawned.hasRefused("p\($0)", to: "a") }
    #expect(remembered <= 256)
    #expect(!spawned.hasRefused("p9999", to: "b"))
  }
}
