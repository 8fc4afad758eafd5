import TestSupport
import Testing

@testable import AnyEventMP

@Suite("From a port id to its port") struct PortResolutionTests {
  @Test("a reference made from text finds the port each time it is used")
  func fromText() {
    withNode { node, _ in
      var got: [Int] = []
      let receiver = port()
      rcv(receiver, "n") { (n: Int) in got.append(n) }
      let text = PortID(receiver.id)
      for n in 0..<3 { snd(text, "n", n) }
      snd(receiver.id, "n", 3)
      #expect(got == [0, 1, 2, 3])
      #expect(node.kernel.resolve(text.ref).reference === receiver.ref)
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
        guard case .gone = node.kernel.resolve(port.ref) else {
          Issue.record("the port is still found")
          continue
        }
      }
    }
  }

  @Test("a name that is used again leads to the new port, for text and for the old port's id")
  func usedAgain() {
    withNode { node, loop in
      var first = 0
      var second = 0
      let old = rcv(PortID(node.kernel.addPort(named: "spawned"))) { first += 1 }
      let text = PortID("#spawned")
      snd(text, 1)
      kil(old)
      loop.settle()
      snd(text, 2)
      let new = rcv(PortID(node.kernel.addPort(named: "spawned"))) { second += 1 }
      snd(text, 3)
      snd(old, 4)
      snd(new, 5)
      #expect(first == 1)
      #expect(second == 3)
    }
  }

  @Test("after node-down a cached reference of another node's port is looked up again")
  func afterNodeDown() throws {
    try withNode { node, _ in
      let remote = PortID("elsewhere#p")
      let before = try #require(node.kernel.resolve(remote.ref).reference)
      let entry = node.peers.peer("elsewhere")
      #expect(node.kernel.resolve(remote.ref).reference === before)
      node.peers.nodeDown(entry, [.string("transport_error")])
      #expect(!entry.isCurrent)
      let after = try #require(node.kernel.resolve(remote.ref).reference)
      #expect(after !== before)
      #expect(node.kernel.resolve(PortID(before).ref).reference !== before)
      #expect(after.asRemote.home === node.peers.peer("elsewhere"))
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
        #expect(a.kernel.resolve(ofB.ref).reference == nil)
        snd(ofB, "for b")
      }
      b.run {
        #expect(b.kernel.resolve(ofA.ref).reference?.asRemote.home.id == a.id)
        #expect(!port_is_local(ofA))
        snd(ofA, "for a")
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
        #expect(slave.kernel.resolve(text.ref).reference?.kind == .remote)
        #expect(slave.kernel.resolve(text.ref).reference?.owner == slave.kernel.serial)
        snd(text, "x")
      }
      loop.run(until: { got.count == 2 })
      #expect(global.kernel.resolve(text.ref).reference === local.ref)

      let elsewhere = PortID("elsewhere#p")
      let ofGlobal = global.kernel.resolve(elsewhere.ref).reference
      #expect(slave.kernel.resolve(elsewhere.ref).reference?.owner == slave.kernel.serial)
      #expect(global.kernel.resolve(elsewhere.ref).reference === ofGlobal)
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
