import AEValue
import Testing

@testable import AnyEventMP

@Suite("database requests that make no sense") struct BadRequestTests {
  typealias Action = GlobalService.Action

  private let families = ["f", "g", "'l", "'g", ""]

  /// A global node with another one, a slave that monitors, and a node that has said nothing.
  private func service(_ limits: DatabaseLimits = DatabaseLimits()) throws -> GlobalService {
    var service = GlobalService(node: "me", limits: limits)
    _ = service.becomeGlobal(database: ["'l": ["me": ["h:1"]], "f": ["mine": 1]])
    for peer in ["x", "s", "silent"] { _ = service.nodeUp(peer) }
    _ = try handle(&service, "x", ["g_global"])
    _ = try handle(&service, "x", ["g_set", ["'l": ["x": ["h:2"]], "f": ["theirs": 2]]])
    _ = try handle(&service, "s", ["g_slave", ["'l": ["s": ["h:3"]], "f": ["slave's": 3]]])
    _ = try handle(&service, "s", ["g_mon1", "f"])
    return service
  }

  @discardableResult
  private func handle(
    _ service: inout GlobalService, _ sender: String, _ message: [Value]
  ) throws -> [Action] {
    service.handle(try DatabaseRequest.parse(message), from: sender)
  }

  private func sent(_ actions: [Action]) -> [[Value]] {
    actions.compactMap {
      if case .send(let to, let message) = $0 { [.string(to)] + message } else { nil }
    }
  }

  private func ignored(_ actions: [Action]) -> Int {
    actions.count { if case .ignored = $0 { true } else { false } }
  }

  private static let everything: [[Value]] = [
    ["g_slave", ["f": ["k": 9], "'g": ["bad": .null]]], ["g_global"], ["g_set", ["f": ["k": 9]]],
    ["g_upd", "f", ["k": 9], ["mine", "theirs", "slave's"]],
    ["g_upd", "'l", ["me": ["evil:1"]], ["s"]], ["g_upd", "'g", .null, ["me", "x"]],
    ["g_find", "x"], ["g_db_family", "f", 1], ["g_db_keys", "f", 1], ["g_db_values", "f", 1],
    ["g_mon1", "f"], ["g_mon0", "f"],
  ]

  @Test("of a stranger: one sentence, no answer, nothing changes", arguments: everything)
  func stranger(message: [Value]) throws {
    var service = try service()
    let before = ServiceSnapshot(service, families: families)
    let actions = try handle(&service, "stranger", message)
    #expect(ignored(actions) == 1 && sent(actions).isEmpty, "\(actions)")
    #expect(ServiceSnapshot(service, families: families) == before)
    #expect(service.connected["stranger"] == nil && !service.database.knows(owner: "stranger"))
  }

  @Test("to a node that is not global: one sentence, no answer, nothing is kept for later")
  func notGlobal() throws {
    for message in Self.everything where message[0] != "g_global" {
      var service = GlobalService(node: "me")
      _ = service.nodeUp("s")
      // g_slave makes a node global before it is handled here.
      let actions = try handle(&service, "s", message)
      #expect(ignored(actions) == 1 && sent(actions).isEmpty, "\(message): \(actions)")
      #expect(service.monitors.isEmpty && service.database.isEmpty && service.kept.isEmpty)
      #expect(service.connected["s"]?.monitored == [])
    }
  }

