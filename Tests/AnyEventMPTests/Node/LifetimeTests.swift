import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("The end of a node") struct LifetimeTests {
  @Test(
    "a node that goes away leaves no port, callback or timer behind, closed or not",
    arguments: [true, false])
  func nothingIsLeft(isClosed: Bool) {
    withLoop { loop in
      let tracker = LifeTracker()
      weak var node: Node?
      do {
        let strong = Node(on: loop)
        node = strong
        strong.run {
          let p = port()
          let token = tracker.token()
          // Circles: callbacks that hold their own port.
          rcv(p, "a") {
            token.touch()
            snd(p, "a")
          }
          rcv(p) {
            token.touch()
            kil(p)
          }
          strong.monitor(p) { _ in
            token.touch()
            snd(p, "x")
          }
          after(1000) {
            token.touch()
            snd(p, "x")
          }
          after(1000, p, "x")
          // Deferred work that is never done.
          let deep = port()
          rcv(deep, "x") { snd(deep, "x") }
          snd(deep, "x")
          kil(p, "x")
          snd("elsewhere#p", "waits")
          strong.monitor(PortID("elsewhere#p")) { _ in
            token.touch()
            snd(p, "x")
          }
          strong.monitor(PortID("#nobody")) { _ in token.touch() }
          strong.whenDrained("elsewhere") {
            token.touch()
            snd(p, "x")
          }
          db_set("family", "key")
          db_reg("family", p)
          db_keys("family") { _ in
            token.touch()
            snd(p, "x")
          }
          db_mon("family") { _, _, _, _ in
            token.touch()
            snd(p, "x")
          }
        }
        if isClosed { strong.close() }
      }
      #expect(node == nil)
      #expect(tracker.alive == 0)
      loop.settle()
    }
  }

  @Test("two connected nodes leave nothing behind, in whatever way they end", arguments: 0..<4)
  func connectedNodes(way: Int) throws {
    try withLoop { loop in
      let tracker = LifeTracker()
      weak var weakA: Node?
      weak var weakB: Node?
      do {
        let a = try Node.listening(on: loop)
        let b = try Node.listening(on: loop, seeds: [a.address])
        weakA = a
        weakB = b
        loop.run(until: { a.isConnected(to: b) && b.isConnected(to: a) })
        let token = tracker.token()
        let p = a.run { rcv(port(), "x") { token.touch() } }
        b.monitor(p) { _ in token.touch() }
        b.run {
          snd(p, "x")
          db_mon("f") { _, _, _, _ in token.touch() }
        }
        loop.run(until: { p.monitorCount > 0 })
        // What the entries of the other node hold, and the tables of ports: all of it holds tokens.
        a.monitor(PortID("\(b.id)#q")) { _ in token.touch() }
        a.whenDrained(b.id) { token.touch() }
        #expect(a.monitorCount(by: b.id) == 1 && a.monitorCount(on: b.id) == 1)
        switch way {
        case 0:
          a.close()
          b.close()
        case 1: b.close()
        case 2:
          a.close()
          a.close()
        default: break
        }
      }
      #expect(weakA == nil && weakB == nil)
      #expect(tracker.alive == 0)
      loop.settle()
    }
  }

  @Test(
    "a node may be closed in the middle of everything: from a callback of a message that came in")
  func closeInCallback() throws {
    try withPair { global, slave, loop in
      var calls = 0
      let p = global.run {
        rcv(port(), "close") {
          calls += 1
          global.close()
          snd(SELF, "nobody home")
        }
      }
      slave.run { for _ in 0..<5 { snd(p, "close") } }
      loop.run(until: { calls > 0 && !slave.isConnected(to: global) })
      #expect(calls == 1)
      #expect(global.knownNodes.isEmpty)
    }
  }

  @Test("a closed node does not come back: no dial, no listener, and monitors of others fire")
  func staysClosed() throws {
    try withPair { global, slave, loop in
      let address = slave.address
      slave.close()
      slave.close()
      loop.run(until: { global.connectedNodes.isEmpty })
      var reason: Message?
      slave.monitor(PortID("\(global.id)#p")) { reason = $0 }
      slave.run { snd(global.id, "devnull") }
      loop.run(until: { reason != nil })
      #expect(reason?[2] == "this node is closed")
      #expect(slave.connectedNodes.isEmpty && slave.knownNodes.isEmpty)
      var result: Result<ConnectedSocket, SocketError>?
      let (host, port) = try #require(parse_hostport(address))
      let attempt = loop.connect(to: host, port) { result = $0 }
      loop.run(until: { result != nil })
      withExtendedLifetime(attempt) {}
      #expect(throws: SocketError.self) { try #require(result).get() }
    }
  }

  @Test("a node that is closed while it dials its seed is not connected by that dial")
  func closeWhileDialling() throws {
    try withLoop { loop in
      let global = try Node.listening(on: loop)
      defer { global.close() }
      for rounds in 0..<12 {
        let slave = try Node.listening(on: loop, seeds: [global.address])
        for _ in 0..<rounds { loop.runOnce(waiting: false) }
        slave.close()
        loop.settle()
        #expect(slave.connectedNodes.isEmpty)
        loop.run(until: { global.connectedNodes.isEmpty })
      }
    }
  }

  @Test("what a timer of a closed node holds may make another as it goes")
  func timerAtTheEnd() {
    withNode { node, loop in
      let tracker = LifeTracker()
      do {
        let token = tracker.token()
        token.onEnd = { [unowned node] in node.run { after(1000) {} } }
        after(1000) { token.touch() }
      }
      node.close()
      #expect(tracker.alive == 0)
    }
  }

  @Test("a callback may let go of its node, and use it until it returns")
  func droppedInCallback() {
    withLoop { loop in
      var node: Node? = Node(on: loop)
      weak let gone = node
      var names: [String] = []
      node?.after(0) {
        node = nil
        let p = port { names.append("called") }
        snd(p, 1)
        snd(NODE, "devnull")
        names.append(p.name)
      }
      loop.run(until: { names.count == 2 })
      loop.settle()
      #expect(names.first == "called" && gone == nil)
    }
  }

  @Test("what a callback holds may end a watch of the database when the node goes")
  func watchesHeldByPorts() throws {
    try withLoop { loop in
      var node: Node? = try Node.listening(on: loop, seeds: ["127.0.0.1:1"])
      weak let gone = node
      let family = try #require(node?.database["f"])
      let watch = family.monitor { _, _, _, _ in }?.guardian
      let other = node?.monitor(PortID("elsewhere#p")) { _ in }
      let nodes = node?.watchNodes { _, _, _ in }
      _ = node?.port { withExtendedLifetime(watch) {} }
      node = nil
      #expect(gone == nil)
      family.set("key", to: 1)
      #expect(family.knownKeys.isEmpty && family.monitor { _, _, _, _ in } == nil)
      other?.cancel()
      nodes?.cancel()
      loop.settle()
    }
  }

  @Test("a node that is let go of before it has connected to itself takes what waits with it")
  func droppedBeforeDataConnection() {
    withLoop { loop in
      var node: Node? = Node(on: loop)
      weak let gone = node
      var isCalled = false
      node?.registerDataFunction("f") { _, _ in }
      node?.connectData(to: "", within: 5, function: "f") { _ in isCalled = true }
      node = nil
      loop.settle()
      #expect(gone == nil && !isCalled)
    }
  }

  @Test("what is let go of when a node is closed may close it again")
  func closedTwice() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      let guests = loop.guests
      var closing: Guard? = Guard { [unowned node] in node.close() }
      node.after(60) { [closing] in withExtendedLifetime(closing) {} }
      closing = nil
      node.close()
      #expect(loop.guests == guests - 1)
    }
  }
}
