import AnyEvent
import AnyEventMP
import Dispatch
import Foundation
import Glibc
import Testing

/// Compiles only as long as no name is one of Foundation's, Dispatch's or Glibc's.
@Suite("Names beside those of the system") struct NamesTests {
  @Test("every function and type can be named without its module")
  func names() {
    let loop = Loop()
    let node = Node(on: loop)
    defer {
      node.close()
      loop.close()
    }
    var calls = 0
    node.run {
      let p: PortID = port()
      rcv(p, on("x") { calls += 1 })
      rcv(p) { (msg: Message) in calls += msg.count }
      snd(p, "x")
      let guards: [Guard] = [
        mon(p) { _ in }, mon(p) {}, mon(p, p), mon(p, p, "x"), mon_guard(p, p),
        mon_nodes { _, _, _ in }, mon_nodes { _, _ in },
        db_set("f", p), db_reg("f", p), db_mon("f") { _, _, _, _ in },
      ]
      let monitor: Subscription = node.monitor(p) { _ in }
      monitor.cancel()
      let watch: Subscription = node.watchNodes { _, _, _ in }
      watch.cancel()
      sub("::f") { calls += 1 }
      let spawned: PortID = spawn(NODE, "::f")
      snd_to_func(NODE, "::f")
      snd_on(NODE, p, "x")
      eval_on(NODE, "$$", p)
      cal(p, "x", timeout: 1) { _ in }
      peval(p) { calls += 1 }
      psub { calls += 1 }()
      after(1) {}
      kil(spawned)
      #expect(SRCNODE == NODE && up_nodes().isEmpty && node_is_up(NODE) == true)
      #expect(node_of(SELF) == NODE && port_is_local(SELF))
      withExtendedLifetime(guards) {}
    }
    #expect(calls == 3, "the others wait for the loop")
  }
}