  @Test("a change before g_slave, and a g_set before g_global, are lost and forgotten")
  func tooEarly() throws {
    var service = try service()
    let before = ServiceSnapshot(service, families: families)
    for message in Self.everything where ["g_upd", "g_set"].contains(message[0].string) {
      let actions = try handle(&service, "silent", message)
      #expect(ignored(actions) == 1 && sent(actions).isEmpty, "\(message): \(actions)")
    }
    #expect(ServiceSnapshot(service, families: families) == before)
    // From then on it is served like any other.
    let actions = try handle(&service, "silent", ["g_slave", ["f": ["late": 4]]])
    #expect(
      sent(actions) == [
        ["s", "g_chg2", "f", ["late": 4]], ["x", "g_upd", "f", ["late": 4]],
      ])
    #expect(
      service.database.contents(of: "f") == ["mine": 1, "theirs": 2, "slave's": 3, "late": 4])
  }

  @Test("a slave deletes only what is its own, and a global node only what it brought")
  func othersKeys() throws {
    var service = try service()
    let before = ServiceSnapshot(service, families: families)
    try #expect(
      handle(&service, "s", ["g_upd", "f", .null, ["mine", "theirs", "never"]]).isEmpty)
    try #expect(handle(&service, "s", ["g_upd", "'l", .null, ["me", "x"]]).isEmpty)
    try #expect(handle(&service, "s", ["g_upd", "'g", .null, ["me", "x"]]).isEmpty)
    try #expect(handle(&service, "s", ["g_upd", "g", .null, ["k"]]).isEmpty)
    try #expect(handle(&service, "x", ["g_upd", "f", .null, ["mine", "slave's"]]).isEmpty)
    try #expect(handle(&service, "x", ["g_upd", "'l", .null, ["me", "s"]]).isEmpty)
    #expect(ServiceSnapshot(service, families: families) == before)
  }

  /// By number: the names themselves are not for logs.
  private static let names: [String] = [
    "", " ", "\u{0}", "\n", "a#b", "'", "\"\\/", "{}", "g_upd", "é", "e\u{301}", "😀", "\u{feff}",
    "\u{202e}", String(repeating: "n", count: 100_000),
  ]

  @Test(
    "a family or key of odd characters is one like any other, and leaves nothing behind",
    arguments: names.indices)
  func oddNames(number: Int) throws {
    let name = Self.names[number]
    var service = try service()
    let before = ServiceSnapshot(service, families: families + [name])
    let family: Value = .string(name)
    try handle(&service, "s", ["g_mon1", family])
    let value: Value = [.string(name), .bytes([0, 255]), .null, [name: .null]]
    for (set, deleted) in [([name: value], nil), (nil, [family])]
      as [(TextDictionary<Value>?, [Value]?)]
    {
      let change: [Value] =
        [family, set.map { .hash($0) } ?? .null] + (deleted.map { [.array($0)] } ?? [])
      let actions = try handle(&service, "s", ["g_upd"] + change)
      #expect(sent(actions) == [["s", "g_chg2"] + change, ["x", "g_upd"] + change])
      #expect(service.database.contents(of: name) == set ?? [:])
    }
    try handle(&service, "s", ["g_mon0", family])
    #expect(ServiceSnapshot(service, families: families + [name]) == before)
  }

  @Test("an entry that no packet could carry on is left out, the others are not")
  func tooLarge() throws {
    var service = try service(DatabaseLimits(maximumSize: 1000, maximumDepth: 20))
    let before = ServiceSnapshot(service, families: families)
    let huge = String(repeating: "h", count: 1000)
    var deep: Value = 1
    for _ in 0..<20 { deep = [deep] }
    for message in [
      ["g_upd", .string(huge), ["k": 1]], ["g_upd", "f", [huge: 1]],
      ["g_upd", "f", ["k": .string(huge)]], ["g_upd", "f", ["k": deep]],
      ["g_upd", "f", ["k": .double(.nan)]], ["g_upd", "f", .null, [.string(huge)]],
      ["g_slave", ["f": ["k": deep], huge: ["k": 1]]],
    ] as [[Value]] {
      let actions = try handle(&service, "s", message)
      #expect(sent(actions).isEmpty, "\(message)")
    }
    #expect(ServiceSnapshot(service, families: families + [huge]).families[huge] == [:])
    #expect(ServiceSnapshot(service, families: families) == before)
    let actions = try handle(
      &service, "s", ["g_upd", "f", ["a": 1, "b": deep, huge: 2, "c": .string(huge)]])
    #expect(ignored(actions) == 3)
    #expect(
      sent(actions) == [["s", "g_chg2", "f", ["a": 1]], ["x", "g_upd", "f", ["a": 1]]])
  }

  @Test("names in 'g that are no node ids are not dialled; binds that are no list are none")
  func internalFamilies() throws {
    var service = try service()
    let actions = try handle(
      &service, "s",
      ["g_upd", "'g", ["": 1, "a#b": 1, "a b": 1, "é": 1, "me": 1, "n\n": 1, "ok": [:]]])
    #expect(
      actions.filter { if case .keepConnected = $0 { true } else { false } }
        == [.keepConnected(node: "ok")])
    try handle(
      &service, "s",
      ["g_upd", "'l", ["a": 5, "b": .null, "c": ["h": 1], "d": [[], "h:9", .null]]])
    for id in ["a", "b", "c"] { #expect(service.addresses(of: id) == nil) }
    #expect(service.addresses(of: "d") == ["h:9"])
    let left = service.nodeDown("s")
    #expect(left.contains(.letGo(node: "ok")))
    #expect(service.kept == ["x"])
  }

  @Test("answers of another node than the master, or not asked for, change nothing")
  func unwantedAnswers() {
    var client = DatabaseClient(node: "me")
    _ = client.setMaster("m")
    _ = client.monitor("f")
    _ = client.changed1(from: "m", family: "f", ["k": 1])
    _ = client.find("n")
    let (id, _) = client.query(.family, "f")
    check(client.found(from: "x", node: "n", binds: ["evil:1"]).isEmpty)
    check(client.reply(from: "x", id: id, [:]).isEmpty)
    check(client.changed1(from: "x", family: "f", [:]).isEmpty)
    check(client.changed2(from: "x", family: "f", FamilyChange(set: ["k": 9])).isEmpty)
    check(client.found(from: "m", node: "other", binds: []).isEmpty)
    check(client.reply(from: "m", id: "other", [:]).isEmpty)
    check(client.changed1(from: "m", family: "other", ["k": 9]).isEmpty)
    check(client.changed2(from: "m", family: "other", FamilyChange(set: ["k": 9])).isEmpty)
    check(client.copy(of: "f") == ["k": 1] && client.copy(of: "other") == nil)
    // What was asked for is still awaited.
    check(client.found(from: "m", node: "n", binds: []) == [.found(node: "n", binds: [])])
    check(client.reply(from: "m", id: id, ["k": 1]) == [.reply(id: id, ["k": 1])])
  }
}
