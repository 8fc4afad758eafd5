import AEValue
import Testing

@testable import AnyEventMP

/// What is done in one turn of the loop has a bound, whatever a request or a loss concerns.
@Suite("a global node does large requests in turns, and each node's in order")
struct GlobalWorkTests {
  /// What may be done in a turn here; an entry of `entries` takes 168.
  private static let share = 20_000
  private static let limits = DatabaseLimits(maximumValues: 200_000)

  private func serving(_ limits: DatabaseLimits = limits) -> GlobalService {
    var service = GlobalService(node: "me", limits: limits, workPerTurn: Self.share)
    _ = service.becomeGlobal(database: ["'l": ["me": ["h:1"]]])
    return service
  }

  private func entries(_ count: Int) -> TextDictionary<Value> {
    var entries: TextDictionary<Value> = [:]
    for number in 0..<count { entries["key\(number)"] = .int(number) }
    return entries
  }

  /// All turns until nothing is left; each has a bound.
  private func turns(_ service: inout GlobalService) -> [[GlobalService.Action]] {
    var turns: [[GlobalService.Action]] = []
    while service.needsTurn {
      let long = service.work.weight - GlobalService.patience * Self.share
      let most = max(Self.share, long / 8)
      turns.append(service.turn())
      // The last piece of a turn may be one more share, and an entry.
      check(size(turns[turns.count - 1]) <= most + Self.share + 500)
      check(service.room <= Self.share)
    }
    return turns.filter { !$0.isEmpty }
  }

  /// What was sent, as in packets, but for answers, which can't be sent in parts.
  private func size(_ actions: [GlobalService.Action]) -> Int {
    var sum = 0
    for case .send(_, let message) in actions where message[0] != "g_reply" {
      sum += message.reduce(0) { $0 + Self.limits.size(of: $1) }
    }
    return sum
  }

  private func sent(_ actions: [GlobalService.Action], to node: String) -> [[Value]] {
    actions.compactMap { if case .send(node, let message) = $0 { message } else { nil } }
  }

  /// What a monitor of a family has after those messages.
  private func state(_ messages: [[Value]]) -> TextDictionary<Value> {
    var state: TextDictionary<Value> = [:]
    for message in messages {
      if message[0] == "g_chg1" { state = [:] }
      for (key, value) in message[2].hash ?? [:] { state[key] = value }
      if message.count > 3 {
        for key in message[3].array ?? [] { state[key.string ?? ""] = nil }
      }
    }
    return state
  }

  @Test("a change of a thousand entries is merged and passed on in parts")
  func change() throws {
    var service = serving()
    for peer in ["s", "x", "m"] { _ = service.nodeUp(peer) }
    _ = try service.handle("x", ["g_global"])
    _ = try service.handle("m", ["g_mon1", "f"])
    _ = try service.handle("s", ["g_slave", [:]])
    _ = turns(&service)
    let first = try service.handle("s", ["g_upd", "f", .hash(entries(1000)), ["never"]])
    check(size(first) <= 2 * Self.share + 500)
    check(service.database.count(of: "f") < 500)
    // What follows is done behind it.
    check(try service.handle("s", ["g_upd", "f", ["key0": "last"], ["key1"]]).isEmpty)
    check(try service.handle("s", ["g_db_keys", "f", 1]).isEmpty)
    let later = turns(&service)
    check(later.count > 5)
    let all = first + later.flatMap { $0 }
    var wanted = entries(1000)
    wanted["key0"] = "last"
    wanted["key1"] = nil
    check(service.database.contents(of: "f") == wanted)
    for node in ["x", "m"] { check(state(sent(all, to: node)) == wanted) }
    check(sent(all, to: "s").first?[2].array?.count == 999)
  }

  @Test("changes by many nodes reach many monitors in turns, nobody waits for all of another's")
  func fairness() throws {
    var service = serving()
    let nodes = (0..<5).map { "s\($0)" }
    for node in nodes {
      _ = service.nodeUp(node)
      _ = try service.handle(node, ["g_slave", [:]])
      _ = try service.handle(node, ["g_mon1", "f"])
    }
    _ = turns(&service)
    check(try service.handle("s0", ["g_upd", "f", .hash(entries(2000))]).isEmpty)
    let first = service.turn()
    check(try service.handle("s1", ["g_upd", "f", ["mine": 1]]).isEmpty)
    let later = turns(&service)
    let mine = later.firstIndex { sent($0, to: "s1").contains { $0[2]["mine"] == 1 } }
    check(mine.map { $0 < later.count - 5 } == true && later.count > 20)
    check(service.database.count(of: "f") == 2001)
    for node in nodes {
      let messages = sent(first + later.flatMap { $0 }, to: node)
      check(state(messages) == service.database.contents(of: "f"))
    }
  }

