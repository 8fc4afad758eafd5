import AEValue
import Testing

@testable import AnyEventMP

@Suite("a node's own entries and questions")
struct DatabaseClientTests {
  typealias Action = DatabaseClient.Action

  private func client() throws -> DatabaseClient {
    var client = DatabaseClient(node: "me")
    _ = try client.setBinds(["h:1"])
    return client
  }

  private func sent(_ actions: [Action]) -> [[Value]] {
    actions.compactMap { if case .send(_, let message) = $0 { message } else { nil } }
  }

  @Test("a new master gets the database once, then what is open")
  func masterGetsEverything() throws {
    var client = try client()
    check(try client.set("fam", "k", 1).isEmpty)
    check(client.find("other").isEmpty)
    check(client.query(.keys, "fam").id == "b")
    check(client.monitor("fam") == (.later, []))
    let wanted: [[Value]] = [
      ["g_slave", ["'l": ["me": ["h:1"]]]], ["g_upd", "fam", ["k": 1]], ["g_find", "other"],
      ["g_db_keys", "fam", "b"], ["g_mon1", "fam"],
    ]
    check(sent(client.setMaster("m1")) == wanted)
    check(client.setMaster("m1").isEmpty)
    check(client.setMaster(nil).isEmpty)
    check(sent(client.setMaster("m2")) == wanted)
  }

  @Test("the listeners' entry is in the first message even before they are known")
  func listenersAlwaysThere() {
    var client = DatabaseClient(node: "me")
    check(sent(client.setMaster("m")) == [["g_slave", ["'l": ["me": []]]]])
  }

  @Test("what was set before the node has its name stays; its listeners get the name")
  func renamed() throws {
    var client = DatabaseClient(node: "")
    _ = try client.set("f", "k", 1)
    _ = client.monitor("f")
    client.rename(to: "me")
    check(client.entries == ["'l": ["me": []], "f": ["k": 1]])
    check(
      sent(client.setMaster("m"))
        == [["g_slave", ["'l": ["me": []]]], ["g_upd", "f", ["k": 1]], ["g_mon1", "f"]])
  }

  @Test("setting and deleting travel as the other implementation expects")
  func updates() throws {
    var client = try client()
    _ = client.setMaster("m")
    check(try sent(client.set("f", "k", .null)) == [["g_upd", "f", ["k": .null]]])
    check(try client.set("f", "k", .null).isEmpty)
    check(sent(client.delete("f", ["k", "never"])) == [["g_upd", "f", .null, ["k"]]])
    check(client.entries["f"] == nil)
    check(client.delete("f", ["k"]).isEmpty)
  }

  @Test("our own service gets all at once; another node in parts")
  func partsForOthers() throws {
    var client = DatabaseClient(node: "me", limits: DatabaseLimits(maximumSize: 300))
    for key in 0..<20 { _ = try client.set("f", "key\(key)", "a value") }
    check(sent(client.setMaster("m")).count > 1)
    check(sent(client.setMaster("me")).count == 1)
  }

  @Test("questions are repeated in the order in which they were asked")
  func orderOfQuestions() {
    var client = DatabaseClient(node: "me")
    let ids = (0..<60).map { _ in client.query(.keys, "f").id }
    check(sent(client.setMaster("m")).dropFirst().map { $0[2].string } == ids)
  }

  @Test("an entry that fits no packet is refused and nothing changes")
  func tooLarge() throws {
    var client = DatabaseClient(node: "me", limits: DatabaseLimits(maximumSize: 500))
    #expect(throws: DatabaseClient.EntryError.self) {
      _ = try client.set("f", "k", .string(String(repeating: "x", count: 500)))
    }
    var deep: Value = 1
    for _ in 0..<510 { deep = .array([deep]) }
    #expect(throws: DatabaseClient.EntryError.self) { _ = try client.set("f", "k", deep) }
    check(client.entries["f"] == nil)
  }

  @Test("answers count only when asked for and from the master of now")
  func answers() throws {
    var client = try client()
    _ = client.setMaster("m")
    check(client.found(from: "m", node: "x", binds: []).isEmpty)
    _ = client.find("x")
    check(client.found(from: "y", node: "x", binds: []).isEmpty)
    check(client.found(from: "m", node: "x", binds: nil) == [.found(node: "x", binds: nil)])
    check(client.found(from: "m", node: "x", binds: nil).isEmpty)
    let (id, _) = client.query(.family, "f")
    check(client.reply(from: "y", id: id, [:]).isEmpty)
    check(client.reply(from: "m", id: id, .null) == [.reply(id: id, [:])])
    check(client.reply(from: "m", id: id, .null).isEmpty)
  }

  @Test("the first answer to a monitor shows even when the family is empty")
  func firstAnswer() throws {
    var client = try client()
    _ = client.setMaster("m")
    _ = client.monitor("f")
    let empty: [Action] = [.familyChanged("f", added: [], changed: [], deleted: [])]
    check(client.changed1(from: "m", family: "f", [:]) == empty)
    check(client.changed1(from: "m", family: "f", [:]).isEmpty)
    check(client.monitor("f") == (.now, []))
    check(client.unmonitor("f").isEmpty)
    check(sent(client.unmonitor("f")) == [["g_mon0", "f"]])
    check(client.changed1(from: "m", family: "f", ["k": 1]).isEmpty)
    check(client.copy(of: "f") == nil)
  }

  @Test("changes show as added, changed and deleted, each once")
  func changes() throws {
    var client = try client()
    _ = client.setMaster("m")
    _ = client.monitor("f")
    check(client.changed2(from: "m", family: "f", FamilyChange(set: ["early": 1])).isEmpty)
    _ = client.changed1(from: "m", family: "f", ["a": 1, "b": 1])
    let change = FamilyChange(set: ["a": 1, "b": 2, "c": 3, "d": 4], deleted: ["d", "never"])
    check(
      client.changed2(from: "m", family: "f", change)
        == [.familyChanged("f", added: ["c"], changed: ["b"], deleted: [])])
    check(
      client.changed2(from: "m", family: "f", FamilyChange(deleted: ["a"]))
        == [.familyChanged("f", added: [], changed: [], deleted: ["a"])])
    check(client.copy(of: "f") == ["b": 2, "c": 3])
  }

  @Test("after a change of master the family is compared with the copy at hand")
  func differencesAfterMasterChange() throws {
    var client = try client()
    _ = client.setMaster("m1")
    _ = client.monitor("f")
    _ = client.changed1(from: "m1", family: "f", ["same": 1, "other": 1, "gone": 1])
    _ = client.setMaster(nil)
    _ = client.setMaster("m2")
    check(client.changed2(from: "m2", family: "f", FamilyChange(set: ["x": 1])).isEmpty)
    check(client.changed1(from: "m1", family: "f", [:]).isEmpty)
    check(
      client.changed1(from: "m2", family: "f", ["same": 1, "other": 2, "new": 1])
        == [.familyChanged("f", added: ["new"], changed: ["other"], deleted: ["gone"])])
  }

  @Test("a node that becomes its own master leaves the old one's monitors")
  func ownMaster() throws {
    var client = try client()
    _ = client.setMaster("m")
    _ = client.monitor("f")
    let actions = client.setMaster("me", oldIsConnected: true)
    check(
      actions == [
        .send(node: "m", message: ["g_mon0", "f"]),
        .send(node: "me", message: ["g_slave", ["'l": ["me": ["h:1"]]]]),
        .send(node: "me", message: ["g_mon1", "f"]),
      ])
  }
}
