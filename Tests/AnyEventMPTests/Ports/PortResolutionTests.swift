import AnyEventMP
import TestSupport
import Testing

@Suite("From a port id to its port") struct PortResolutionTests {
  @Test("a reference made from text finds the port each time it is used")
  func fromText() {
    withNode { _, _ in
      var got: [Int] = []
      let receiver = port()
      rcv(receiver, "n") { (n: Int) in got.append(n) }
      let text = PortID(receiver.id)
      for n in 0..<3 { snd(text, "n", n) }
      snd(receiver.id, "n", 3)
      #expect(got == [0, 1, 2, 3])
    }
  }

  @Test("after the port was killed a cached reference leads nowhere")
  func afterKill() {
    withNode { node, loop in
      var got = 0
      let receiver = port { got += 1 }
      let text = PortID(receiver.id)
      snd(text, 1)
      kil(receiver)
      loop.settle()
      snd(text, 2)
      snd(receiver, 3)
      loop.settle()
      #expect(got == 1)
      for port in [text, receiver] {
        #expect(!node.isAlive(port), "the port is still found")
      }
    }
  }

  @Test("a name that is used again leads to the new port, for text and for the old port's id")
  func usedAgain() throws {
    try withBench { bench in
      let (node, loop) = (bench.node, bench.loop)
      var first = 0
      var second = 0
      var ports: [PortID] = []
      sub("t::first") { ports.append(rcv(SELF) { first += 1 }) }
      sub("t::second") { ports.append(rcv(SELF) { second += 1 }) }
      bench.request("AnyEvent::MP::_spawn", "spawned", "t::first")
      let old = try #require(ports.last)
      let text = PortID("\(node.id)#spawned")
      snd(text, 1)
      kil(old)
      loop.settle()
      snd(text, 2)
      bench.request("AnyEvent::MP::_spawn", "spawned", "t::second")
      let new = try #require(ports.last)
      #expect(ports.count == 2 && new.id == text.id)
      snd(text, 3)
      snd(old, 4)
      snd(new, 5)
      #expect(first == 1)
      #expect(second == 3)
    }
  }

  @Test("after node-down a cached reference of another node's port is looked up again")
  func afterNodeDown() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let id = TestName.next("elsewhere")
      let remote = PortID("\(id)#p")
      for round in 1...3 {
        let peer = try WirePeer.connect(node.address, id: id, loop)
        loop.run(until: { node.isUp(id) == true })
        node.run { for n in 1...2 { snd(remote, round, n) } }
        loop.run(until: { peer.messages(to: "p").count == 2 })
        #expect(peer.messages(to: "p") == [[.int(round), 1], [.int(round), 2]])
        peer.raw.stream.close()
        loop.run(until: { node.knownNodes.isEmpty })
      }
    }
  }

  @Test("nodes on one loop don't see each other's ports by their objects")
  func severalNodes() throws {
    try withLoop { loop in
      let a = try Node.listening(on: loop)
      let b = Node(on: loop)
      defer {
        a.close()
        b.close()
      }
      var got = 0
      let ofB = b.run { port { got += 1 } }
      let ofA = a.run { port { got += 1 } }
      a.run {
        #expect(!port_is_local(ofB) || !a.isAlive(ofB))
        snd(ofB, "for b")
      }
      b.run {
        #expect(!port_is_local(ofA))
        snd(ofA, "for a")
        // It waits for a node that `b` would have to reach.
        #expect(b.queuedBytes(for: a.id) > 0)
      }
      #expect(got == 0)
      a.run {
        #expect(Node.current === a)
        b.run { #expect(Node.current === b) }
        #expect(Node.current === a)
        snd(ofA, "here")
      }
      loop.run(until: { got == 1 })
    }
  }

  @Test("one port id made from text, used by several nodes, leads each of them to its own")
  func sharedText() throws {
    try withPair { global, slave, loop in
      var got: [String] = []
      let local = global.run { port { got.append("global") } }
      let text = PortID(local.id)
      global.run { snd(text, "x") }
      #expect(got == ["global"])
      slave.run {
        snd(text, "x")
        // By the connection, not at once.
        #expect(got.count == 1)
      }
      loop.run(until: { got.count == 2 })
      global.run { snd(text, "x") }
      #expect(got.count == 3)

      let elsewhere = PortID("elsewhere#p")
      for node in [global, slave, global] {
        node.run {
          let before = node.queuedBytes(for: "elsewhere")
          snd(elsewhere, "x")
          #expect(node.queuedBytes(for: "elsewhere") > before)
        }
      }
    }
  }

  @Test("a port made before the node has its name gets the name too, and is found under both")
  func beforeConfigure() throws {
    try withLoop { loop in
      let node = Node(on: loop)
      defer { node.close() }
      let early = node.run { port() }
      let text = early.id
      #expect(text.hasPrefix("#"))
      #expect(node.isLocal(early))
      let id = TestName.next("n")
      try node.configure(
        ConfigurationArguments("t", nodeid: id, binds: [], secret: "s", norc: true))
      #expect(early.id == id + text)
      var got = 0
      node.run {
        rcv(early, "x") { got += 1 }
        for address in [early, PortID(text), PortID(id + text)] { snd(address, "x") }
        #expect(port_is_local(id) && port_is_local(text) && !port_is_local("other" + text))
        #expect(NODE == id)
      }
      loop.run(until: { got == 3 })
    }
  }
}
