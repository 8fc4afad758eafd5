import AnyEventMP
import TestSupport
import Testing

@Suite("spawn") struct SpawnTests {
  @Test("on the own node the function runs later, as part of the port, with its arguments")
  func here() {
    withNode { _, loop in
      var got: [String] = []
      sub("My::init") { (a: Int, b: String) in
        got.append("init \(a) \(b)")
        let own = SELF
        rcv(SELF, "who") { got.append("who \(SELF == own)") }
      }
      let p = spawn(NODE, "My::init", 1, "b")
      snd(p, "who")
      got.append("spawned")
      loop.settle()
      #expect(got == ["spawned", "init 1 b", "who true"])
      snd(p, "who")
      snd(PortID(p.id), "who")
      #expect(got.count == 5)
    }
  }

  @Test(
    "on another node the port can be sent to and monitored at once", arguments: ["cbor", "json"])
  func there(framing: String) throws {
    try withPair(framings: [framing]) { global, slave, loop in
      var got: [Message] = []
      var reason: Message?
      global.run {
        sub("My::echo") { (reply: PortID, tag: String) in
          rcv(SELF) { msg in snd(Message([.string(reply.id), .string(tag)] + msg.values)) }
        }
      }
      slave.run {
        let reply = port { msg in got.append(msg) }
        let p = spawn(global.id, "My::echo", reply, "echo")
        mon(p) { reason = $0 }
        #expect(node_of(p) == global.id && !port_is_local(p))
        snd(p, 1, "x")
        snd(p, 2)
        kil(p, "done")
      }
      loop.run(until: { reason != nil })
      #expect(got == [["echo", 1, "x"], ["echo", 2]])
      #expect(reason == ["done"])
    }
  }

  @Test("the first argument may be a port: its node is meant")
  func onTheNodeOfAPort() throws {
    try withPair { global, slave, loop in
      var source = ""
      global.run { sub("My::init") { source = SRCNODE } }
      let p = global.run { port {} }
      slave.run { spawn(p.id, "My::init") }
      loop.run(until: { !source.isEmpty })
      #expect(source == slave.id)
    }
  }

  @Test("a function that fails kills the port with die and its text", arguments: [true, false])
  func failing(isLocal: Bool) throws {
    try withPair { global, slave, loop in
      var reasons: [Message] = []
      global.run {
        sub("My::fail") { throw die("no way") }
        sub("My::typed") { (n: Int) in Issue.record("called with \(n)") }
      }
      let node = isLocal ? global : slave
      node.run {
        mon(spawn(global.id, "My::fail")) { reasons.append($0) }
        mon(spawn(global.id, "My::typed", "abc")) { reasons.append($0) }
      }
      loop.run(until: { reasons.count == 2 })
      #expect(reasons.allSatisfy { $0[0] == "die" || $0[0] == "no_such_port" })
      if isLocal {
        #expect(reasons[0] == ["die", "no way"])
        #expect(reasons[1][1].string?.contains("argument 1 should be Int") == true)
      }
      loop.settle()
      #expect(global.status.portCount == 0)
    }
  }

