import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("The forms of mon") struct MonitorFormTests {
  @Test("mon with a callback tells the reason, an empty one for a normal end")
  func callback() {
    withNode { _, loop in
      var reasons: [Message] = []
      var calls = 0
      for reason in [["why", "text"], []] {
        let p = port {}
        mon(p) { reason in reasons.append(reason) }
        mon(p) { calls += 1 }
        Node.current.kill(p, reason: reason.map { .string($0) })
      }
      #expect(reasons.isEmpty, "kil takes effect from the loop")
      loop.settle()
      #expect(reasons == [["why", "text"], []])
      #expect(calls == 2)
    }
  }

  @Test("mon with another port kills it with the same reason, unless there is none")
  func otherPort() {
    withNode { node, loop in
      var got: [Message] = []
      let normal = port {}
      let abnormal = port {}
      for p in [normal, abnormal] {
        let other = port {}
        mon(other) { reason in got.append(reason) }
        mon(p, other)
      }
      kil(normal)
      kil(abnormal, "reason", 7)
      loop.settle()
      #expect(got == [["reason", 7]])
    }
  }

  @Test("mon with another port and a message sends that and the reason, also an empty one")
  func message() {
    withNode { _, loop in
      var got: [Message] = []
      let receiver = port { msg in got.append(msg) }
      let first = port {}
      let second = port {}
      mon(first, receiver, "restart")
      mon(second, receiver, "restart", 2, "now")
      kil(first, "die", "text")
      kil(second)
      loop.settle()
      #expect(got == [["restart", "die", "text"], ["restart", 2, "now"]])
    }
  }

  @Test("mon with one argument kills the port whose callback is running")
  func ownPort() {
    withNode { _, loop in
      var got: [Message] = []
      let watched = port {}
      let p = port()
      rcv(p, "watch") { mon(watched) }
      mon(p) { reason in got.append(reason) }
      snd(p, "watch")
      kil(watched, "gone")
      loop.settle()
      #expect(got == [["gone"]])
    }
  }

  @Test("mon with one argument outside of a port is logged and does nothing")
  func outsideOfPort() {
    withNode { node, loop in
      let log = LogCollector.shared
      let p = port {}
      mon(p)
      let guardian: Guard = mon(p)
      withExtendedLifetime(guardian) {}
      #expect(p.monitorCount == 0)
      #expect(log.lines(with: "mon \(p.id): with one argument").count == 2)
      // Whoever calls what is meant to be spawned does no harm.
      sub("t::init") { (owner: PortID) in
        mon(owner)
        rcv(SELF, "x") {}
        kil(SELF)
      }
      snd_to_func(NODE, "t::init", p)
      loop.settle()
      #expect(node.status.portCount == 1)
      #expect(p.monitorCount == 0)
    }
  }

  @Test("what dies because of a monitor is no death that nobody watches")
  func dependents() {
    withNode { node, loop in
      let log = LogCollector.shared
      var victims: [PortID] = []
      let watched = port {}
      // The bridge head of a client: a spawned port that goes with it.
      sub("t::bridge") { (client: PortID) in
        mon(client)
        rcv(SELF, "x") {}
        victims.append(SELF)
      }
      spawn(NODE, "t::bridge", watched)
      loop.settle()
      let p = port {}
      mon(watched, p)
      victims.append(p)
      let q = port {}
      node.monitor(watched, killing: PortID(q.id))
      victims.append(q)
      // It goes with one that goes with the first.
      let r = port {}
      mon(p, r)
      victims.append(r)
      kil(watched, "gone", "for good")
      loop.settle()
      #expect(node.status.portCount == 0)
      for victim in victims { #expect(log.lines(with: victim.id).isEmpty) }
      #expect(victims.count == 4)
      #expect(log.lines(with: victims[0].id, upTo: .debug).count == 1)
    }
  }

  @Test("a port that dies of itself, or is killed by name, is still logged")
  func ownDeaths() {
    withNode { _, loop in
      let log = LogCollector.shared
      let watched = port {}
      let p = port { throw die("by itself") }
      let q = port {}
      mon(watched, p)
      mon(watched, q)
      snd(p)
      kil(q, "by name")
      loop.settle()
      #expect(log.lines(with: "\(p.id) died with reason: die by itself").count == 1)
      #expect(log.lines(with: "\(q.id) died with reason: by name").count == 1)
    }
  }

  @Test("each form ends with its guard")
  func guards() {
    withNode { node, loop in
      let p = port {}
      let other = port { msg in Issue.record("got \(msg)") }
      mon(other) { reason in Issue.record("killed by \(reason)") }
      let inside = port()
      do {
        let a: Guard = mon(p) { reason in Issue.record("fired: \(reason)") }
        let b: Guard = mon(p) { Issue.record("fired") }
        let c: Guard = mon(p, other)
        let d: Guard = mon(p, other, "message")
        var e: Guard?
        rcv(inside, "go") { e = mon(p) }
        snd(inside, "go")
        #expect(p.monitorCount == 5)
        withExtendedLifetime((a, b, c, d, e)) {}
      }
      rcv(inside, "go", nil)
      #expect(p.monitorCount == 0)
      kil(p, "why")
      loop.settle()
      #expect(node.isAlive(other))
      #expect(node.isAlive(inside))
    }
  }

  @Test("a guard that goes after the monitor has fired, or after its node, does nothing")
  func lateGuards() {
    var late: Guard?
    withNode { _, loop in
      var calls = 0
      let p = port {}
      var guardian: Guard? = mon(p) { calls += 1 }
      late = mon(port {}) { Issue.record("fired") }
      kil(p)
      loop.settle()
      #expect(calls == 1)
      withExtendedLifetime(guardian) {}
      guardian = nil
    }
    #expect(late != nil)
    late = nil
  }

  @Test("a monitor fires once, even for its port's second death and from its own callback")
  func oneShot() {
    withNode { _, loop in
      var calls = 0
      let p = port {}
      mon(p) { reason in
        calls += 1
        kil(p, "again")
      }
      kil(p, "once")
      kil(p, "twice")
      loop.settle()
      #expect(calls == 1)
    }
  }

  @Test("mon on a port that is not there fires from the loop with no_such_port")
  func nonexistent() {
    withNode { _, loop in
      var got: [Message] = []
      let dead = port {}
      kil(dead)
      loop.settle()
      mon(dead) { reason in got.append(reason) }
      mon("#nobody") { reason in got.append(reason) }
      let forgotten: Guard = mon("#nobody") { got.append(["kept"]) }
      forgotten.cancel()
      do {
        let guardian: Guard = mon(dead) { Issue.record("fired after its end") }
        withExtendedLifetime(guardian) {}
      }
      #expect(got.isEmpty)
      loop.settle()
      let text: Value = "cannot monitor nonexistent port"
      #expect(
        got == [
          ["no_such_port", text, .string(dead.id)], ["no_such_port", text, "#nobody"], ["kept"],
        ])
      withExtendedLifetime(forgotten) {}
    }
  }

  @Test("the callback runs as part of the port that asked, which an error in it kills")
  func context() {
    withNode { _, loop in
      var reason: Message?
      let watched = port {}
      let p = port()
      rcv(p, "watch") {
        mon(watched) { _ in
          #expect(SELF == p)
          throw die("in the monitor\n")
        }
      }
      mon(p) { reason = $0 }
      snd(p, "watch")
      kil(watched)
      loop.run(until: { reason != nil })
      #expect(reason == ["die", "in the monitor"])
    }
  }

  @Test("the object form returns what takes the monitor back, and forgetting that does not")
  func objectForm() {
    withNode { node, loop in
      var got: [String] = []
      let p = port {}
      let other = port { msg in got.append(msg.description) }
      node.monitor(p) { reason in got.append("callback \(reason)") }
      node.monitor(p, sendingTo: other, ["down"])
      let ended = node.monitor(p, killing: other)
      ended.cancel()
      ended.cancel()
      kil(p, "x")
      loop.settle()
      #expect(got == [#"callback ["x"]"#, #"["down","x"]"#])
      ended.cancel()
    }
  }

  @Test("a chain of monitors brings down everything that depends on a port")
  func chain() {
    withNode { node, loop in
      let ports = (0..<1000).map { _ in port {} }
      for (p, next) in zip(ports, ports.dropFirst()) { mon(p, next) }
      kil(ports[0], "all")
      loop.run(until: { node.status.portCount == 0 })
    }
  }

  @Test("the death of an unmonitored port is logged if there is a reason")
  func unmonitored() {
    withNode { _, loop in
      let log = LogCollector.shared
      let silent = port {}
      let loud = port {}
      let watched = port {}
      mon(watched) {}
      kil(silent)
      kil(loud, "unheard", "of")
      kil(watched, "unheard", "too")
      loop.settle()
      #expect(log.lines(with: "unmonitored local port \(loud) died").count == 1)
      #expect(log.lines(with: "unmonitored local port \(silent)").isEmpty)
      #expect(log.lines(with: "unmonitored local port \(watched)").isEmpty)
    }
  }
}
