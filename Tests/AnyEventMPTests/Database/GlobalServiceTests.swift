import AEValue
import Testing

@testable import AnyEventMP

@Suite("a global node's service")
struct GlobalServiceTests {
  @Test("g_global goes out once a connection, before g_set, which holds our listeners")
  func orderWithGlobal() throws {
    var service = GlobalService.serving()
    check(service.nodeUp("x") == [.send(node: "x", message: ["g_global"])])
    let set: [GlobalService.Action] = [
      .send(node: "x", message: ["g_set", ["'l": ["me": ["h:1"]]]]),
      .send(node: "x", message: ["g_upd", "'g", ["me": .null, "x": .null]]),
    ]
    check(try service.handle("x", ["g_global"]) == [.keepConnected(node: "x")] + set)
    check(try service.handle("x", ["g_global"]) == set)
  }

  @Test("who was announced before we became global is answered then")
  func announcedBefore() throws {
    var service = GlobalService(node: "me")
    check(service.nodeUp("x").isEmpty)
    check(try service.handle("x", ["g_global"]).isEmpty)
    check(try service.handle("x", ["g_mon1", "f"]).isIgnored)
    let actions = service.becomeGlobal(database: ["'l": ["me": ["h:1"]]])
    check(
      actions == [
        .send(node: "x", message: ["g_global"]),
        .send(node: "x", message: ["g_set", ["'l": ["me": ["h:1"]]]]),
        .send(node: "x", message: ["g_upd", "'g", ["me": .null, "x": .null]]),
        .keepConnected(node: "x"),
      ])
  }

  @Test("a slave's changes go to monitors and other global nodes, a global node's only to monitors")
  func passedOn() throws {
    var service = GlobalService.serving()
    for peer in ["s", "x", "y"] { _ = service.nodeUp(peer) }
    for peer in ["x", "y"] { _ = try service.handle(peer, ["g_global"]) }
    _ = try service.handle("s", ["g_slave", ["'l": ["s": ["h:2"]]]])
    check(
      try service.handle("s", ["g_mon1", "f"])
        == [.send(node: "s", message: ["g_chg1", "f", [:]])])
    check(
      try service.handle("s", ["g_upd", "f", ["k": 1]])
        == [
          .send(node: "s", message: ["g_chg2", "f", ["k": 1]]),
          .send(node: "x", message: ["g_upd", "f", ["k": 1]]),
          .send(node: "y", message: ["g_upd", "f", ["k": 1]]),
        ])
    // Before its g_set, and about a node that is not the sender.
    check(
      try service.handle("x", ["g_upd", "f", ["me": 2], .null])
        == [.send(node: "s", message: ["g_chg2", "f", ["me": 2]])])
    check(
      service.nodeDown("x").contains(.send(node: "s", message: ["g_chg2", "f", .null, ["me"]])))
  }

  @Test("another global node's listeners are mirrored as our own, and go with it")
  func mirrored() throws {
    var service = GlobalService.serving()
    for peer in ["x", "y"] { _ = service.nodeUp(peer) }
    for peer in ["x", "y"] { _ = try service.handle(peer, ["g_global"]) }
    check(
      try service.handle("x", ["g_set", ["'l": ["x": ["h:7"], "other": ["h:8"]]]])
        == [
          .send(node: "x", message: ["g_upd", "'l", ["x": ["h:7"]]]),
          .send(node: "y", message: ["g_upd", "'l", ["x": ["h:7"]]]),
        ])
    check(service.addresses(of: "x") == ["h:7"])
    let actions = service.nodeDown("x")
    check(actions.contains(.send(node: "y", message: ["g_upd", "'l", .null, ["x"]])))
    check(actions.contains(.send(node: "y", message: ["g_upd", "'g", .null, ["x"]])))
    check(!actions.contains(.letGo(node: "x")))
    check(service.addresses(of: "x") == ["h:7"])
    // We ourselves look there for it; others are told what the database holds.
    check(
      try service.handle("me", ["g_find", "x"])
        == [.send(node: "me", message: ["g_found", "x", ["h:7"]])])
    check(
      try service.handle("y", ["g_find", "x"])
        == [.send(node: "y", message: ["g_found", "x", .null])])
    check(service.giveUp("x") == [.letGo(node: "x")])
    check(service.addresses(of: "x") == nil)
    check(service.addresses(of: "other") == nil)
  }