  @Test("a list that grows by more than a share a turn is done in larger parts, and so has an end")
  func growing() throws {
    var service = serving()
    for peer in ["s", "m"] { _ = service.nodeUp(peer) }
    _ = try service.handle("s", ["g_slave", [:]])
    _ = try service.handle("m", ["g_mon1", "f"])
    _ = turns(&service)
    // Each turn three shares come.
    var longest = 0
    for number in 0..<200 {
      _ = try service.handle("s", ["g_upd", "f\(number % 7)", .hash(entries(360))])
      _ = service.turn()
      longest = max(longest, service.work.weight)
    }
    check(longest < 2 * GlobalService.patience * Self.share)
    check(turns(&service).count < 100)
  }

  @Test("a large family is shown in parts, with what changes meanwhile behind it")
  func showing() throws {
    // What a packet holds is as much as a share.
    var service = serving(DatabaseLimits(maximumSize: Self.share, maximumValues: 246))
    for peer in ["s", "m"] { _ = service.nodeUp(peer) }
    _ = try service.handle("s", ["g_slave", ["f": .hash(entries(1000))]])
    _ = turns(&service)
    var messages = sent(try service.handle("m", ["g_mon1", "f"]), to: "m")
    check(messages.count <= 2 && messages[0][0] == "g_chg1")
    messages += sent(
      try service.handle("s", ["g_upd", "f", ["new": 1, "key7": "x"], ["key8", "key9"]]), to: "m")
    for turn in turns(&service) { messages += sent(turn, to: "m") }
    check(messages.count > 5 && messages.filter { $0[0] == "g_chg1" }.count == 1)
    var wanted = entries(1000)
    wanted["new"] = 1
    wanted["key7"] = "x"
    wanted["key8"] = nil
    wanted["key9"] = nil
    check(state(messages) == wanted)
    // Who has gone is shown nothing more.
    _ = try service.handle("m", ["g_mon0", "f"])
    _ = try service.handle("m", ["g_mon1", "f"])
    _ = service.nodeDown("m")
    check(turns(&service).allSatisfy { sent($0, to: "m").isEmpty })
  }

  @Test("what fits into a packet is shown in one: else a monitor would take the rest for deleted")
  func whole() throws {
    var service = serving()
    for peer in ["s", "m"] { _ = service.nodeUp(peer) }
    _ = try service.handle("s", ["g_slave", ["f": .hash(entries(1000))]])
    _ = turns(&service)
    var client = DatabaseClient(node: "m", limits: Self.limits)
    _ = client.monitor("f")
    // The connection goes and comes again.
    for round in 0..<2 {
      _ = client.setMaster(nil)
      _ = client.setMaster("me")
      if round == 1 {
        _ = service.nodeDown("m")
        _ = service.nodeUp("m")
      }
      var changes: [DatabaseClient.Action] = []
      var actions = try service.handle("m", ["g_mon1", "f"])
      while service.needsTurn { actions += service.turn() }
      for message in sent(actions, to: "m") {
        switch try DatabaseRequest.parse(message) {
        case .changed1(let family, let contents):
          changes += client.changed1(from: "me", family: family, contents)
        case .changed2(let family, let change):
          changes += client.changed2(from: "me", family: family, change)
        default: break
        }
      }
      check(client.copy(of: "f") == entries(1000))
      check(changes.count == 1 - round)
    }
  }

