import CAEMP
import CAEMPTesting
import CLibUV
import TestSupport
import Testing

@Suite("Two nodes of C programs in one network")
struct NetworkTests {
  /// Two nodes on one loop, connected.
  private func withTwoNodes(
    _ body: (HostLoop, OpaquePointer, OpaquePointer) throws -> Void
  ) throws {
    let host = HostLoop()
    defer { host.close() }
    let before = host.handleCount
    let first = try host.attach()
    let second = try host.attach()
    let address = join(first, "first", seed: nil)
    #expect(!address.isEmpty)
    let recorder = Recorder()
    aemp_mon_nodes(
      second,
      { _, node, isUp, _, ud in
        Recorder.from(ud).add((node.map { String(cString: $0) } ?? "") + " \(isUp)")
      }, recorder.ud, nil, nil)
    _ = join(second, "second", seed: address)
    host.run { recorder.events == ["first 1"] }
    #expect(aemp_node_is_up(second, "first") == 1)
    #expect(aemp_node_is_up(second, "third") == 0)
    try body(host, first, second)
    host.end(first)
    host.run { recorder.events.last == "first 0" || aemp_node_is_closed(second) == 1 }
    host.end(second)
    #expect(host.handleCount == before)
  }

  @Test("messages, monitors, calls, spawned ports and functions by name")
  func ports() throws {
    try withTwoNodes { host, first, second in
      let recorder = Recorder()
      let port = try makePort(first)
      aemp_rcv(first, port, "hello", recording, recorder.ud, nil)
      var remote: OpaquePointer?
      #expect(aemp_port_of(aemp_port_id(port, nil), -1, &remote) == 0)
      #expect(aemp_port_is_local(second, remote) == 0)
      #expect(aemp_rcv(second, remote, "x", recording, nil, nil) == AEMP_ENOTOURS.rawValue)
      var arguments = [aemp_str(lasting("hello")), aemp_int(1)]
      #expect(aemp_snd(second, remote, &arguments, 2) == 0)
      host.run { recorder.events == ["[1]"] }

      // Who asks gets a reply.
      let asking = Recorder()
      let answer: aemp_msg_cb = { node, _, msg, _ in
        var reply: OpaquePointer?
        #expect(aemp_value_port(aemp_msg_at(msg, 1), &reply) == 0)
        #expect(sendOne(node, reply, aemp_val(aemp_msg_at(msg, 0))) == 0)
        aemp_port_release(reply)
      }
      aemp_rcv(first, port, "ask", answer, nil, nil)
      arguments = [aemp_str(lasting("ask")), aemp_str(lasting("text"))]
      #expect(aemp_cal(second, remote, 10, &arguments, 2, recordingReason, asking.ud, freeing) == 0)
      host.run { asking.freed == 1 }
      #expect(asking.events == [#"reason ["text"]"#])

      // A monitor of the port, which a cancelled one is not.
      let watching = Recorder()
      var watch: OpaquePointer?
      aemp_mon(second, remote, recordingReason, watching.ud, freeing, &watch)
      #expect(aemp_watch_cancel(watch) == 0)
      #expect(aemp_watch_cancel(watch) == 0)
      aemp_watch_release(watch)
      aemp_mon(second, remote, recordingReason, watching.ud, freeing, nil)
      let victim = try makePort(second)
      let sentTo = try makePort(second)
      aemp_rcv(second, sentTo, "gone", recording, watching.ud, nil)
      aemp_mon_kil(second, remote, victim, nil)
      var gone = aemp_str(lasting("gone"))
      aemp_mon_snd(second, remote, sentTo, &gone, 1, nil)
      aemp_mon(second, victim, recordingReason, watching.ud, nil, nil)
      var reason = aemp_str(lasting("enough"))
      #expect(aemp_kil(second, remote, &reason, 1) == 0)
      host.run { watching.events.count == 3 && watching.freed == 2 }
      #expect(
        watching.events.sorted() == [#"["enough"]"#, #"reason ["enough"]"#, #"reason ["enough"]"#])

      // A port that the other node makes.
      let spawning = Recorder()
      let start: aemp_msg_cb = { node, own, msg, ud in
        Recorder.from(ud).add("started " + json(msg))
        aemp_rcv(node, own, nil, recording, ud, nil)
      }
      aemp_sub(first, "My::init", start, spawning.ud, freeing)
      var spawned: OpaquePointer?
      var argument = aemp_int(7)
      #expect(aemp_spawn(second, "first", "My::init", &argument, 1, &spawned) == 0)
      #expect(sendOne(second, spawned, aemp_str(lasting("work"))) == 0)
      host.run { spawning.events == ["started [7]", #"["work"]"#] }
      #expect(aemp_snd_to_func(second, "first", "My::init", &argument, 1) == 0)
      host.run { spawning.events.count == 3 }
      aemp_sub(first, "My::init", nil, nil, nil)
      host.run { spawning.freed == 1 }
      for port in [port, remote, victim, sentTo, spawned] { aemp_port_release(port) }
    }
  }

  @Test("the database")
  func database() throws {
    try withTwoNodes { host, first, second in
      let monitored = Recorder()
      let tell: aemp_family_cb = { _, family, added, changed, deleted, ud in
        Recorder.from(ud).add(
          [jsonOfValue(family), json(added), json(changed), json(deleted)].joined(separator: " "))
      }
      var watch: OpaquePointer?
      #expect(aemp_db_mon(first, "family", tell, monitored.ud, freeing, &watch) == 0)
      #expect(monitored.events == [])
      host.run { monitored.events == ["{} [] [] []"] }
      var value = aemp_int(1)
      #expect(aemp_db_set(first, "family", "key", &value) == 0)
      #expect(monitored.events.count == 1)
      host.run { monitored.events.last == #"{"key":1} ["key"] [] []"# }
      value = aemp_int(2)
      aemp_db_set(second, "family", "other", &value)
      host.run { monitored.events.last == #"{"key":1,"other":2} ["other"] [] []"# }
      let asked = Recorder()
      #expect(aemp_db_get(second, "family", recordingValue, asked.ud, freeing) == 0)
      host.run { asked.freed == 1 }
      #expect(asked.events == [#"{"key":1,"other":2}"#])
      "key".withCString { key in
        var keys: [UnsafePointer<CChar>?] = [key, nil]
        #expect(aemp_db_del(first, "family", &keys) == 0)
      }
      host.run { monitored.events.last == #"{"other":2} [] [] ["key"]"# }
      let port = try makePort(second)
      var registration: OpaquePointer?
      #expect(aemp_db_reg(second, "family", port, nil, &registration) == 0)
      host.run { monitored.events.count == 5 }
      #expect(aemp_watch_cancel(registration) == 0)
      host.run { monitored.events.count == 6 }
      #expect(aemp_watch_cancel(watch) == 0)
      host.run { monitored.freed == 1 }
      aemp_watch_release(registration)
      aemp_watch_release(watch)
      aemp_port_release(port)
    }
  }

  @Test("what waits for a node is counted, and who wants to know is told when it has gone")
  func queues() throws {
    try withTwoNodes { host, _, second in
      var remote: OpaquePointer?
      #expect(aemp_port_of("first#none", -1, &remote) == 0)
      let text = String(repeating: "x", count: 100_000)
      for _ in 0..<200 { #expect(text.withCString { sendOne(second, remote, aemp_str($0)) } == 0) }
      #expect(aemp_queued_bytes(second, "first") > 100_000)
      let recorder = Recorder()
      #expect(aemp_when_drained(second, "first", recordingNode, recorder.ud, freeing) == 0)
      host.run { recorder.freed == 1 }
      #expect(recorder.events == ["called"])
      #expect(aemp_queued_bytes(second, "first") == 0)
      aemp_port_release(remote)
    }
  }

  @Test("a close with a time to flush loses nothing that was sent")
  func flushing() throws {
    try withTwoNodes { host, first, second in
      let recorder = Recorder()
      let port = try makePort(first)
      aemp_rcv(first, port, "n", { _, _, _, ud in Recorder.from(ud).add("") }, recorder.ud, nil)
      var remote: OpaquePointer?
      aemp_port_of(aemp_port_id(port, nil), -1, &remote)
      let third = try host.attach()
      _ = join(third, "third", seed: nil)
      for number in 0..<1000 {
        var arguments = [aemp_str(lasting("n")), aemp_int(Int64(number))]
        #expect(aemp_snd(second, remote, &arguments, 2) == 0)
      }
      #expect(aemp_node_close(second, 2000, nil, nil) == 0)
      host.run { recorder.events.count == 1000 }
      host.end(third)
      aemp_port_release(port)
      aemp_port_release(remote)
    }
  }
}