  @Test("a slave that becomes global is no slave of ours any more")
  func slaveBecomesGlobal() throws {
    var service = GlobalService.serving()
    for peer in ["s", "y"] { _ = service.nodeUp(peer) }
    _ = try service.handle("y", ["g_global"])
    _ = try service.handle("s", ["g_slave", ["f": ["k": 1]]])
    _ = try service.handle("s", ["g_mon1", "f"])
    let actions = try service.handle("s", ["g_global"])
    check(actions.contains(.send(node: "y", message: ["g_upd", "f", .null, ["k"]])))
    check(service.monitors.isEmpty)
    check(try service.handle("s", ["g_slave", ["f": ["k": 1]]]).isIgnored)
  }

  @Test("finds and queries are answered, null for what is unknown")
  func questions() throws {
    var service = GlobalService.serving()
    _ = service.nodeUp("s")
    check(
      try service.handle("s", ["g_find", "me"])
        == [.send(node: "s", message: ["g_found", "me", ["h:1"]])])
    check(
      try service.handle("s", ["g_find", "nobody"])
        == [.send(node: "s", message: ["g_found", "nobody", .null])])
    check(
      try service.handle("s", ["g_db_keys", "'l", "b"])
        == [.send(node: "s", message: ["g_reply", "b", ["me"]])])
    check(
      try service.handle("s", ["g_db_family", "none", 7])
        == [.send(node: "s", message: ["g_reply", 7, [:]])])
  }

  @Test("strangers change nothing")
  func strangers() throws {
    var service = GlobalService.serving()
    check(try service.handle("gone", ["g_upd", "f", ["k": 1]]).isIgnored)
    check(try service.handle("gone", ["g_global"]).isIgnored)
    _ = service.nodeUp("s")
    check(try service.handle("s", ["g_upd", "f", ["k": 1]]).isIgnored)
    check(try service.handle("s", ["g_set", ["f": ["k": 1]]]).isIgnored)
    check(try service.handle("s", ["g_mon0", "never"]).isEmpty)
    check(service.database.contents(of: "f").isEmpty)
    check(service.nodeDown("never").isEmpty)
  }

  @Test("a node that is gone leaves nothing behind")
  func nothingLeft() throws {
    var service = GlobalService.serving()
    for round in 0..<200 {
      let peer = "s\(round)"
      _ = service.nodeUp(peer)
      if round % 2 == 0 { _ = try service.handle(peer, ["g_global"]) }
      _ = try service.handle(peer, ["g_slave", ["f": ["k": 1]]])
      _ = try service.handle(peer, ["g_mon1", "f"])
      _ = service.nodeDown(peer)
    }
    check(service.connected.isEmpty && service.monitors.isEmpty && service.synchronised.isEmpty)
    check(service.lost.count == GlobalService.lostLimit)
    check(service.kept.count == GlobalService.lostLimit)
    check(service.database.contents(of: "'g") == ["me": .null])
  }

  @Test("of too many lost global nodes the one lost first is given up, and no other")
  func lostFirst() throws {
    var service = GlobalService.serving()
    var letGo: [String] = []
    for number in 0..<GlobalService.lostLimit + 2 {
      let peer = "x\(number)"
      _ = service.nodeUp(peer)
      _ = try service.handle(peer, ["g_global"])
      _ = try service.handle(peer, ["g_set", ["'l": [peer: ["h:\(number)"]]]])
      for action in service.nodeDown(peer) {
        if case .letGo(let node) = action { letGo.append(node) }
      }
      check(service.addresses(of: peer) == ["h:\(number)"])
    }
    check(letGo == ["x0", "x1"])
    check(service.addresses(of: "x0") == nil && service.addresses(of: "x1") == nil)
    check(service.addresses(of: "x2") == ["h:2"])
  }

  @Test("numbers that nobody may send are left out, so that the rest can be passed on")
  func notFinite() throws {
    var service = GlobalService.serving()
    for peer in ["x", "s"] { _ = service.nodeUp(peer) }
    _ = try service.handle("x", ["g_global"])
    let actions = try service.handle(
      "s",
      ["g_slave", ["f": ["a": [1, .double(.nan)], "b": ["k": .double(.infinity)], "c": 2]]])
    check(
      actions.filter { if case .send = $0 { true } else { false } }
        == [.send(node: "x", message: ["g_upd", "f", ["c": 2]])])
    check(actions.count == 3)
    var client = DatabaseClient(node: "me")
    #expect(throws: DatabaseClient.EntryError.self) { try client.set("f", "k", .double(.nan)) }
  }
}
