import AEMPWire
import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

/// Two spellings of a name that Swift takes for equal are two names, and no name takes more time
/// than its length.
@Suite("names are told apart by their bytes") struct SpellingTests {
  /// Two names that Swift takes for equal.
  enum Names: CaseIterable {
    /// One letter, as one character and as two.
    case letters
    /// 80 KB each; equal once their accents are sorted, which takes Swift most of a second.
    case accents

    var both: (String, String) {
      switch self {
      case .letters: ("\u{e9}", "e\u{301}")
      case .accents:
        (
          "e" + String(repeating: "\u{301}\u{316}", count: 20_000),
          "e" + String(repeating: "\u{316}\u{301}", count: 20_000)
        )
      }
    }
  }

  @Test("tags, in a port with many", .timeLimit(.minutes(1)), arguments: Names.allCases)
  func tags(_ names: Names) {
    let (one, other) = names.both
    withNode { _, loop in
      var got: [String] = []
      let port = port()
      rcv(port, "first") { got.append("first") }
      rcv(port, one) { got.append("one") }
      rcv(port, other) { got.append("other") }
      for tag in [one, other, "first", one] { snd(port, tag) }
      loop.settle()
      #expect(got == ["one", "other", "first", "one"])
    }
  }

  @Test("the first tag of a port", .timeLimit(.minutes(1)), arguments: Names.allCases)
  func firstTag(_ names: Names) {
    let (one, other) = names.both
    withNode { _, loop in
      var got: [String] = []
      let port = port()
      rcv(port, one) { got.append("one") }
      rcv(port, other) { got.append("other") }
      snd(port, other)
      snd(port, one)
      loop.settle()
      #expect(got == ["other", "one"])
    }
  }

  @Test("functions", .timeLimit(.minutes(1)), arguments: Names.allCases)
  func functions(_ names: Names) throws {
    let (one, other) = names.both
    var got: [String] = []
    var table = FunctionTable()
    _ = table.set({ _ in got.append("one") }, for: "f::" + one)
    _ = table.set({ _ in got.append("other") }, for: "f::" + other)
    for name in [other, one] { try [].withUnsafeBufferPointer { try table["f::" + name]?($0) } }
    #expect(got == ["other", "one"])
    // By other nodes, whatever becomes of a name that is too long.
    withNode { _, loop in
      sub("f::\u{e9}") { got.append("composed") }
      for name in ["f::" + one, "f::" + other, one + "::x"] { snd_to_func(NODE, name) }
      loop.settle()
      #expect(got == (names == .letters ? ["other", "one", "composed"] : ["other", "one"]))
    }
  }

  @Test("port ids, as keys and in comparisons", .timeLimit(.minutes(1)), arguments: Names.allCases)
  func portIDs(_ names: Names) {
    let (one, other) = names.both
    withNode { _, _ in
      #expect(PortID("n#" + one) != PortID("n#" + other))
      #expect(PortID(one) != PortID(other))
      let ports = [PortID("n#" + one), PortID("n#" + other), PortID(one), PortID(other)]
      #expect(Set(ports).count == 4)
    }
  }

  @Test(
    "families, keys and values of the database", .timeLimit(.minutes(1)), arguments: Names.allCases)
  func database(_ names: Names) {
    let (one, other) = names.both
    var database = MergedDatabase(limits: DatabaseLimits())
    database.add(owner: "a", isOurs: true)
    var changes = DatabaseChanges()
    for (number, family) in [one, other].enumerated() {
      database.update(
        owner: "a", family: family, set: [one: .int(number), other: .string(one)], deleted: [],
        into: &changes)
    }
    #expect(database.contents(of: one) == [one: 0, other: .string(one)])
    #expect(database.value(other, one) == 1)
    #expect(changes.all.count == 2)
    var change = DatabaseChanges()
    database.update(
      owner: "a", family: one, set: [other: .string(other)], deleted: [one], into: &change)
    #expect(change.all[one] == FamilyChange(set: [other: .string(other)], deleted: [one]))
    #expect(database.contents(of: one) == [other: .string(other)])
    #expect(database.count(of: other) == 2)
  }

  @Test("profiles of a configuration file", .timeLimit(.minutes(1)), arguments: Names.allCases)
  func profiles(_ names: Names) throws {
    let (one, other) = names.both
    let table = try ProfileTable(
      ["profile": [one: ["nodeid": "a"], other: ["nodeid": "b"]]], file: "f")
    #expect(try table[one]?["nodeid"] == "a")
    #expect(try table[other]?["nodeid"] == "b")
  }

  @Test(
    "spawned ports that were refused, and function names", .timeLimit(.minutes(1)),
    arguments: Names.allCases
  )
  func requests(_ names: Names) {
    let (one, other) = names.both
    var limiter = SpawnedPorts(limits: NodeLimits())
    limiter.refuse(one, by: "n")
    #expect(limiter.hasRefused(one, to: "n") && !limiter.hasRefused(other, to: "n"))
    #expect(!DatabaseRequest.names.contains(one))
    #expect(FunctionTable.isFunctionName(one + "::x") && !FunctionTable.isFunctionName(other))
  }
}
