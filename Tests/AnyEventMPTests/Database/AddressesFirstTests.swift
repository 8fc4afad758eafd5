import AEValue
import Testing

@testable import AnyEventMP

/// A 2.02 node that acts on a port before it has heard where the port's node listens loses what it
/// sends there for ever.
///
/// A hash has no order there: what comes first is a message of its own.
@Suite("addresses are told before all that they belong to, and taken back after it")
struct AddressesFirstTests {
  /// Each family of the messages to a node: `+f` set, `-f` deleted, in order.
  private func families(_ actions: [GlobalService.Action], to node: String) -> [String] {
    var seen: [String] = []
    for case .send(node, let message) in actions {
      switch message[0].string {
      case "g_set", "g_slave": seen += (message[1].hash ?? [:]).keys.map { "+\($0)" }
      case "g_upd", "g_chg2":
        let family = message[1].string ?? ""
        let isSet = message[2].hash?.isEmpty == false
        let isDeleted = message.count > 3 && message[3].array?.isEmpty == false
        #expect(!(isSet && isDeleted && family == "'l"))
        if isSet { seen.append("+\(family)") }
        if isDeleted { seen.append("-\(family)") }
      default: break
      }
    }
    return seen
  }

  private static let contents: Value = [
    "zz": ["s#1": 1], "'l": ["s": ["h:2"]], "!": ["s#2": 2], "a": ["s#3": 3], "m": ["s#4": 4],
  ]

  /// A global node "me" with the slave "s" and the global nodes "x" and "y".
  private func network() throws -> GlobalService {
    var service = GlobalService.serving()
    for peer in ["s", "x", "y"] { _ = service.nodeUp(peer) }
    for peer in ["x", "y"] { _ = try service.handle(peer, ["g_global"]) }
    return service
  }

  @Test("gaining a slave, losing it")
  func slave() throws {
    var service = try network()
    for family in ["'l", "a"] { _ = try service.handle("y", ["g_mon1", .string(family)]) }
    let gained = try service.handle("s", ["g_slave", Self.contents])
    check(families(gained, to: "x") == ["+'l", "+!", "+a", "+m", "+zz"])
    check(families(gained, to: "y").prefix(2) == ["+'l", "+a"])
    let lost = service.nodeDown("s")
    check(families(lost, to: "x") == ["-!", "-a", "-m", "-zz", "-'l"])
    check(families(lost, to: "y").prefix(2) == ["-a", "-'l"])
  }

  @Test("a slave that moves to other families and another address")
  func moved() throws {
    var service = try network()
    _ = try service.handle("s", ["g_slave", Self.contents])
    let more = try service.handle(
      "s", ["g_slave", ["b": ["s#5": 1], "'l": ["s": ["h:3"]], "\"": ["s#6": 1]]])
    check(families(more, to: "x") == ["+'l", "+\"", "+b"])
    let both = try service.handle("s", ["g_upd", "'l", ["t": ["h:4"]], ["s"]])
    check(families(both, to: "x") == ["+'l", "-'l"])
  }

  @Test("merges between global nodes: the first message holds addresses alone")
  func merge() throws {
    var service = try network()
    _ = try service.handle("s", ["g_slave", Self.contents])
    _ = service.nodeUp("z")
    let joined = try service.handle("z", ["g_global"])
    check(families(joined, to: "z") == ["+'l", "+!", "+'g", "+a", "+m", "+zz"])
    check(families(joined, to: "x") == ["+'g"])
    // What z brings reaches our slaves in order, too.
    for family in ["'l", "a", "!"] { _ = try service.handle("s", ["g_mon1", .string(family)]) }
    let merged = try service.handle(
      "z", ["g_set", ["a": ["t#1": 1], "'l": ["t": ["h:5"], "z": ["h:6"]], "!": ["t#2": 1]]])
    check(families(merged, to: "s") == ["+'l", "+!", "+a"])
    check(families(service.nodeDown("z"), to: "s") == ["-!", "-a", "-'l"])
  }

  @Test("a slave tells its master where it listens before what it offers")
  func client() throws {
    var client = DatabaseClient(node: "me")
    _ = try client.setBinds(["h:1"])
    _ = try client.set("!", "me#1", 1)
    _ = try client.set("a", "me#2", 1)
    var messages: [[Value]] = []
    for case .send("m", let message) in client.setMaster("m") { messages.append(message) }
    #expect(
      messages == [
        ["g_slave", ["'l": ["me": ["h:1"]]]], ["g_upd", "!", ["me#1": 1]],
        ["g_upd", "a", ["me#2": 1]],
      ])
  }
}