  @Test("a global node that says so again waits for its turn, and what is not ours costs as well")
  func globalAgain() throws {
    var service = serving()
    for peer in ["s", "x", "y"] { _ = service.nodeUp(peer) }
    _ = try service.handle("y", ["g_global"])
    _ = try service.handle("y", ["g_set", ["theirs": .hash(entries(2000))]])
    _ = try service.handle("s", ["g_slave", ["ours": .hash(entries(10))]])
    _ = turns(&service)
    _ = try service.handle("x", ["g_global"])
    _ = turns(&service)
    var messages: [[Value]] = []
    for _ in 0..<20 { messages += sent(try service.handle("x", ["g_global"]), to: "x") }
    // 2,000 keys that are not ours are more than a share.
    check(messages.count { $0[0] == "g_set" } == 1 && service.work.isWaiting("x"))
    for turn in turns(&service) {
      check(sent(turn, to: "x").count { $0[0] == "g_set" } <= 1)
      messages += sent(turn, to: "x")
    }
    // Of those that wait one is left: who gets all then has got it for all of them.
    check(messages.count { $0[0] == "g_set" } == 2)
    check(messages.count { $0[1] == "ours" } == 2 && !messages.contains { $0[1] == "theirs" })
  }

  @Test("questions of the global node itself are answered, however many wait")
  func ownQuestions() throws {
    var limits = Self.limits
    limits.maximumMonitors = 20
    var service = serving(limits)
    _ = service.nodeUp("s")
    _ = try service.handle("s", ["g_slave", ["f": .hash(entries(150))]])
    _ = turns(&service)
    var actions: [GlobalService.Action] = []
    for number in 0..<50 {
      actions += try service.handle("me", ["g_db_keys", "f", .int(number)])
    }
    for turn in turns(&service) { actions += turn }
    check(sent(actions, to: "me").map { $0[1] } == (0..<50).map { .int($0) })
  }

  @Test("whoever sends whole databases again and again does not outrun the erasing of the old ones")
  func erasingKeepsUp() throws {
    var limits = Self.limits
    limits.maximumDatabase = 20 * Self.share
    var service = serving(limits)
    let peers = ["x", "y", "z"]
    for peer in peers {
      _ = service.nodeUp(peer)
      _ = try service.handle(peer, ["g_global"])
    }
    for round in 0..<200 {
      for peer in peers {
        let name = "\(peer)\(round % 2)"
        _ = try service.handle(peer, ["g_set", [name: .hash(entries(300))]])
      }
      for _ in 0..<4 where service.needsTurn { _ = service.turn() }
      // One more may have gone while the last share was erased.
      check(service.database.retiredWeight < limits.maximumDatabase / 4 + 6 * Self.share)
    }
    for peer in peers { _ = service.nodeDown(peer) }
    _ = turns(&service)
    check(!service.database.hasRetired && service.database.retiredWeight == 0)
  }

  @Test("who monitors again is shown the state of now behind the changes of before")
  func monitoredAgain() throws {
    var service = serving()
    for peer in ["s", "m"] { _ = service.nodeUp(peer) }
    _ = try service.handle("s", ["g_slave", ["f": ["k": 0], "big": .hash(entries(400))]])
    _ = turns(&service)
    var client = DatabaseClient(node: "m", limits: Self.limits)
    _ = client.monitor("f")
    _ = client.setMaster("me")
    var actions = try service.handle("m", ["g_mon1", "f"])
    // Something of m waits, so that all that follows for m does.
    actions += try service.handle("m", ["g_db_family", "big", "1"])
    actions += try service.handle("m", ["g_db_family", "big", "2"])
    actions += try service.handle("m", ["g_mon0", "f"])
    actions += try service.handle("m", ["g_mon1", "f"])
    actions += try service.handle("s", ["g_upd", "f", ["k": 1], []])
    actions += service.turn()
    actions += try service.handle("s", ["g_upd", "f", ["k": 2], []])
    for turn in turns(&service) { actions += turn }
    _ = client.unmonitor("f")
    _ = client.monitor("f")
    var copies: [Value?] = []
    for message in sent(actions, to: "m") {
      switch try DatabaseRequest.parse(message) {
      case .changed1(let family, let contents):
        _ = client.changed1(from: "me", family: family, contents)
        copies.append(client.copy(of: "f")?["k"])
      case .changed2(let family, let change):
        _ = client.changed2(from: "me", family: family, change)
        copies.append(client.copy(of: "f")?["k"])
      default: break
      }
    }
    check(client.copy(of: "f") == ["k": 2])
  }

