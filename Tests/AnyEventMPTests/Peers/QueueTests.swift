import AEMPWire
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("What waits for a node") struct QueueTests {
  @Test(
    "messages sent before the connection arrive in order, then those sent after it",
    arguments: [["cbor"], ["json"]])
  func order(framings: [String]) throws {
    try withPair(framings: framings) { global, slave, loop in
      // Two slaves don't know each other: the first message makes the connection.
      let other = try Node.listening(
        on: loop, "other", seeds: [global.address], framings: framings)
      defer { other.close() }
      loop.run(until: { other.isConnected(to: global) })
      var got: [Int] = []
      let p = other.run { rcv(port(), "n") { (n: Int) in got.append(n) } }
      slave.run {
        for n in 0..<1000 { snd(p.id, "n", n) }
        #expect(slave.queuedBytes(for: other.id) > 1000)
      }
      loop.run(until: { got.count == 1000 })
      slave.run { for n in 1000..<1500 { snd(p.id, "n", n) } }
      loop.run(until: { got.count == 1500 })
      #expect(got == Array(0..<1500))
      #expect(slave.isConnected(to: other))
    }
  }

  @Test("what waits is kept as it was sent, and an empty list of it is empty")
  func waitingPackets() throws {
    let waiting = WaitingPackets()
    #expect(waiting.count == 0)
    let messages: [(String, [Value])] = [
      ("", ["mon1", "x"]), ("port", []),
      ("p#q", [nil, 1, 2.5, "ü", .bytes([0, 255]), ["k": [true]]]),
      ("deep", [(0..<509).reduce(Value.null) { value, _ in [value] }]),
    ]
    for (name, message) in messages {
      try message.withUnsafeBufferPointer {
        try waiting.append(name: name, $0, limits: .standard)
      }
    }
    let count = waiting.count
    #expect(throws: CodecError.self) {
      try [Value.double(.nan)].withUnsafeBufferPointer {
        try waiting.append(name: "x", $0, limits: .standard)
      }
    }
    #expect(waiting.count == count)
    var drained: [(String, [Value])] = []
    waiting.drain { drained.append(($0, Array($1))) }
    #expect(drained.map(\.0) == messages.map(\.0))
    #expect(drained.map(\.1) == messages.map(\.1))
  }

  @Test("over the limit what waits is dropped and the monitors fire, from the loop")
  func limitWhileWaiting() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop, seeds: ["127.0.0.1:1"])
      defer { node.close() }
      node.queueLimit = 10_000
      var reason: Message?
      var lateReason: Message?
      node.monitor(PortID("nowhere#p")) { reason = $0 }
      node.run {
        for _ in 0..<100 { snd("nowhere#p", String(repeating: "x", count: 500)) }
      }
      #expect(reason == nil)
      #expect(node.queuedBytes(for: "nowhere") < 10_000)
      node.monitor(PortID("nowhere#q")) { lateReason = $0 }
      loop.run(until: { reason != nil && lateReason != nil })
      #expect(reason == ["transport_error", "nowhere", "too much queued"])
      #expect(lateReason == reason)
      #expect(node.isUp("nowhere") == nil)
    }
  }

  @Test("who connects while what waited for it is dropped gets in when the monitors have fired")
  func establishedWhileCut() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let id = TestName.next("peer")
      var reason: Message?
      node.monitor(PortID("\(id)#p")) { reason = $0 }
      node.queueLimit = 10_000
      let sender = node.run {
        rcv(port(), "go") {
          for _ in 0..<100 { snd("\(id)#p", String(repeating: "x", count: 500)) }
        }
      }
      let other = try WirePeer.connect(node.address, id: TestName.next("other"), loop)
      let early = try WirePeer(
        RawPeer.connect(node.address, loop), id: id, as: .dialling, pauses: true)
      early.settle(loop)
      // In one turn of the loop the queue is dropped and the last line of the handshake comes; that the node
      // counts as lost is told in the next one.
      other.send(sender.name, "go")
      early.proceedWithPermission()
      var isUpBefore = false
      loop.run(until: {
        if reason == nil, node.isUp(id) == true { isUpBefore = true }
        return reason != nil && early.isClosed
      })
      #expect(reason == ["transport_error", .string(id), "too much queued"] && !isUpBefore)
      _ = try WirePeer.connect(node.address, id: id, loop)
      loop.run(until: { node.isUp(id) == true })
      #expect(node.connectedNodes == [other.id, id].sorted())
    }
  }

  @Test("a peer that does not read: over the limit the connection is cut and the monitors fire")
  func limitWhileConnected() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      node.queueLimit = 1 << 20
      var reason: Message?
      node.monitor(PortID("\(peer.id)#p")) { reason = $0 }
      let text = String(repeating: "x", count: 100_000)
      node.run {
        var sent = 0
        while sent < 1000, node.queuedBytes(for: peer.id) < 800_000 {
          snd("\(peer.id)#p", text)
          sent += 1
        }
        snd("\(peer.id)#p", "the last straw", text, text, text)
        #expect(sent < 1000)
      }
      #expect(reason == nil)
      loop.run(until: { reason != nil })
      #expect(reason == ["transport_error", .string(peer.id), "too much queued"])
      #expect(node.connectedNodes.isEmpty)
    }
  }

  @Test("whenDrained calls once: at once without a connection, else when all is with the kernel")
  func draining() throws {
    try withPair { global, slave, loop in
      var calls: [String] = []
      slave.whenDrained("unknown") { calls.append("unknown") }
      #expect(calls.isEmpty && slave.isUp("unknown") == nil)
      slave.run { snd("\(global.id)#nobody", String(repeating: "x", count: 3_000_000)) }
      slave.whenDrained(global.id) { calls.append("drained \(slave.queuedBytes(for: global.id))") }
      slave.whenDrained(slave.id) { calls.append("ourselves") }
      loop.run(until: { calls.count == 3 })
      #expect(Set(calls) == ["unknown", "drained 0", "ourselves"])
      slave.run { snd("\(global.id)#nobody", "x") }
      loop.settle()
      #expect(calls.count == 3)
    }
  }

  @Test("a message that cannot be sent kills the port that sends it, and nothing of it goes out")
  func unsendable() throws {
    try withPair { global, slave, loop in
      var got: [Message] = []
      let target = global.run { port { msg in got.append(msg) } }
      var reason: Message?
      let sender = slave.run { port() }
      slave.monitor(sender) { reason = $0 }
      slave.run {
        rcv(sender, "go") {
          snd(target, "first")
          snd(target, Double.nan)
          snd(target, "second")
        }
        snd(sender, "go")
        snd(target, Double.infinity)
      }
      loop.run(until: { reason != nil && got.count == 2 })
      #expect(got == [["first"], ["second"]])
      #expect(reason?[0] == "die")
      #expect(reason?[1].string?.contains(target.id) == true)
    }
  }

  @Test("when a node is lost the monitors fire before those who wait for it to be drained")
  func lossBeforeDrained() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      var log: [String] = []
      node.monitor(PortID("\(peer.id)#p")) { reason in
        log.append(reason[0].string ?? "")
      }
      node.run { snd("\(peer.id)#p", String(repeating: "x", count: 8_000_000)) }
      node.whenDrained(peer.id) { log.append("drained") }
      peer.raw.stream.close()
      loop.run(until: { log.count == 2 })
      #expect(log == ["transport_error", "drained"])
    }
  }

  @Test("a packet over the limit kills the port that sends it and ends a connection it arrives on")
  func packetLimit() throws {
    try withLoop { loop in
      let node = Node(on: loop)
      defer { node.close() }
      node.packetLimit = 1000
      try node.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("node"), binds: ["127.0.0.1:*"],
          secret: "the tests' secret", norc: true))
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      var reason: Message?
      let sender = node.run {
        rcv(port(), "go") { snd("\(peer.id)#p", String(repeating: "x", count: 1001)) }
      }
      node.monitor(sender) { reason = $0 }
      node.run { snd(sender, "go") }
      loop.run(until: { reason != nil })
      #expect(reason?[0] == "die")
      #expect(!peer.isClosed)
      peer.send("", "devnull", .string(String(repeating: "x", count: 1001)))
      loop.run(until: { peer.isClosed })
    }
  }
}
