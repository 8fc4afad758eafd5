import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("Seeds") struct SeedKeeperTests {
  private func attempts(at address: String) -> Int {
    LogCollector.shared.lines(with: "trying connect to seed node \(address).", upTo: .trace).count
  }

  @Test("a seed that does not answer is dialled at once, then after 2r, 4r, 8r, …")
  func backOff() throws {
    _ = LogCollector.shared
    try withLoop(manualTime: 1000) { loop in
      let address = try TestHost.silentAddress(loop)
      let node = try Node.listening(on: loop, seeds: [address], monitorTimeout: 10)
      defer { node.close() }
      loop.settle()
      #expect(attempts(at: address) == 1)
      var times: [Double] = [0]
      for step in 1...600 {
        loop.advance(by: 0.1)
        if attempts(at: address) > times.count { times.append(Double(step) / 10) }
      }
      let waits = zip(times.dropFirst(), times).map { $0 - $1 }
      #expect(waits.count >= 6)
      for (index, wait) in waits.enumerated() {
        let factor = Double(1 << min(index + 1, 10))
        #expect(wait >= min(10, factor * 0.6) - 0.2 && wait <= min(10, factor * 1.2) + 0.2)
      }
    }
  }

  @Test("a seed that comes up later is found")
  func comesUpLater() throws {
    try withLoop(manualTime: 1000) { loop in
      let address = try TestHost.silentAddress(loop)
      let slave = try Node.listening(on: loop, seeds: [address])
      defer { slave.close() }
      loop.advance(by: 20)
      #expect(slave.connectedNodes.isEmpty)
      let global = Node(on: loop)
      defer { global.close() }
      try global.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("late"), binds: [address], secret: "the tests' secret",
          norc: true))
      loop.advance(by: 30)
      loop.run(until: { slave.isConnected(to: global) })
      // Once it is there it is not dialled any more.
      let count = attempts(at: address)
      loop.advance(by: 100)
      loop.settle()
      #expect(attempts(at: address) == count && slave.isConnected(to: global))
    }
  }

  @Test("after a loss the seed is dialled again at once")
  func loss() throws {
    try withLoop(manualTime: 1000) { loop in
      let global = try Node.listening(on: loop)
      defer { global.close() }
      let slave = try Node.listening(on: loop, seeds: [global.address])
      defer { slave.close() }
      loop.run(until: { slave.isConnected(to: global) && global.isConnected(to: slave) })
      loop.advance(by: 60)
      var downs = [0, 0]
      slave.monitor(PortID(global.id)) { _ in downs[0] += 1 }
      global.monitor(PortID(slave.id)) { _ in downs[1] += 1 }
      slave.cut(from: global)
      loop.run(until: {
        loop.advance(by: 0)
        return downs == [1, 1] && slave.isConnected(to: global) && global.isConnected(to: slave)
      })
    }
  }

  @Test("a seed that accepts and hangs up at once is not dialled in a tight circle")
  func hangingUp() throws {
    _ = LogCollector.shared
    try withLoop(manualTime: 1000) { loop in
      var accepted = 0
      let listener = try loop.listen(on: "127.0.0.1", 0) { socket in
        accepted += 1
        let peer = RawPeer(loop: loop, socket: socket)
        peer.stream.close()
      }
      defer { listener.close() }
      let node = try Node.listening(on: loop, seeds: [listener.address.description])
      defer { node.close() }
      loop.run(until: { accepted > 0 })
      for _ in 0..<20 { loop.advance(by: 1) }
      #expect(accepted >= 3 && accepted <= 7)
    }
  }

  @Test("a seed that is ourselves is dropped, and we become global")
  func ourselves() throws {
    try withLoop { loop in
      let address = try TestHost.silentAddress(loop)
      let node = Node(on: loop)
      defer { node.close() }
      try node.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("self"), binds: [address], seeds: [address],
          secret: "the tests' secret", norc: true))
      #expect(node.seedAddresses == [address])
      loop.run(until: { node.seedAddresses.isEmpty })
      var keys: [String]?
      node.run {
        db_set("family", "key")
        db_keys("family") { keys = $0 }
      }
      loop.run(until: { keys != nil })
      #expect(keys == ["key"])
      #expect(node.connectedNodes.isEmpty)
    }
  }

  @Test("the same node behind two seed addresses gets one connection")
  func twoAddresses() throws {
    try withLoop(manualTime: 1000) { loop in
      let global = Node(on: loop)
      defer { global.close() }
      try global.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("two"), binds: ["127.0.0.1:*", "127.0.0.2:*"],
          secret: "the tests' secret", norc: true))
      let addresses = global.status.listeners
      let slave = try Node.listening(on: loop, seeds: addresses)
      defer { slave.close() }
      loop.run(until: { slave.isConnected(to: global) })
      loop.advance(by: 30)
      #expect(slave.connectedNodes == [global.id])
      #expect(global.connectedNodes == [slave.id])
      // Neither is dialled again, as long as the node is there.
      let counts = addresses.map(attempts)
      loop.advance(by: 100)
      loop.settle()
      #expect(addresses.map(attempts) == counts)
    }
  }

  @Test(
    "two nodes that have each other as seeds end with one connection, again and again",
    arguments: 0..<5)
  func mutualSeeds(_: Int) throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let addresses = [
        try TestHost.silentAddress(loop), try TestHost.silentAddress(loop),
      ]
      let nodes = try (0...1).map { index in
        let node = Node(on: loop)
        try node.configure(
          ConfigurationArguments(
            "test", nodeid: TestName.next("mutual\(index)"), binds: [addresses[index]],
            seeds: [addresses[1 - index]], secret: "the tests' secret", norc: true))
        return node
      }
      defer { for node in nodes { node.close() } }
      // Nobody may lose a message, whichever connection wins.
      var got: [Int] = []
      let ports = nodes.enumerated().map { index, node in
        node.run { rcv(port(), "x") { got.append(index) } }
      }
      var isLost = false
      for (index, node) in nodes.enumerated() {
        node.monitor(ports[1 - index]) { _ in isLost = true }
        node.run { snd(ports[1 - index], "x") }
      }
      loop.run(until: { got.count == 2 })
      loop.run(until: { nodes[0].isConnected(to: nodes[1]) && nodes[1].isConnected(to: nodes[0]) })
      loop.settle()
      #expect(!isLost)
      #expect(nodes[0].connectedNodes == [nodes[1].id] && nodes[1].connectedNodes == [nodes[0].id])
      for node in nodes { #expect(log.lines(with: "(\(node.id))", upTo: .error).isEmpty) }
    }
  }

  @Test("a node whose seeds stand for no address keeps its own database")
  func noAddress() throws {
    try withLoop { loop in
      // All addresses of a machine that has none.
      let node = try Node.listening(on: loop, seeds: ["*:4040"]) {
        $0.makeAddressSources = { hostName in
          AddressSources(interfaces: [], hostName: hostName, lookUp: { _ in [] })
        }
      }
      defer { node.close() }
      #expect(node.seedAddresses.isEmpty)
      var keys: [String]?
      node.run { db_keys("'g") { keys = $0 } }
      loop.run(until: { keys != nil })
      #expect(keys == [node.id])
    }
  }
}