  @Test("the connection of a node ends of which more waits than may")
  func waitingIsBounded() throws {
    var limits = Self.limits
    limits.maximumWaiting = 300_000
    var service = serving(limits)
    for peer in ["s", "t"] {
      _ = service.nodeUp(peer)
      _ = try service.handle(peer, ["g_slave", [:]])
    }
    _ = turns(&service)
    let long = Value.string(String(repeating: "x", count: 100_000))
    var cuts: [Int] = []
    for number in 0..<4 {
      let actions = try service.handle("s", ["g_upd", "f", ["\(number)": long], []])
      if actions == [.close(node: "s")] { cuts.append(number) }
    }
    check(cuts == [2, 3])
    check(try service.handle("t", ["g_upd", "f", ["t": long], []]).isEmpty)
    _ = service.nodeDown("s")
    check(turns(&service).allSatisfy { !$0.contains(.close(node: "s")) })
    check(service.database.keys(of: "f") == ["t"])
  }

  @Test("what waits counts with its bytes, so that a long list is done in larger turns")
  func weight() throws {
    var service = serving()
    _ = service.nodeUp("s")
    _ = try service.handle("s", ["g_slave", [:]])
    _ = turns(&service)
    _ = try service.handle("s", ["g_upd", "f", .hash(entries(200)), []])
    let before = service.work.weight
    let long = Value.string(String(repeating: "x", count: 100_000))
    _ = try service.handle("s", ["g_upd", "f", ["long": long], []])
    _ = try service.handle("s", ["g_db_keys", "f", long])
    check((200_000..<203_000).contains(service.work.weight - before))
    _ = turns(&service)
    check(service.work.isEmpty && service.work.weight == 0)
  }

  @Test("as many families may wait as questions; neither keeps the other from its turn")
  func waitingRequests() throws {
    var limits = Self.limits
    limits.maximumMonitors = 20
    var service = serving(limits)
    for peer in ["s", "m"] { _ = service.nodeUp(peer) }
    _ = try service.handle("s", ["g_slave", ["f": .hash(entries(150))]])
    _ = turns(&service)
    var actions: [GlobalService.Action] = []
    // The first is answered at once and uses the share up.
    actions += try service.handle("m", ["g_db_family", "f", "first"])
    for number in 0..<30 {
      actions += try service.handle("m", ["g_mon1", .string("f\(number)")])
      actions += try service.handle("m", ["g_db_keys", "f", .int(number)])
    }
    check(service.work.count(.family, of: "m") == 20 && service.work.count(.answer, of: "m") == 20)
    let refusals = actions.count {
      if case .ignored(let reason) = $0 { reason.contains("max_monitors") } else { false }
    }
    check(refusals == 20)
    for turn in turns(&service) { actions += turn }
    check(sent(actions, to: "m").count { $0[0] == "g_chg1" } == 20)
    check(sent(actions, to: "m").count { $0[0] == "g_reply" } == 31)
  }

  @Test("a new global node gets a large database in parts, each entry of ours once")
  func synchronising() throws {
    var service = serving()
    for peer in ["s", "y", "x"] { _ = service.nodeUp(peer) }
    _ = try service.handle("s", ["g_slave", ["f": .hash(entries(500)), "g": .hash(entries(300))]])
    _ = try service.handle("y", ["g_global"])
    _ = try service.handle("y", ["g_set", ["f": ["theirs": 1]]])
    _ = turns(&service)
    var messages = sent(try service.handle("x", ["g_global"]), to: "x")
    for turn in turns(&service) { messages += sent(turn, to: "x") }
    check(messages.filter { $0[0] == "g_set" }.count == 1 && messages[0][0] == "g_set")
    for (family, count) in [("f", 500), ("g", 300)] {
      let parts = messages.filter { $0[1] == .string(family) }
      check(state(parts) == entries(count))
      check(parts.reduce(0) { $0 + ($1[2].hash?.count ?? 0) } == count)
    }
  }

  @Test("what a lost node held is erased in turns, its addresses last; it may come back meanwhile")
  func loss() throws {
    var service = serving()
    for peer in ["s", "m"] { _ = service.nodeUp(peer) }
    let contents: TextDictionary<Value> = ["f": .hash(entries(1000)), "'l": ["s": ["h:2"]]]
    _ = try service.handle("s", ["g_slave", .hash(contents)])
    for family in ["f", "'l"] { _ = try service.handle("m", ["g_mon1", .string(family)]) }
    _ = turns(&service)
    var lost = service.nodeDown("s")
    check(service.database.count(of: "f") > 500 && service.addresses(of: "s") != nil)
    for turn in turns(&service) { lost += turn }
    check(sent(lost, to: "m").last == ["g_chg2", "'l", .null, ["s"]])
    check(service.database.count(of: "f") == 0 && service.addresses(of: "s") == nil)

    _ = service.nodeUp("s")
    _ = try service.handle("s", ["g_slave", .hash(contents)])
    _ = turns(&service)
    _ = service.nodeDown("s")
    _ = service.nodeUp("s")
    _ = try service.handle("s", ["g_slave", ["f": ["key1": 1, "key5": "new"]]])
    _ = turns(&service)
    check(service.database.contents(of: "f") == ["key1": 1, "key5": "new"])
    check(service.database.weight > 0)
  }

