import AnyEvent
import AnyEventMP
import Glibc
import TestSupport
import Testing

@Suite("Finding a node by its name") struct NodeSearchTests {
  /// The reason with which a monitor on a port of that node fires.
  private func reason(_ node: Node, _ port: String, _ loop: Loop) -> Message? {
    var reason: Message?
    node.monitor(PortID(port)) { reason = $0 }
    #expect(reason == nil)
    loop.run(until: { reason != nil })
    return reason
  }

  @Test("a node that nobody knows is down after the connect interval, and forgotten")
  func unknown() throws {
    try withPair(connectInterval: 0.05) { global, slave, loop in
      for node in [global, slave] {
        let reason = reason(node, "nowhere#p", loop)
        #expect(reason == ["transport_error", "nowhere", "no known address"])
        #expect(node.isUp("nowhere") == nil)
      }
      // A monitor on the node itself too, and what is sent is dropped.
      slave.run { snd("nowhere#p", "x") }
      #expect(reason(slave, "nowhere", loop)?[0] == "transport_error")
    }
  }

  @Test("a node that becomes known a little later is found")
  func knownLater() throws {
    try withPair(connectInterval: 200) { global, slave, loop in
      let name = TestName.next("late")
      var fired: Message?
      slave.monitor(PortID("\(name)#p")) { fired = $0 }
      // Nobody knows it so far.
      var answered = false
      slave.run { db_keys("'l") { _ in answered = true } }
      loop.run(until: { answered })
      #expect(slave.isUp(name) == false && fired == nil)

      let late = Node(on: loop)
      defer { late.close() }
      try late.configure(
        ConfigurationArguments(
          "test", nodeid: name, binds: ["127.0.0.1:*"], seeds: [global.address],
          secret: "the tests' secret", norc: true))
      loop.run(until: { fired != nil })
      #expect(fired?[0] == "no_such_port")
      #expect(slave.isConnected(to: late))
    }
  }

  @Test("a node that does not listen has no address")
  func notListening() throws {
    try withPair(connectInterval: 0.05) { global, slave, loop in
      let deaf = Node(on: loop)
      defer { deaf.close() }
      try deaf.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("deaf"), binds: [], seeds: [global.address],
          secret: "the tests' secret", norc: true))
      loop.run(until: { global.isConnected(to: deaf) })
      #expect(reason(slave, "\(deaf.id)#p", loop)?[2] == "no known address")
    }
  }

  @Test("before configure, and without a master in time, the monitors fire too")
  func timeLimit() throws {
    try withLoop(manualTime: 1000) { loop in
      let nameless = Node(on: loop)
      #expect(reason(nameless, "n#p", loop)?[2] == "configure was not called")
      nameless.close()
      let node = try Node.listening(on: loop, seeds: ["127.0.0.1:1"], monitorTimeout: 12)
      defer { node.close() }
      var reason: Message?
      node.monitor(PortID("n#p")) { reason = $0 }
      loop.advance(by: 11.9)
      #expect(reason == nil)
      loop.advance(by: 0.2)
      #expect(reason == ["transport_error", "n", "connect timeout"])
      #expect(node.knownNodes.isEmpty)
    }
  }

  @Test("once an address is known, it is tried for as long as it takes")
  func knownInTime() throws {
    try withLoop(manualTime: 1000) { loop in
      // It takes connections and never says who it is.
      var streams: [ConnectedSocket] = []
      let listener = try loop.listen(on: TestHost.next(), 0) { streams.append($0) }
      defer {
        listener.close()
        for stream in streams { close(stream.fd) }
      }
      let node = try Node.listening(on: loop, monitorTimeout: 12, connectInterval: 2)
      defer { node.close() }
      var reason: Message?
      node.monitor(PortID("n#p")) { reason = $0 }
      loop.settle()
      loop.advance(by: 1)
      node.run { db_set("'l", "n", [listener.address.description]) }
      loop.advance(by: 0.8)
      loop.run(until: { !streams.isEmpty })
      loop.advance(by: 10)
      #expect(reason == nil)
      loop.advance(by: 5)
      #expect(reason == ["transport_error", "n", "connect timeout"])
    }
  }

  @Test("what is sent before configure in one go reaches the network afterwards")
  func beforeConfigure() throws {
    try withLoop { loop in
      let global = try Node.listening(on: loop)
      defer { global.close() }
      var got: [Int] = []
      let p = global.run { rcv(port(), "n") { (n: Int) in got.append(n) } }
      let node = Node(on: loop)
      defer { node.close() }
      node.run { for n in 0..<3 { snd(p.id, "n", n) } }
      try node.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("early"), seeds: [global.address],
          secret: "the tests' secret", norc: true))
      loop.run(until: { got.count == 3 })
      #expect(got == [0, 1, 2])
    }
  }

  @Test("several addresses are tried in turn until the node answers at one")
  func severalAddresses() throws {
    try withLoop { loop in
      let dead = try TestHost.silentAddress(loop)
      let target = try Node.listening(on: loop, "target")
      let wrong = try Node.listening(on: loop, "wrong")
      let node = try Node.listening(on: loop, "node")
      defer { for node in [target, wrong, node] { node.close() } }
      var got = 0
      let p = target.run { rcv(port(), "x") { got += 1 } }
      let addresses = [dead, "not an address", wrong.address, node.address, target.address]
      node.run {
        db_set("'l", target.id, addresses)
        snd(p.id, "x")
      }
      loop.run(until: { got == 1 })
      #expect(node.isConnected(to: target))
    }
  }

  @Test("when no address answers the last failure is the reason")
  func noAddressAnswers() throws {
    try withLoop { loop in
      let wrong = try Node.listening(on: loop, "wrong")
      let node = try Node.listening(on: loop, "node", connectInterval: 0.05)
      defer { for node in [wrong, node] { node.close() } }
      node.run { db_set("'l", "ghost", ["127.0.0.1:1", node.address]) }
      #expect(reason(node, "ghost#p", loop)?[2].string?.contains("this node itself") == true)
      node.run { db_set("'l", "ghost", ["127.0.0.1:1"]) }
      #expect(reason(node, "ghost#p", loop)?[2].string?.contains("127.0.0.1:1") == true)
      node.run { db_set("'l", "ghost", [] as [String]) }
      #expect(reason(node, "ghost#p", loop)?[2] == "no known address")
      node.run { db_del("'l", "ghost") }
      #expect(reason(node, "ghost#p", loop)?[2] == "no known address")
    }
  }

  @Test("an address where another node answers is not the node that is looked for")
  func anotherNode() throws {
    try withLoop { loop in
      let wrong = try Node.listening(on: loop, "wrong")
      let node = try Node.listening(on: loop, "node")
      defer { for node in [wrong, node] { node.close() } }
      node.run { db_set("'l", "ghost", [wrong.address]) }
      for _ in 0..<2 {
        // The second time it is connected already.
        let reason = reason(node, "ghost#p", loop)
        #expect(
          reason == ["transport_error", "ghost", .string("\(wrong.address) is \(wrong.id)")])
        #expect(node.isConnected(to: wrong))
      }
    }
  }
}
