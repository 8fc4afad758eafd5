import AEMPWire
import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("The first call of a family's monitor") struct MonitorStartTests {
  @Test("a change that comes with the message that starts the monitor is told once")
  func changeAtOnce() throws {
    try withLoop { loop in
      var peer: WirePeer?
      var problem: (any Error)?
      let listener = try loop.listen(on: "127.0.0.1", 0) { socket in
        do {
          let raw = RawPeer(loop: loop, socket: socket)
          peer = try WirePeer(raw, id: TestName.next("master"), as: .accepting)
        } catch {
          problem = error
        }
      }
      defer { listener.close() }
      let node = try Node.listening(on: loop, seeds: [listener.address.description])
      defer { node.close() }
      loop.run(until: { peer?.messages().count ?? 0 >= 2 || problem != nil })
      let master = try #require(peer)

      var calls: [[[String]]] = []
      var guards: [Guard] = []
      let receiver = node.run {
        guards.append(db_mon("f") { _, _, _, _ in })
        return rcv(port(), "start") {
          guards.append(
            db_mon("f") { all, added, changed, deleted in
              calls.append([all.keys.sorted(), added.sorted(), changed, deleted])
            })
        }
      }
      loop.run(until: { master.messages().contains(["g_mon1", "f"]) })
      master.send("", "g_chg1", "f", ["a": 1])
      master.send(receiver.name, "start")
      master.send("", "g_chg2", "f", ["b": 2])
      master.send("", "snd", .string("\(master.id)#echo"), "done")
      loop.run(until: { master.messages(to: "echo") == [["done"]] })
      loop.settle()
      #expect(calls == [[["a", "b"], ["a", "b"], [], []]])
    }
  }
}