  @Test("a function that is not registered shows as no_such_port", arguments: [true, false])
  func unregistered(isLocal: Bool) throws {
    try withPair { global, slave, loop in
      var reason: Message?
      let node = isLocal ? global : slave
      let p = node.run { spawn(global.id, "My::missing", 1) }
      node.run { mon(p) { reason = $0 } }
      loop.run(until: { reason != nil })
      #expect(
        reason == ["no_such_port", "cannot monitor nonexistent port", .string(p.id)])
      #expect(global.status.portCount == 0)
    }
  }

  @Test("a function may be registered after spawn, and replaced")
  func late() {
    withNode { _, loop in
      var got: [Int] = []
      spawn(NODE, "::init")
      sub("::init") { got.append(1) }
      loop.settle()
      sub("main::init") { got.append(2) }
      spawn(NODE, "init")
      loop.settle()
      #expect(got == [1, 2])
    }
  }

  @Test("a port that is killed before its function has run never begins")
  func killedEarly() {
    withNode { node, loop in
      var reason: Message?
      sub("My::init") { Issue.record("called") }
      let p = spawn(NODE, "My::init")
      mon(p) { reason = $0 }
      kil(p, "early")
      loop.settle()
      #expect(reason == ["early"])
      #expect(node.status.portCount == 0)
    }
  }

  @Test("what another node sends before the function has run waits, in order")
  func earlyMessages() throws {
    try withBench { bench in
      var got: [Message] = []
      var isEarly = false
      sub("My::init") {
        isEarly = got.isEmpty
        rcv(SELF) { msg in got.append(msg) }
      }
      var spawned: PortID?
      let spawner = port()
      rcv(spawner, "go") { spawned = spawn(NODE, "My::init") }
      // The name that the port will have is the one after this one.
      let before = spawn(NODE, "My::missing").name
      let last = try #require(before.utf8.last)
      let name = before.dropLast() + String(decoding: [last + 1], as: UTF8.self)
      // In one piece: the port is made, and the function runs in the next turn of the loop.
      bench.peer.send(spawner.name, "go")
      bench.peer.send(String(name), "a", 1)
      bench.peer.send(String(name), "b")
      bench.sync()
      #expect(spawned?.name == String(name) && isEarly)
      bench.peer.send(String(name), "c")
      bench.sync()
      #expect(got == [["a", 1], ["b"], ["c"]])
    }
  }

  @Test("a spawned port ignores messages without a callback, as those of Perl nodes do")
  func unhandled() {
    withNode { node, loop in
      sub("My::init") { rcv(SELF, "known") {} }
      let p = spawn(NODE, "My::init")
      snd(p, "unknown")
      loop.settle()
      snd(p, "unknown")
      loop.settle()
      #expect(node.isAlive(p))
    }
  }

  @Test("names of spawned ports are RUNIQ and the counter that all ports share")
  func names() throws {
    try withPair { global, slave, loop in
      slave.run {
        let a = port {}
        let b = spawn(global.id, "My::missing")
        let c = spawn(NODE, "My::missing")
        let runiq = b.name.prefix(10)
        #expect(c.name.hasPrefix(runiq) && !a.name.hasPrefix(runiq))
        #expect(!global.run { spawn(NODE, "My::missing") }.name.hasPrefix(runiq))
        let counters = [a.name.dropFirst(9), b.name.dropFirst(10), c.name.dropFirst(10)]
        #expect(Set(counters).count == 3)
        kil(a)
      }
      loop.settle()
    }
  }

  @Test("two-way monitoring takes the spawned port down with its owner, and the other way round")
  func bothWays() throws {
    try withPair { global, slave, loop in
      global.run {
        sub("My::init") { (owner: PortID) in
          rcv(SELF, "x") {}
          mon(owner, SELF)
        }
      }
      for killsOwner in [true, false] {
        let owner = slave.run { port {} }
        let p = slave.run {
          let p = spawn(global.id, "My::init", owner)
          mon(p, owner)
          return p
        }
        loop.run(until: {
          global.isAlive(p) && owner.monitorCount > 0
        })
        slave.run { kil(killsOwner ? owner : p, "over") }
        loop.run(until: { global.status.portCount == 0 && slave.status.portCount == 0 })
      }
    }
  }

  @Test("a spawn too large to be sent is the caller's error, and the port shows as not there")
  func tooLarge() throws {
    try withPair { global, slave, loop in
      slave.packetLimit = 10_000
      var reasons: [Message] = []
      slave.run {
        let caller = port()
        rcv(caller, "go") {
          let p = spawn(global.id, "My::init", String(repeating: "x", count: 20_000))
          mon(p) { reasons.append($0) }
        }
        mon(caller) { reasons.append($0) }
        snd(caller, "go")
      }
      loop.run(until: { reasons.count == 2 })
      #expect(reasons.contains { $0[0] == "die" })
      #expect(reasons.contains { $0[0] == "no_such_port" })
    }
  }

  @Test("many ports spawned in a row all run, in order")
  func many() throws {
    try withPair { global, slave, loop in
      var got: [Int] = []
      global.run {
        sub("My::init") { (n: Int) in
          got.append(n)
          rcv(SELF, "x") {}
        }
      }
      slave.run { for n in 0..<5000 { spawn(global.id, "My::init", n) } }
      loop.run(until: { got.count == 5000 })
      #expect(got == Array(0..<5000))
      #expect(global.status.portCount == 5000)
    }
  }

  @Test(
    "a port whose function returns without rcv does not exist, and is no death in the log",
    arguments: [true, false])
  func withoutRcv(isLocal: Bool) throws {
    let log = LogCollector.shared
    try withPair { global, slave, loop in
      var reasons: [Message] = []
      var kept: PortID?
      var calls = 0
      global.run {
        sub("My::work") { calls += 1 }
        sub("My::later") { kept = SELF }
        sub("My::tells") { (reply: PortID) in snd(reply, "done", SELF) }
        sub("My::keeps") { rcv(SELF, "tag") {} }
        sub("My::removes") { rcv(SELF, "tag", nil) }
        sub("My::plain") { rcv(SELF) {} }
      }
      let node = isLocal ? global : slave
      var ports: [PortID] = []
      node.run {
        for name in ["My::work", "My::later", "My::tells"] {
          let p = spawn(global.id, name, NODE)
          mon(p) { reasons.append($0) }
          ports.append(p)
        }
        // Nobody asks for this one.
        ports.append(spawn(global.id, "My::work"))
        for name in ["My::keeps", "My::removes", "My::plain"] {
          mon(spawn(global.id, name)) { reasons.append($0) }
        }
      }
      loop.run(until: { reasons.count == 3 && calls == 2 })
      loop.settle()
      #expect(reasons.count == 3)
      for (p, reason) in zip(ports, reasons) {
        #expect(reason == ["no_such_port", "cannot monitor nonexistent port", .string(p.id)])
      }
      #expect(global.status.portCount == 3)
      #expect(global.spawnedCount(by: slave.id) == (isLocal ? 0 : 3))
      for p in ports {
        #expect(log.lines(with: p.id, upTo: .info).filter { !$0.contains("tells") }.isEmpty)
      }
      // What comes later finds no port.
      if let kept {
        global.run { rcv(kept, "tag") { Issue.record("called") } }
        #expect(log.lines(with: "rcv: there is no port \(kept.id) any more").count == 1)
      }
    }
  }

  @Test("a function may kill its port without rcv, with a reason of its own")
  func killedInside() {
    withNode { node, loop in
      var reason: Message?
      sub("My::init") { kil(SELF, "not", "today") }
      mon(spawn(NODE, "My::init")) { reason = $0 }
      loop.settle()
      #expect(reason == ["not", "today"])
      #expect(node.status.portCount == 0)
    }
  }
}
