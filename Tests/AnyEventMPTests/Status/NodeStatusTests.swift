import AEMPWire
import AnyEventMP
import TestSupport
import Testing

@Suite("What a node says of itself") struct NodeStatusTests {
  /// Two nodes that prefer different framings: the second has the first as its seed.
  private func withFramings(_ body: (_ seed: Node, _ slave: Node, Loop) throws -> Void) throws {
    try withLoop { loop in
      let seed = try Node.listening(on: loop, "seed", framings: ["cbor", "json"])
      defer { seed.close() }
      let slave = try Node.listening(
        on: loop, "slave", seeds: [seed.address], framings: ["json", "cbor"])
      defer { slave.close() }
      loop.run(until: { slave.status.master == seed.id && seed.isConnected(to: slave) })
      try body(seed, slave, loop)
    }
  }

  @Test(
    "both ends of a connection tell who dialled, how each proved itself, and the framing each way")
  func connections() throws {
    try withFramings { seed, slave, _ in
      let there = try #require(slave.connections.first)
      #expect(slave.connections.count == 1)
      #expect(there.node == seed.id && there.address == seed.address && there.isDialled)
      #expect(there.provider == "swift-anyevent")
      #expect(there.sendFraming == "cbor" && there.receiveFraming == "json")
      #expect(there.authMethod == "chacha20poly1305_x25519")
      #expect(there.sentAuthMethod == "chacha20poly1305_x25519")
      #expect(there.cipher == "chacha20-poly1305")
      let here = try #require(seed.connections.first)
      #expect(seed.connections.count == 1)
      #expect(here.node == slave.id && !here.isDialled && here.address.hasPrefix("127.0.0.1:"))
      #expect(here.sendFraming == "json" && here.receiveFraming == "cbor")
    }
  }

  @Test("the status names the node, its master, its listeners and its ports")
  func facts() throws {
    try withFramings { seed, slave, loop in
      slave.run {
        let before = slave.status.portCount
        let p = port {}
        #expect(slave.status.portCount == before + 1)
        kil(p)
        loop.settle()
        #expect(slave.status.portCount == before)
      }
      let status = slave.status
      #expect(status.node == slave.id && status.provider == "swift-anyevent")
      #expect(status.version == LibraryVersion.current)
      #expect(!status.isGlobal && status.master == seed.id)
      #expect(status.listeners == [slave.address])
      #expect(status.processID > 0 && status.connections == slave.connections)
      #expect(seed.status.isGlobal && seed.status.master == seed.id)
    }
  }

  @Test("the time since the start is that of the loop's clock")
  func uptime() {
    withLoop(manualTime: 1000) { loop in
      let node = Node(on: loop)
      defer { node.close() }
      #expect(node.status.uptime == 0)
      loop.advance(by: 90)
      #expect(node.status.uptime == 90)
      #expect(node.status.node == "" && node.status.master == nil)
    }
  }

  @Test("what waits for a connection is counted")
  func queuedBytes() throws {
    try withFramings { seed, slave, loop in
      slave.run { snd(seed.id, "devnull", String(repeating: "x", count: 10_000)) }
      #expect((slave.connections.first?.queuedBytes ?? 0) >= 10_000)
      loop.run(until: { slave.connections.first?.queuedBytes == 0 })
    }
  }

  @Test("x-status answers with the status behind the message, and cal can ask for it")
  func request() throws {
    try withFramings { seed, slave, loop in
      var reply: Message?
      var status: NodeStatus?
      slave.run {
        let p = port { msg in reply = msg }
        snd(seed.id, "x-status", p, "a", 1)
        cal(seed.id, "x-status") { (answer: NodeStatus?) in status = answer }
      }
      loop.run(until: { reply != nil && status != nil })
      #expect(reply?.count == 3 && reply?[0] == "a" && reply?[1] == 1)
      #expect(reply?[2]["node"].string == seed.id)
      let told = try #require(status)
      var now = seed.status
      // These two go on meanwhile.
      now.uptime = told.uptime
      now.load = told.load
      #expect(told.load != nil && told.connections[0].traffic != nil)
      now.connections = told.connections
      #expect(told == now)
      #expect(told.connections.map(\.node) == [slave.id])
    }
  }

  @Test("a status is the same after it has travelled as a hash")
  func roundTrip() throws {
    try withFramings { seed, _, _ in
      var status = seed.status
      status.certificateEnd = 1_900_000_000
      status.connections[0].roundTrip = 0.25
      status.connections[0].queueAge = 1.5
      let text = try JSON.encode(status.messageValue)
      #expect(status.load != nil && status.database != nil)
      #expect(NodeStatus(messageValue: try JSON.decode(text)) == status)
    }
  }

  @Test("a node of a version that did not count is understood, and so is a hostile one")
  func older() throws {
    let older = try #require(
      NodeStatus(messageValue: ["node": "a", "connections": [["node": "b"]]]))
    #expect(older.load == nil && older.database == nil && older.certificateEnd == nil)
    #expect(older.connections[0].traffic == nil && older.connections[0].roundTrip == nil)
    let numbers: [Value] = [
      .int(.min), .double(.infinity), .double(.nan), .double(-1e300), .uint(.max), "x", [], .null,
    ]
    for number in numbers {
      let hostile = try #require(
        NodeStatus(
          messageValue: [
            "node": "a", "certificate_end": number,
            "load": [
              "traffic": ["messages_in": number, "bytes_out": number], "queued": number,
              "blocked": number, "longest_block": number, "restarts": number, "memory": number,
            ],
            "database": ["keys": number, "bytes": number, "digest": "d"],
            "connections": [
              [
                "node": "b", "queued": number, "queue_age": number, "round_trip": number,
                "traffic": number,
              ]
            ],
          ]))
      let load = try #require(hostile.load)
      #expect(load.queuedBytes >= 0 && load.restarts >= 0 && load.traffic.messagesIn >= 0)
      #expect(load.blocked.map { $0 >= 0 && $0.isFinite } ?? true)
      #expect(hostile.connections[0].queuedBytes >= 0)
      #expect(hostile.connections[0].queueAge.isFinite && hostile.connections[0].traffic == nil)
    }
  }

  @Test(
    "an answer that is no status is none",
    arguments: [nil, 1, "x", [], ["node"], ["node": ""], ["node": nil], ["node": ["x"]]] as [Value])
  func noStatus(_ value: Value) {
    #expect(NodeStatus(messageValue: value) == nil)
    #expect(NodeStatus.Connection(messageValue: value) == nil)
  }

  @Test("what is missing or senseless in an answer is left out")
  func senseless() throws {
    let status = try #require(
      NodeStatus(
        messageValue: [
          "node": "a", "uptime": "x", "pid": [1], "binds": [["x"], "h:1"], "ports": nil,
          "master": nil, "connections": [nil, 7, ["node": "b", "queued": "many"] as Value],
          "surplus": 1,
        ]))
    #expect(status.node == "a" && status.uptime == 0 && status.processID == 0)
    #expect(status.listeners == ["h:1"] && status.master == nil && !status.isGlobal)
    #expect(status.connections.map(\.node) == ["b"])
    #expect(status.connections[0].queuedBytes == 0 && status.connections[0].cipher == "")
  }
}
