import AnyEventMP
import TestSupport
import Testing

/// Bytes that are no packet.
struct BadPacket: CustomTestStringConvertible, Sendable {
  let name: String
  let framing: Framing
  let bytes: [UInt8]

  var testDescription: String { "\(framing.rawValue): \(name)" }

  static let all: [BadPacket] =
    [
      ("reserved additional information", [0x82, 0x61, 0x61, 0x1c]), ("break", [0xff]),
      ("an integer", [0x01]), ("a hash", [0xa0]), ("text", [0x61, 0x61]),
      ("a port name that is an array", [0x82, 0x80, 0x01]),
      ("nesting", [0x82, 0x60] + Array(repeating: 0x81, count: 700)),
      ("a string larger than the limit", [0x82, 0x60, 0x7a, 0x7f, 0xff, 0xff, 0xff]),
      ("an array larger than the limit", [0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
      ("an end without a beginning", [0x82, 0x60, 0xff]),
    ].map { BadPacket(name: $0, framing: .cbor, bytes: $1) }
    + [
      ("rubbish", "rubbish"), ("a hash", "{}"), ("a number", "12 "), ("a string", "\"a\""),
      ("a missing comma", "[\"\" 1]"), ("a comma at the end", "[\"\",]"),
      ("nesting", "[\"\"," + String(repeating: "[", count: 700)),
      ("a control character", "[\"\u{1}\"]"), ("an unknown escape", "[\"\",\"\\x\"]"),
      ("a port name that is an array", "[[],1]"),
    ].map { BadPacket(name: $0, framing: .json, bytes: Array($1.utf8)) }
}

@Suite("Authenticated peers that send rubbish") struct BadPacketTests {
  @Test(
    "closed, one log line with address, id and reason; monitors fire; the others are served",
    arguments: BadPacket.all)
  func badPacket(_ bad: BadPacket) throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let node = try Node.listening(on: loop, framings: [bad.framing.rawValue])
      defer { node.close() }
      let friend = try WirePeer.connect(
        node.address, id: TestName.next("friend"), loop, framings: [bad.framing])
      let peer = try WirePeer.connect(
        node.address, id: TestName.next("bad"), loop, framings: [bad.framing])
      var reason: Message?
      node.monitor(PortID("\(peer.id)#p")) { reason = $0 }
      var got: [Int] = []
      let p = node.run { rcv(port(), "n") { (n: Int) in got.append(n) } }
      // What came before it counts.
      peer.send(p.name, "n", 1)
      peer.raw.send(bad.bytes)
      loop.run(until: { reason != nil && peer.isClosed })
      #expect(got == [1])
      #expect(reason?.count == 3)
      #expect(reason?[0] == "transport_error" && reason?[1] == .string(peer.id))
      let lines = log.lines(with: "(\(peer.id))")
      #expect(lines.count == 1 && lines[0].contains("bad packet"), "\(lines)")
      #expect(node.connectedNodes == [friend.id])
      friend.send(p.name, "n", 2)
      loop.run(until: { got == [1, 2] })
    }
  }

  @Test(
    "packets over the configured size are refused, those up to it pass",
    arguments: [Framing.cbor, .json])
  func sizeLimit(framing: Framing) throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop, framings: [framing.rawValue])
      defer { node.close() }
      node.packetLimit = 2000
      let peer = try WirePeer.connect(
        node.address, id: TestName.next("peer"), loop, framings: [framing])
      var sizes: [Int] = []
      let p = node.run { rcv(port(), "s") { (s: String) in sizes.append(s.utf8.count) } }
      peer.send(p.name, "s", .string(String(repeating: "x", count: 1900)))
      loop.run(until: { sizes == [1900] })
      peer.send(p.name, "s", .string(String(repeating: "x", count: 2001)))
      loop.run(until: { peer.isClosed })
      #expect(sizes == [1900])
    }
  }

  @Test("keep-alives and packets for ports that do not exist do nothing")
  func harmless() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      peer.raw.send([0x80])
      peer.send("")
      peer.send("nobody", "x")
      peer.send("", "snd", .string("\(peer.id)#back"), "x")
      loop.run(until: { peer.messages(to: "back") == [["x"]] })
      #expect(node.status.portCount == 0)
    }
  }

  @Test("requests of the global protocol that nobody asked for change nothing, and are survived")
  func databaseRequestsOfStrangers() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      node.run { db_set("mine", "key", 1) }
      let tags = [
        "g_slave", "g_global", "g_set", "g_upd", "g_find", "g_found", "g_db_family", "g_db_keys",
        "g_db_values", "g_reply", "g_mon1", "g_mon0", "g_chg1", "g_chg2", "g_unknown",
      ]
      let arguments: [[Value]] = [
        [1], [nil, nil], [[], []], [["a": 1]], ["mine", [1], 2], ["mine", nil, ["key"]],
        [["mine": ["key": 2]], "x"], ["mine", "x", "y", "z"],
      ]
      for tag in tags {
        for values in arguments {
          peer.send("", .string(tag), values[0])
          peer.send(packet: [.string(tag)] + values)
        }
        peer.send("", .string(tag))
      }
      peer.send("", "snd", .string("\(peer.id)#back"), "alive")
      loop.run(until: { !peer.messages(to: "back").isEmpty || peer.isClosed })
      #expect(!peer.isClosed)
      var family: TextDictionary<Value>?
      node.run { db_family("mine") { family = $0 } }
      loop.run(until: { family != nil })
      #expect(family?["key"] != nil, "a stranger deleted our own key")
    }
  }
}
