import AEMPWire
import AnyEvent
import AnyEventMP
import TestSupport
import Testing

/// With one end in the hands of the test, as a node of AnyEvent::MP 2.02 speaks.
@Suite("Data connections on the wire") struct DataConnectionWireTests {
  private static let expect = "AnyEvent::MP::DataConn::_expect"

  private func withPeer(
    _ body: (Node, WirePeer, Loop) throws -> Void
  ) throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let peer = try WirePeer.connect(node.address, id: TestName.next("perl"), loop)
      try body(node, peer, loop)
    }
  }

  /// Announces a connection, and waits until that has arrived.
  private func announce(
    _ id: String, _ peer: WirePeer, _ node: Node, _ loop: Loop, seconds: Value = 30,
    function: Value = "My::data", arguments: [Value] = []
  ) {
    let port = "\(peer.id)#want"
    peer.send(
      packet: [.string(Self.expect), .string(id), .string(port), seconds, function] + arguments)
    let before = peer.messages(to: "want").count
    peer.send("", "snd", .string(port), "echo")
    loop.run(until: { peer.messages(to: "want").count > before })
  }

  /// Whether the node waits for a connection that the peer has announced: it monitors the port that wants it.
  private func expectsConnection(_ node: Node, of peer: WirePeer) -> Bool {
    node.monitorCount(on: peer.id) > 0
  }

  /// What the port that wanted a connection was killed with.
  private func kills(_ peer: WirePeer) -> [[Value]] {
    peer.messages().filter { $0.first == "kil1" }
  }

  /// The connections that a function gets.
  private final class Received {
    var calls: [(Message, Handle)] = []

    init(_ node: Node) {
      node.run { DataConn.sub("My::data") { [unowned self] in calls.append(($0, $1)) } }
    }

    deinit { for (_, handle) in calls { handle.destroy() } }
  }

  @Test(
    "who has announced a connection and dials it gets it, encrypted or not, with data at once",
    arguments: [true, false])
  func accepted(isPlain: Bool) throws {
    try withPeer { node, peer, loop in
      let received = Received(node)
      announce("b@\(peer.id)", peer, node, loop, arguments: [1, "two"])
      #expect(expectsConnection(node, of: peer))
      let data = try DataPeer(
        RawPeer.connect(node.address, loop), id: peer.id, dialling: "b@\(peer.id)",
        isPlain: isPlain, attached: Array("first\n".utf8))
      loop.run(until: { received.calls.count == 1 && data.established != nil })
      #expect(data.established?.peer.protocolName == "aemp")
      let (arguments, handle) = received.calls[0]
      #expect(arguments.values == [1, "two"])
      var lines: [String] = []
      handle.push_read(.line) { _, line in lines.append(line) }
      handle.push_read(.line) { _, line in lines.append(line) }
      data.send("second\n")
      handle.push_write("answer\n")
      loop.run(until: { lines.count == 2 && data.text == "answer\n" })
      #expect(lines == ["first", "second"])
      #expect(!expectsConnection(node, of: peer))
      #expect(kills(peer).isEmpty)
      // The connection between the nodes is as it was.
      #expect(node.isUp(peer.id) == true && !peer.isClosed)
      data.raw.stream.close()
    }
  }

  @Test("who has not announced it, another node, a second one and a stranger get nothing")
  func refused() throws {
    try withPeer { node, peer, loop in
      let received = Received(node)
      announce("id", peer, node, loop)
      func dial(
        _ id: String, _ data: String, secret: String = "the tests' secret",
        protocolName: String = "aemp-dataconn"
      ) throws -> DataPeer {
        try DataPeer(
          RawPeer.connect(node.address, loop), id: id, dialling: data, secret: secret,
          protocolName: protocolName)
      }
      let strangers = [
        try dial(peer.id, "other"), try dial(TestName.next("thief"), "id"),
        try dial(peer.id, "id", secret: "another secret of the tests"),
        try dial(peer.id, "id", protocolName: "aemp-other"),
      ]
      loop.run(until: { strangers.allSatisfy(\.isClosed) })
      #expect(strangers.allSatisfy { $0.established == nil })
      #expect(received.calls.isEmpty && expectsConnection(node, of: peer))
      let first = try dial(peer.id, "id")
      loop.run(until: { received.calls.count == 1 })
      let second = try dial(peer.id, "id")
      loop.run(until: { second.isClosed })
      #expect(second.established == nil && received.calls.count == 1 && !first.isClosed)
      #expect(node.strangerCount == 0)
      first.raw.stream.close()
    }
  }

  @Test("one that does not come in time kills the port that wanted it, and is refused then")
  func late() throws {
    try withPeer { node, peer, loop in
      let received = Received(node)
      announce("id", peer, node, loop, seconds: 0.05)
      loop.run(until: { !kills(peer).isEmpty })
      #expect(
        kills(peer) == [
          [
            "kil1", "want", "AnyEvent::MP::DataConn",
            "unable to establish connection within 0.05 seconds",
          ]
        ])
      let data = try DataPeer(
        RawPeer.connect(node.address, loop), id: peer.id, dialling: "id")
      loop.run(until: { data.isClosed })
      #expect(received.calls.isEmpty)
    }
  }

  @Test("when the port that wanted it dies it is not waited for any more")
  func givenUp() throws {
    try withPeer { node, peer, loop in
      let received = Received(node)
      announce("id", peer, node, loop)
      peer.send("", "kil0", "want")
      loop.run(until: { !expectsConnection(node, of: peer) })
      #expect(kills(peer).isEmpty && received.calls.isEmpty)
    }
  }

  @Test("what cannot be announced kills the port with a sentence, and what has no port is logged")
  func badCalls() throws {
    try withPeer { node, peer, loop in
      let received = Received(node)
      let port = Value.string("\(peer.id)#want")
      announce("same", peer, node, loop)
      let calls: [[Value]] = [
        ["same", port, 30, "My::data"], ["", port, 30, "My::data"],
        ["with space", port, 30, "My::data"], ["ü", port, 30, "My::data"],
        [.string(String(repeating: "x", count: 257)), port, 30, "My::data"],
        ["id", port, 30, "My::other"],
      ]
      for call in calls { peer.send(packet: [.string(Self.expect)] + call) }
      loop.run(until: { kills(peer).count == calls.count })
      #expect(kills(peer).allSatisfy { $0[2] == "AnyEvent::MP::DataConn" && $0.count == 4 })
      let logged: [[Value]] = [
        [], ["id"], ["id", port], ["id", port, "x", "My::data"], ["id", port, -1, "My::data"],
        ["id", port, 30], [["id"], port, 30, "My::data"], ["id", "x", 30, "My::data"],
        ["id", "", 30, "My::data"], ["id", port, 30, ["My::data"]],
      ]
      for call in logged {
        for name in [Self.expect, "x-dataconn"] { peer.send(packet: [.string(name)] + call) }
      }
      loop.run(until: {
        !LogCollector.shared.lines(with: "of \(peer.id) failed", upTo: .error).isEmpty
      })
      loop.settle()
      #expect(expectsConnection(node, of: peer) && received.calls.isEmpty)
      // Of all these only the first one was waited for.
      let data = try DataPeer(RawPeer.connect(node.address, loop), id: peer.id, dialling: "same")
      loop.run(until: { received.calls.count == 1 })
      #expect(!expectsConnection(node, of: peer))
      data.raw.stream.close()
    }
  }

  @Test("one node may announce only so many, and their number does not stop others")
  func many() throws {
    try withPeer { node, peer, loop in
      let received = Received(node)
      let most = 64
      let port = Value.string("\(peer.id)#want")
      for n in 0..<(2 * most) {
        peer.send("", .string(Self.expect), .string("\(n)"), port, 1e300, "My::data")
      }
      loop.run(until: { kills(peer).count == most })
      #expect(expectsConnection(node, of: peer))
      let other = try WirePeer.connect(node.address, id: TestName.next("other"), loop)
      announce("other", other, node, loop)
      #expect(expectsConnection(node, of: other) && kills(other).isEmpty)
      // One that comes makes room for one.
      let data = try DataPeer(RawPeer.connect(node.address, loop), id: peer.id, dialling: "0")
      loop.run(until: { received.calls.count == 1 })
      for n in 0..<2 { announce("again\(n)", peer, node, loop) }
      #expect(kills(peer).count == most + 1)
      data.raw.stream.close()
    }
  }

  /// A node dials the peer: what the test's listener got, and whether the node has its handle.
  private func withDialled(
    hangsUp: Bool = false, id answeredID: String? = nil, isPlain: Bool = false,
    _ body: (_ data: DataPeer, _ result: () -> Result<Handle, DataConnectionError>?, Loop)
      throws -> Void
  ) throws {
    try withPeer { node, peer, loop in
      var dialled: [RawPeer] = []
      let listener = try loop.listen(on: TestHost.next(), 0) { socket in
        dialled.append(RawPeer(loop: loop, socket: socket))
      }
      defer { listener.close() }
      peer.send(
        "", "g_slave", ["'l": [peer.id: [.string(listener.address.description)]] as Value] as Value)
      var result: Result<Handle, DataConnectionError>?
      node.connectData(to: peer.id, within: 20, function: "Perl::data", [1, nil]) { result = $0 }
      loop.run(until: { peer.messages().contains { $0.first == "snd" } })
      let call = try #require(peer.messages().first { $0.first == .string(Self.expect) })
      #expect(call[3].double == 20 && call.dropFirst(4) == ["Perl::data", 1, nil])
      #expect(call[1].string?.hasSuffix("@\(node.id)") == true)
      #expect(dialled.isEmpty)
      // The echo.
      let echo = try #require(peer.messages().first { $0.first == "snd" })
      peer.send("", .string("snd"), echo[1], echo[2])
      loop.run(until: { !dialled.isEmpty })
      let data = try DataPeer(
        dialled[0], id: answeredID ?? peer.id, isPlain: isPlain, hangsUp: hangsUp)
      try body(data, { result }, loop)
      try? result?.get().destroy()
      withExtendedLifetime(dialled) {}
    }
  }

  @Test(
    "the other node is told, answers by an echo, and is dialled by the id",
    arguments: [true, false])
  func dialled(isPlain: Bool) throws {
    try withDialled(isPlain: isPlain) { data, result, loop in
      loop.run(until: { result() != nil && data.established != nil })
      #expect(data.established?.peer.protocolName == "aemp-dataconn")
      #expect(data.established?.peer[key: "dataconn_id"] != nil)
      let handle = try #require(result()).get()
      var line: String?
      handle.push_read(.line) { line = $1 }
      data.send("from there\n")
      handle.push_write("from here\n")
      loop.run(until: { line == "from there" && data.text == "from here\n" })
    }
  }

  @Test(
    "a node that was dialled for its link is dialled there at once, whoever knows its addresses")
  func knownAddress() throws {
    try withLoop { loop in
      var dialled: [RawPeer] = []
      let listener = try loop.listen(on: TestHost.next(), 0) { socket in
        dialled.append(RawPeer(loop: loop, socket: socket))
      }
      defer { listener.close() }
      let node = try Node.listening(on: loop, seeds: [listener.address.description])
      defer { node.close() }
      loop.run(until: { dialled.count == 1 })
      let peer = try WirePeer(dialled[0], id: TestName.next("seed"), as: .accepting)
      loop.run(until: { node.isUp(peer.id) == true })
      var result: Result<Handle, DataConnectionError>?
      node.connectData(to: peer.id, within: 20, function: "Perl::data") { result = $0 }
      loop.run(until: { peer.messages().contains { $0.first == "snd" } })
      let echo = try #require(peer.messages().first { $0.first == "snd" })
      peer.send("", .string("snd"), echo[1], echo[2])
      // Nobody has answered where it listens.
      loop.run(until: { dialled.count == 2 })
      loop.run(until: { peer.messages().contains(["g_find", .string(peer.id)]) })
      // A failure there is not the end, as long as there may be other addresses.
      dialled[1].stream.close()
      loop.run(until: { node.strangerCount == 0 })
      loop.settle()
      #expect(result == nil)
      peer.send("", "g_found", .string(peer.id), [.string(listener.address.description)])
      loop.run(until: { result != nil })
      // It was not dialled a second time.
      #expect(dialled.count == 2)
      #expect(throws: DataConnectionError.self) { try result?.get() }
      withExtendedLifetime(dialled) {}
    }
  }

  @Test("a connection that comes for a request which has ended meanwhile is dropped")
  func endedMeanwhile() throws {
    try withPeer { node, peer, loop in
      var reasons: [String] = []
      for isUnderWay in [true, false] {
        // It listens nowhere, so it is asked to dial.
        let before = peer.packets.count
        func messages() -> [[Value]] { peer.packets.dropFirst(before).map(\.message) }
        func answer(_ tag: Value, _ rest: Value...) throws {
          loop.run(until: { messages().contains { $0.first == tag } })
          let request = try #require(messages().first { $0.first == tag })
          let port = tag == "can" ? request[2] : request[1]
          peer.send(
            packet: [.string("snd"), port] + request.dropFirst(tag == "can" ? 3 : 2) + rest)
        }
        node.connectData(to: peer.id, within: 20, function: "Perl::data") { result in
          if case .failure(let error) = result { reasons.append(error.description) }
        }
        try answer("snd")
        try answer("can", "1")
        loop.run(until: { messages().contains { $0.first == "x-dataconn" } })
        let call = try #require(messages().first { $0.first == "x-dataconn" })
        let id = try #require(call[1].string)
        func dial() throws -> DataPeer {
          try DataPeer(
            RawPeer.connect(node.address, loop), id: peer.id, dialling: id, pauses: true)
        }
        let early = isUnderWay ? try dial() : nil
        if let early { loop.run(until: { early.isAskedForPermission }) }
        let port = try #require(call[2].string).drop { $0 != "#" }.dropFirst()
        peer.send("", "kil1", .string(String(port)), "x", "not now")
        loop.run(until: { reasons.last == "not now" })
        reasons = []
        let data = try early ?? dial()
        loop.run(until: { data.isAskedForPermission })
        data.proceed()
        loop.run(until: { data.isClosed })
        loop.settle()
        #expect(reasons.isEmpty && data.established == nil)
      }
    }
  }

  @Test("what waits for the port of a request that ends meanwhile is dropped")
  func lateAnswers() throws {
    try withPeer { node, peer, loop in
      var reasons: [String] = []
      node.connectData(to: peer.id, within: 20, function: "Perl::data") { result in
        if case .failure(let error) = result { reasons.append(error.description) }
      }
      loop.run(until: { peer.packets.contains { $0.message.first == "snd" } })
      let echo = try #require(peer.packets.first { $0.message.first == "snd" }).message
      peer.send(packet: [.string("snd"), echo[1]] + echo.dropFirst(2))
      loop.run(until: { peer.packets.contains { $0.message.first == "can" } })
      let port = try #require(
        peer.packets.first { $0.message.first == "can" }?.message[2].string)
      let name = String(port.drop { $0 != "#" }.dropFirst())
      // The second waits behind the first; the third ends the request before it comes.
      peer.send("", "snd", .string(node.id), "devnull")
      peer.send("", "snd", .string(port), "x")
      peer.send(name, "can", "")
      loop.run(until: { !reasons.isEmpty })
      loop.settle()
      #expect(reasons == ["\(peer.id) listens nowhere, and cannot dial"])
      #expect(node.isUp(peer.id) == true)
    }
  }

  @Test("a node may close when the node is lost that a connection is wanted to")
  func closesMeanwhile() throws {
    try withPeer { node, peer, loop in
      node.monitor(PortID(peer.id)) { [unowned node] _ in node.close() }
      for _ in 0..<3 {
        node.connectData(to: peer.id, within: 20, function: "Perl::data") { _ in
          Issue.record("the node is closed")
        }
      }
      loop.settle()
      peer.raw.stream.close()
      loop.run(until: { node.isClosed })
      loop.settle()
    }
  }

  @Test("another node at the address is refused, and the reason names both")
  func otherNode() throws {
    try withDialled(id: "other") { data, result, loop in
      loop.run(until: { result() != nil })
      guard case .failure(let error)? = result() else {
        Issue.record("it is connected")
        return
      }
      #expect(error.description.hasPrefix("other answers there instead of test"))
      #expect(data.established == nil)
    }
  }

  @Test("who hangs up on the dialling side's proof leaves a sentence that says what may be wrong")
  func hangup() throws {
    try withDialled(hangsUp: true) { _, result, loop in
      loop.run(until: { result() != nil })
      guard case .failure(let error)? = result() else {
        Issue.record("it is connected")
        return
      }
      #expect(error.description.hasSuffix("or it does not expect this connection (any more)"))
    }
  }
}
