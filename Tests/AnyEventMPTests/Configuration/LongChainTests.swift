import AEValue
import AnyEventMP
import Testing

/// With an algorithm that is quadratic these would not end.
@Suite("Profiles with 100,000 ancestors") struct LongChainTests {
  private static let length = 100_000

  /// Profiles of which each is the parent of the one before; the last one has `parent`.
  private func chain(_ parent: String?) -> TextDictionary<Value> {
    var profiles: TextDictionary<Value> = [:]
    for number in 0..<Self.length {
      profiles["p\(number)"] = ["parent": .string("p\(number + 1)")]
    }
    profiles["p\(Self.length)"] =
      parent.map { ["parent": .string($0)] } ?? ["nodeid": "inherited"]
    return ["profile": .hash(profiles)]
  }

  @Test("the oldest one is inherited from")
  func long() throws {
    let configuration = try NodeConfiguration(
      ConfigurationArguments("p0"), contents: chain(nil), file: "/rc", context: testContext)
    #expect(configuration.nodeID == "inherited")
  }

  @Test("a circle of them is a sentence that one can read", arguments: ["p0", "p50000", "p100000"])
  func circle(_ parent: String) throws {
    let error = #expect(throws: ConfigurationError.self) {
      try NodeConfiguration(
        ConfigurationArguments("p0"), contents: chain(parent), file: "/rc", context: testContext)
    }
    let sentence = error?.description ?? ""
    #expect(sentence.contains("are parents in a circle, \"p0\" → \"p1\""))
    #expect(sentence.contains("… → \"p100000\" → \"\(parent)\""))
    #expect(sentence.utf8.count < 400)
  }
}
