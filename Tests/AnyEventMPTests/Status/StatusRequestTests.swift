import AEMPWire
import AnyEventMP
import TestSupport
import Testing

@Suite("The request x-status") struct StatusRequestTests {
  private func can(_ request: String, on bench: RequestBench) -> Value? {
    var answer: Value?
    let p = port { msg in answer = msg[0] }
    bench.request("can", .string(request), .string(p.id))
    return answer
  }

  /// The answers, without the question for the round trip that comes with them.
  private func answers(_ bench: RequestBench) -> [[Value]] {
    bench.answers().filter { $0.first != "" }
  }

  @Test("it can be asked for, and is sent to the port that was named")
  func answered() throws {
    try withBench { bench in
      #expect(can("x-status", on: bench) == "1")
      #expect(can("x-statu", on: bench) == "")
      bench.request("x-status", bench.port("p"), "status", [1])
      let answer = answers(bench)
      #expect(answer.count == 1 && answer.first?.prefix(3) == ["p", "status", [1]])
      let status = NodeStatus(messageValue: answer.first?.last ?? .null)
      #expect(status?.node == NODE && status?.portCount == bench.node.status.portCount)
      #expect(status?.portCount == 2)
    }
  }

  @Test("a node without a name has none that others could read")
  func nameless() {
    withNode { node, _ in
      #expect(NodeStatus(messageValue: node.status.messageValue) == nil)
    }
  }

  @Test(
    "without a port to answer to it is logged with its sender, and nothing is answered",
    arguments: [[], [nil], [[1]], [["a": 1]], [""]] as [[Value]])
  func badArguments(_ arguments: [Value]) throws {
    let log = LogCollector.shared
    try withBench { bench in
      bench.request(["x-status"] + arguments)
      let lines = log.lines(with: "of \(bench.peer.id) failed", upTo: .error)
      // Null and the empty id stand for our node port, which knows no request that is a hash.
      let isOwnNodePort = arguments == [nil] || arguments == [""]
      #expect(lines.count == 1)
      if !isOwnNodePort { #expect(lines.first?.contains(#"request "x-status""#) == true) }
      #expect(bench.node.knownNodes == [bench.peer.id] && bench.node.status.portCount == 0)
      #expect(answers(bench) == [])
    }
  }

  @Test("a node that is secure says that it cannot, logs the request, and tells itself all")
  func secure() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let node = Node(on: loop)
      defer { node.close() }
      try node.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("secure"), binds: ["127.0.0.1:*"],
          secret: "the tests' secret", secure: true, norc: true))
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      peer.send("", "x-status", .string("\(peer.id)#p"))
      peer.send("", "can", "x-status", .string("\(peer.id)#p"), "can")
      peer.send("", "can", "mon1", .string("\(peer.id)#p"), "can")
      loop.run(until: { peer.messages(to: "p").count == 2 })
      #expect(peer.messages(to: "p") == [["can", ""], ["can", "1"]])
      #expect(
        log.lines(with: "of \(peer.id) failed", upTo: .error).map { $0.contains("secure") } == [
          true
        ]
      )
      var own: NodeStatus?
      node.run { cal(node.id, "x-status") { (status: NodeStatus?) in own = status } }
      loop.run(until: { own != nil })
      #expect(own?.connections.map(\.node) == [peer.id])
    }
  }

  @Test("a peer that is not of this library is told with the name that it gives itself")
  func provider() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let raw = try RawPeer.connect(node.address, loop)
      let peer = try WirePeer(
        raw, id: TestName.next("perl"), as: .dialling,
        framings: [.json], keys: [Greeting.Key("provider", "AE-2.02")])
      loop.run(until: { peer.established != nil })
      peer.send("", "x-status", .string("\(peer.id)#p"))
      loop.run(until: { !peer.messages(to: "p").isEmpty })
      let status = try #require(NodeStatus(messageValue: peer.messages(to: "p")[0][0]))
      let connection = try #require(status.connections.first)
      #expect(connection.provider == "AE-2.02" && connection.node == peer.id)
      #expect(connection.sendFraming == "json" && connection.receiveFraming == "json")
      #expect(!connection.isDialled)
    }
  }
}
