import AEValue
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("requests of the global protocol are checked in one place")
struct DatabaseRequestTests {
  private func parse(_ message: [Value]) -> DatabaseRequest? {
    try? DatabaseRequest.parse(message)
  }

  @Test("what recorded nodes send is understood")
  func recorded() {
    #expect(parse(["g_slave"]) == .slave(nil))
    #expect(parse(["g_global"]) == .global)
    #expect(
      parse(["g_slave", ["'l": ["beta": ["127.0.0.1:33529"]]]])
        == .slave(["'l": ["beta": ["127.0.0.1:33529"]]]))
    #expect(parse(["g_mon1", "eg_receivers"]) == .monitor(family: "eg_receivers"))
    #expect(parse(["g_mon0", "eg_receivers"]) == .unmonitor(family: "eg_receivers"))
    #expect(parse(["g_find", "alpha"]) == .find(node: "alpha"))
    #expect(
      parse(["g_found", "alpha", ["127.0.0.1:14140"]])
        == .found(node: "alpha", binds: ["127.0.0.1:14140"]))
    #expect(
      parse(["g_chg1", "f", ["alpha#i": ["since": 1]]])
        == .changed1(family: "f", ["alpha#i": ["since": 1]]))
    #expect(
      parse(["g_upd", "eg_beta", ["k2": [1, 2]]])
        == .update(family: "eg_beta", FamilyChange(set: ["k2": [1, 2]])))
    #expect(
      parse(["g_upd", "eg_beta", .null, ["k1"]])
        == .update(family: "eg_beta", FamilyChange(deleted: ["k1"])))
    #expect(parse(["g_db_keys", "'l", "b"]) == .query(.keys, family: "'l", id: "b"))
    #expect(parse(["g_reply", "b", ["alpha"]]) == .reply(id: "b", ["alpha"]))
  }

  @Test("null and nothing stand for empty; numbers and bytes for strings")
  func perlish() {
    #expect(parse(["g_chg1", "f", .null]) == .changed1(family: "f", [:]))
    #expect(parse(["g_found", "x", .null]) == .found(node: "x", binds: nil))
    #expect(
      parse(["g_upd", 5, .null, [1, .bytes([0x6b])]])
        == .update(family: "5", FamilyChange(deleted: ["1", "k"])))
  }

  @Test(
    "what is missing or wrong is refused with a sentence",
    arguments: [
      [], [.null], [[]], ["g_none"], ["g_set"], ["g_set", 1], ["g_set", ["f": 1]],
      ["g_set", .null], ["g_slave", "x"], ["g_slave", []], ["g_slave", ["f": []]], ["g_upd"],
      ["g_upd", "f"], ["g_upd", .null, [:]], ["g_upd", [], [:]], ["g_upd", ["f": 1], [:]],
      ["g_upd", "f", 7], ["g_upd", "f", "k"], ["g_upd", "f", ["k"]], ["g_upd", "f", .null, "k"],
      ["g_upd", "f", .null, ["k": 1]], ["g_upd", "f", ["k": 1], [[]]],
      ["g_upd", "f", ["k": 1], ["a", .null]], ["g_find"], ["g_find", .null],
      ["g_mon1"], ["g_mon1", [:]], ["g_mon0"], ["g_db_keys", "f"], ["g_db_family"],
      ["g_db_values", [], "b"], ["g_reply"], ["g_reply", []], ["g_found"], ["g_chg1", "f", []],
      ["g_chg2", "f"], ["g_chg2", "f", .null, [:]],
    ] as [[Value]])
  func refused(message: [Value]) {
    #expect(throws: DatabaseRequestError.self) { try DatabaseRequest.parse(message) }
  }

  @Test("what comes behind the arguments is ignored, for every request")
  func surplus() throws {
    let complete: [[Value]] = [
      ["g_slave", ["f": ["k": 1]]], ["g_global"], ["g_set", ["f": ["k": 1]]],
      ["g_upd", "f", ["k": 1], ["d"]], ["g_find", "n"], ["g_found", "n", ["h:1"]],
      ["g_db_family", "f", "b"], ["g_db_keys", "f", "b"], ["g_db_values", "f", "b"],
      ["g_reply", "b", [1]], ["g_mon1", "f"], ["g_mon0", "f"], ["g_chg1", "f", ["k": 1]],
      ["g_chg2", "f", ["k": 1], ["d"]],
    ]
    #expect(TextSet(complete.compactMap { $0[0].string }) == DatabaseRequest.names)
    let extras: [[Value]] = [[1], [.null], [["x": [.double(.nan)]], "more", []]]
    for message in complete {
      let request = try DatabaseRequest.parse(message)
      for extra in extras { #expect(try DatabaseRequest.parse(message + extra) == request) }
    }
  }

  @Test(
    "random requests from anyone never trap, and answers never get out of hand",
    arguments: Seeds.some(1))
  func random(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var node = SimulatedDatabaseNode(id: "me", isSeed: true, limits: DatabaseLimits())
    node.nodeUp("x", isSeed: true)
    node.nodeUp("y", isSeed: false)
    node.becomeGlobal()
    node.monitor("f")
    for _ in 0..<10_000 {
      var message: [Value] = [.string(generator.pick(DatabaseRequest.names.sorted()))]
      for _ in 0..<generator.number(below: 5) { message.append(randomValue(&generator, depth: 0)) }
      let sender = generator.pick(["x", "y", "me", "stranger"])
      if (try? DatabaseRequest.parse(message)) != nil { node.receive(message, from: sender) }
      if generator.number(below: 50) == 0 { node.nodeDown(generator.pick(["x", "y", "z"])) }
      if generator.number(below: 50) == 0 { node.nodeUp(generator.pick(["x", "y"]), isSeed: true) }
      node.outbox = []
    }
    #expect(node.inconsistencies.isEmpty)
  }

  private func randomValue(_ generator: inout SeededGenerator, depth: Int) -> Value {
    switch generator.number(below: depth > 3 ? 6 : 10) {
    case 0: return .null
    case 1: return .int(Int(truncatingIfNeeded: generator.next()))
    case 2, 3: return .string(generator.pick(["f", "'l", "'g", "me", "x", "", "a#b", "\u{0}"]))
    case 4: return .double(generator.pick([.infinity, .nan, 1.5, 1e300]))
    case 5: return .bytes([255, 0])
    case 6: return .array((0..<3).map { _ in randomValue(&generator, depth: depth + 1) })
    default:
      var hash: TextDictionary<Value> = [:]
      for _ in 0..<3 {
        hash[generator.pick(["f", "'l", "'g", "me", "x", "k"])] =
          randomValue(&generator, depth: depth + 1)
      }
      return .hash(hash)
    }
  }
}
