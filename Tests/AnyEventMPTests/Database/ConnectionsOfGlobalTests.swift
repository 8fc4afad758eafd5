import AEValue
import Testing

@testable import AnyEventMP

@Suite("what a global node takes from a connection, and forgets with it")
struct ConnectionsOfGlobalTests {
  @Test("a second g_global on a connection takes nothing away")
  func globalTwice() throws {
    var service = GlobalService.serving()
    _ = service.nodeUp("x")
    _ = try service.handle("x", ["g_global"])
    _ = try service.handle("x", ["g_set", ["f": ["k": 1]]])
    _ = try service.handle("x", ["g_mon1", "f"])
    _ = try service.handle("x", ["g_global"])
    check(service.database.contents(of: "f") == ["k": 1])
    check(service.monitors == ["f": ["x"]])
    check(service.synchronised == ["x"])
  }

  @Test("a node that is up again without having gone has said nothing yet")
  func upAgain() throws {
    var service = GlobalService.serving()
    for peer in ["s", "x"] { _ = service.nodeUp(peer) }
    _ = try service.handle("x", ["g_global"])
    _ = try service.handle("s", ["g_slave", ["f": ["k": 1]]])
    _ = try service.handle("s", ["g_mon1", "f"])
    let actions = service.nodeUp("s")
    check(
      actions == [
        .send(node: "x", message: ["g_upd", "f", .null, ["k"]]),
        .send(node: "s", message: ["g_global"]),
      ])
    check(service.monitors.isEmpty && service.database.contents(of: "f").isEmpty)
    check(try service.handle("s", ["g_upd", "f", ["k": 1]]).isIgnored)
  }

  @Test("a lost global node that is back, as a global one or as a slave, is lost no more")
  func backAgain() throws {
    for isGlobal in [true, false] {
      var service = GlobalService.serving()
      _ = service.nodeUp("x")
      _ = try service.handle("x", ["g_global"])
      _ = try service.handle("x", ["g_set", ["'l": ["x": ["h:7"]]]])
      check(!service.nodeDown("x").contains(.letGo(node: "x")))
      check(service.lost.map(\.node) == ["x"])
      _ = service.nodeUp("x")
      _ = try service.handle("x", isGlobal ? ["g_global"] : ["g_slave", [:]])
      if isGlobal {
        check(service.lost.isEmpty)
      } else {
        check(service.nodeDown("x").contains(.letGo(node: "x")))
        check(service.lost.isEmpty && service.kept.isEmpty)
      }
    }
  }

  @Test("an answer that fits no packet is null, with a sentence; to ourselves it is given")
  func largeAnswer() throws {
    var service = GlobalService(node: "me", limits: DatabaseLimits(maximumSize: 400))
    var contents: TextDictionary<Value> = [:]
    for key in 0..<40 { contents["key\(key)"] = "a value" }
    _ = service.becomeGlobal(database: ["f": contents])
    _ = service.nodeUp("s")
    for request in ["g_db_family", "g_db_keys", "g_db_values"] {
      let actions = try service.handle("s", [.string(request), "f", 5])
      check(actions.first == .send(node: "s", message: ["g_reply", 5, .null]))
      check(Array(actions.dropFirst()).isIgnored)
    }
    check(
      try service.handle("me", ["g_db_family", "f", 5])
        == [.send(node: "me", message: ["g_reply", 5, .hash(contents)])])
  }

  @Test("new listeners of a global node are mirrored, and its own deletion of them")
  func listenersChange() throws {
    var service = GlobalService.serving()
    for peer in ["x", "y"] { _ = service.nodeUp(peer) }
    for peer in ["x", "y"] { _ = try service.handle(peer, ["g_global"]) }
    _ = try service.handle("x", ["g_set", ["'l": ["x": ["h:7"], "other": ["h:8"]]]])
    func both(_ change: Value...) -> [GlobalService.Action] {
      ["x", "y"].map { .send(node: $0, message: ["g_upd", "'l"] + change) }
    }
    // A lower value than the old one: the mirrored entry must not hide it.
    check(
      try service.handle("x", ["g_upd", "'l", ["x": ["h:5"], "other": ["h:9"]]])
        == both(["x": ["h:5"]]))
    check(service.addresses(of: "x") == ["h:5"])
    check(
      try service.handle("x", ["g_upd", "'l", .null, ["x", "other"]]) == both(.null, ["x"]))
    check(service.addresses(of: "x") == nil)
    check(service.database.contents(of: "'l") == ["me": ["h:1"]])
  }
}