  @Test("a lost global node's entries go in turns, and it is global again if it is back by then")
  func lossOfGlobal() throws {
    var service = serving()
    _ = service.nodeUp("x")
    _ = try service.handle("x", ["g_global"])
    _ = try service.handle("x", ["g_set", ["'l": ["x": ["h:2"]], "f": .hash(entries(1000))]])
    _ = turns(&service)
    _ = service.nodeDown("x")
    _ = service.nodeUp("x")
    _ = try service.handle("x", ["g_global"])
    _ = try service.handle("x", ["g_set", ["'l": ["x": ["h:3"]]]])
    _ = turns(&service)
    check(service.database.keys(of: "'g").sorted() == ["me", "x"])
    check(service.database.contents(of: "f").isEmpty && service.addresses(of: "x") == ["h:3"])
    _ = service.nodeDown("x")
    _ = turns(&service)
    check(service.database.keys(of: "'g") == ["me"])
    check(service.database.keys(of: "'l") == ["me"])
  }

  @Test("large answers are made one a turn; too many questions are refused, others are served")
  func questions() throws {
    var limits = Self.limits
    limits.maximumMonitors = 20
    var service = serving(limits)
    for peer in ["s", "q", "r"] { _ = service.nodeUp(peer) }
    _ = try service.handle("s", ["g_slave", ["f": .hash(entries(150))]])
    _ = turns(&service)
    var refused: [GlobalService.Action] = []
    for number in 0..<50 {
      let actions = try service.handle("q", ["g_db_family", "f", .int(number)])
      if number > 0 { refused += actions }
    }
    check(sent(refused, to: "q").count == 29)
    check(sent(refused, to: "q").allSatisfy { $0[2].isNull })
    check(try service.handle("r", ["g_find", "s"]).isEmpty)
    _ = try service.handle("r", ["g_db_keys", "'l", 7])
    var answers: [[Value]] = []
    var early = false
    for (number, turn) in turns(&service).enumerated() {
      check(sent(turn, to: "q").count <= 1)
      answers += sent(turn, to: "q")
      if number < 3, !sent(turn, to: "r").isEmpty { early = true }
    }
    check(early && answers.map { $0[1] } == (1...20).map { .int($0) })
    check(answers.allSatisfy { $0[2].hash?.count == 150 })
  }

  @Test("a node monitors no more families than it may")
  func monitors() throws {
    var limits = Self.limits
    limits.maximumMonitors = 3
    var service = serving(limits)
    _ = service.nodeUp("m")
    for number in 0..<3 {
      check(try !service.handle("m", ["g_mon1", .string("f\(number)")]).isIgnored)
    }
    check(try service.handle("m", ["g_mon1", "f3"]).isIgnored)
    check(try !service.handle("m", ["g_mon1", "f1"]).isIgnored)
    _ = try service.handle("m", ["g_mon0", "f1"])
    check(try !service.handle("m", ["g_mon1", "f3"]).isIgnored)
    check(service.monitors.keys.sorted() == ["f0", "f2", "f3"])
  }

  @Test("a slave that becomes global while its entries are merged leaves none of them")
  func slaveBecomesGlobal() throws {
    var service = serving()
    for peer in ["s", "y"] { _ = service.nodeUp(peer) }
    _ = try service.handle("y", ["g_global"])
    _ = try service.handle("s", ["g_slave", ["f": .hash(entries(1000))]])
    _ = try service.handle("s", ["g_upd", "f", ["later": 1]])
    var messages = sent(try service.handle("s", ["g_global"]), to: "y")
    for turn in turns(&service) { messages += sent(turn, to: "y") }
    check(service.database.contents(of: "f").isEmpty)
    check(state(messages.filter { $0[1] == "f" }).isEmpty)
  }
}
