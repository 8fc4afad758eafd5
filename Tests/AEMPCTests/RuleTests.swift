import AnyEvent
import CAEMP
import CAEMPTesting
import CLibUV
import TestSupport
import Testing

@Suite("What aemp.h promises about callbacks, user data and ends")
struct RuleTests {
  @Test("a message to an own port comes from the loop, not before the send returns")
  func deferred() throws {
    try withNode { host, node in
      let recorder = Recorder()
      let port = try makePort(node)
      #expect(aemp_rcv(node, port, "some", recording, recorder.ud, nil) == 0)
      #expect(aempt_send_some(node, port, "some") == 0)
      #expect(recorder.events == [])
      host.run { !recorder.events.isEmpty }
      #expect(recorder.events == [#"[1,"two",3.5,{"four":[5]}]"#])
      aemp_port_release(port)
    }
  }

  @Test("prepared tags, texts and bytes arrive as they were sent")
  func arguments() throws {
    try withNode { host, node in
      let recorder = Recorder()
      let port = try makePort(node)
      var tag: OpaquePointer?
      #expect(aemp_tag_new("tag", 3, &tag) == 0)
      aemp_rcv(node, port, "tag", recording, recorder.ud, nil)
      "a\0b".withCString { withNUL in
        "\u{e9}".withCString { accented in
          var arguments = [
            aemp_tagged(tag), aemp_null(), aemp_bool(5), aemp_uint(.max), aemp_strn(withNUL, 3),
            aemp_str(accented), aemp_bytes(nil, 0), aemp_ref(port),
          ]
          #expect(aemp_snd(node, port, &arguments, arguments.count) == 0)
        }
      }
      aemp_tag_release(tag)
      host.run { !recorder.events.isEmpty }
      let id = aemp_port_id(port, nil).map { String(cString: $0) } ?? ""
      #expect(
        recorder.events == [#"[null,true,18446744073709551615,"a\u0000b","\#u{e9}","","\#(id)"]"#])
      aemp_port_release(port)
    }
  }

  @Test("user data is freed once: when it is replaced, removed, its port dies, or the node ends")
  func freedOnce() throws {
    let recorder = Recorder()
    let last = Recorder()
    try withNode { host, node in
      let port = try makePort(node)
      let mortal = try makePort(node)
      aemp_rcv(node, port, "a", recording, recorder.ud, freeing)
      aemp_rcv(node, port, "a", recording, recorder.ud, freeing)
      #expect(recorder.freed == 0)
      host.run { recorder.freed == 1 }
      aemp_rcv(node, port, "a", nil, nil, nil)
      host.run { recorder.freed == 2 }
      aemp_rcv(node, port, nil, recording, recorder.ud, freeing)
      aemp_rcv(node, port, nil, recording, last.ud, freeing)
      host.run { recorder.freed == 3 }
      aemp_rcv(node, mortal, nil, recording, recorder.ud, freeing)
      aemp_kil(node, mortal, nil, 0)
      host.run { recorder.freed == 4 }
      aemp_mon(node, port, recordingReason, last.ud, freeing, nil)
      aemp_sub(node, "f", recording, last.ud, freeing)
      aemp_post(node, recordingNode, last.ud, freeing)
      aemp_db_get(node, "f", recordingValue, last.ud, freeing)
      #expect(last.freed == 0)
      // What is posted and not called goes with the node.
      aemp_node_close(node, 0, nil, nil)
      aemp_port_release(port)
      aemp_port_release(mortal)
    }
    #expect(recorder.freed == 4)
    #expect(last.freed == 5)
    #expect(last.events == [])
  }

  @Test("closing in each kind of callback ends everything, and only on_closed follows")
  func closingInCallbacks() throws {
    let alone: [(OpaquePointer, OpaquePointer, Recorder) -> Void] = [
      { node, port, it in
        aemp_rcv(node, port, nil, recording, it.ud, freeing)
        _ = sendOne(node, port, aemp_int(1))
        _ = sendOne(node, port, aemp_int(2))
      },
      { node, port, it in
        aemp_mon(node, port, recordingReason, it.ud, freeing, nil)
        aemp_kil(node, port, nil, 0)
      },
      { node, _, it in aemp_post(node, recordingNode, it.ud, freeing) },
      { node, port, it in aemp_cal(node, port, 0, nil, 0, recordingReason, it.ud, freeing) },
      { node, port, it in
        aemp_cal(node, port, -1, nil, 0, recordingReason, it.ud, freeing)
        aemp_kil(node, port, nil, 0)
      },
      { node, _, it in aemp_when_drained(node, "x", recordingNode, it.ud, freeing) },
      { node, _, it in
        aemp_sub(node, "f", recording, it.ud, freeing)
        aemp_spawn(node, "", "f", nil, 0, nil)
      },
      { node, _, it in
        aemp_on_log(node, 9, { _, _, _, _, ud in Recorder.from(ud).add("log") }, it.ud, freeing)
        aemp_configure(node, nil, nil, nil, nil)
      },
      { node, port, it in
        aemp_on_trace(node, { _, _, ud in Recorder.from(ud).add("trace") }, it.ud, freeing)
        _ = sendOne(node, port, aemp_int(1))
      },
      { node, _, it in
        aemp_configure(
          node, nil, { _, _, _, ud in Recorder.from(ud).add("configured") }, it.ud, freeing)
      },
      { node, _, it in
        aemp_configure(node, nil, nil, nil, nil)
        aemp_db_set(node, "family", "key", nil)
        aemp_db_mon(
          node, "family", { _, _, _, _, _, ud in Recorder.from(ud).add("family") }, it.ud, freeing,
          nil)
      },
      { node, _, it in
        aemp_configure(node, nil, nil, nil, nil)
        aemp_db_get(node, "family", recordingValue, it.ud, freeing)
      },
      // What frees user data is called back, too.
      { node, port, it in
        aemp_rcv(node, port, "x", recording, it.ud, freeingLoudly)
        aemp_rcv(node, port, "x", nil, nil, nil)
      },
    ]
    for (index, start) in alone.enumerated() {
      try closeInCallback("alone \(index)") { _, node, port, it in
        start(node, port, it)
        return nil
      }
    }
    // With a second node on the loop, which looks for the first.
    let together: [(OpaquePointer, Recorder, OpaquePointer) -> Void] = [
      { node, it, _ in
        aemp_mon_nodes(
          node, { _, _, _, _, ud in Recorder.from(ud).add("node") }, it.ud, freeing, nil)
      },
      { node, it, other in
        aemp_sub(node, "f", recording, it.ud, freeing)
        aemp_snd_to_func(other, "first", "f", nil, 0)
      },
      { node, it, other in
        aemp_sub(node, "f", recording, it.ud, freeing)
        aemp_spawn(other, "first", "f", nil, 0, nil)
      },
    ]
    for (index, start) in together.enumerated() {
      try closeInCallback("together \(index)") { host, node, _, it in
        let address = join(node, "first", seed: nil)
        let other = try host.attach()
        join(other, "second", seed: address)
        start(node, it, other)
        return other
      }
    }
  }

  /// Has a new node close, and be released, in whatever is called back; `start` may make another node.
  private func closeInCallback(
    _ name: String,
    _ start: (HostLoop, OpaquePointer, OpaquePointer, Recorder) throws -> OpaquePointer?
  ) throws {
    let host = HostLoop()
    defer { host.close() }
    let before = host.handleCount
    let node = try host.attach()
    let port = try makePort(node)
    let recorder = Recorder()
    let ending = Recorder()
    nonisolated(unsafe) let it = node
    recorder.action = {
      #expect(aemp_node_close(it, 0, recordingNode, ending.ud) == 0)
      #expect(ending.events == [])
      // Releasing it here is legal too.
      aemp_node_release(it)
    }
    let other = try start(host, node, port, recorder)
    #expect(recorder.events == [], "\(name)")
    host.run("\(name) never ended") { !ending.events.isEmpty }
    #expect(recorder.events.count == 1, "\(name)")
    #expect(ending.events == ["called"], "\(name)")
    host.runTurns(2)
    #expect(recorder.freed == 1, "\(name)")
    if let other { host.end(other) }
    #expect(host.handleCount == before, "\(name)")
    aemp_port_release(port)
  }

  @Test("closing twice calls both, and the last release of an open node closes it")
  func closingTwice() throws {
    let host = HostLoop()
    defer { host.close() }
    let before = host.handleCount
    let node = try host.attach()
    let recorder = Recorder()
    #expect(aemp_node_close(node, 0, recordingNode, recorder.ud) == 0)
    #expect(aemp_node_close(node, 100, recordingNode, recorder.ud) == 0)
    #expect(aemp_node_is_closed(node) == 0)
    host.run { aemp_node_is_closed(node) == 1 }
    #expect(recorder.events == ["called", "called"])
    aemp_node_release(node)
    let other = try host.attach()
    aemp_node_retain(other)
    aemp_node_release(other)
    host.runTurns(2)
    #expect(host.handleCount > before)
    aemp_node_release(other)
    host.run { host.handleCount == before }
  }

  @Test("on_closed may retain and release a node whose last reference was released before")
  func retainedWhenClosed() throws {
    let host = HostLoop()
    defer { host.close() }
    let node = try host.attach()
    let recorder = Recorder()
    let done: aemp_node_cb = { node, ud in
      for _ in 0..<3 {
        _ = aemp_node_retain(node)
        aemp_node_release(node)
      }
      recordingNode(node, ud)
    }
    #expect(aemp_node_close(node, 0, done, recorder.ud) == 0)
    aemp_node_release(node)
    host.run { !recorder.events.isEmpty }
    host.runTurns(2)
    #expect(recorder.events == ["called"])
  }

  @Test("aemp_die kills the port whose callback says so")
  func dying() throws {
    try withNode { host, node in
      let recorder = Recorder()
      let port = try makePort(node)
      nonisolated(unsafe) let it = node
      recorder.action = { #expect(aemp_die(it, "of this") == 0) }
      let watcher = Recorder()
      aemp_rcv(node, port, nil, recording, recorder.ud, nil)
      aemp_mon(node, port, recordingReason, watcher.ud, nil, nil)
      _ = sendOne(node, port, aemp_int(1))
      host.run { !watcher.events.isEmpty }
      #expect(watcher.events == [#"reason ["die","of this"]"#])
      #expect(aemp_rcv(node, port, nil, recording, nil, nil) == AEMP_ENOPORT.rawValue)
      aemp_port_release(port)
    }
  }

  @Test("a node keeps uv_run running only while it is asked to")
  func keepingAlive() throws {
    let uv = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
    uv_loop_init(uv)
    var node: OpaquePointer?
    #expect(aempt_attach(uv, &node) == 0)
    #expect(uv_run(uv, UV_RUN_DEFAULT) == 0)
    #expect(aemp_node_ref(node) == 0)
    for _ in 0..<3 { #expect(uv_run(uv, UV_RUN_NOWAIT) != 0) }
    #expect(aemp_node_unref(node) == 0)
    #expect(uv_run(uv, UV_RUN_DEFAULT) == 0)
    aemp_node_release(node)
    uv_run(uv, UV_RUN_DEFAULT)
    #expect(uv_loop_close(uv) == 0)
    uv.deallocate()
  }

  @Test("a log line of no node goes to all that want it, and one of a node to that alone")
  func linesOfNobody() throws {
    try withNode { host, first in
      let second = try host.attach()
      let recorders = [Recorder(), Recorder()]
      for (node, recorder) in zip([first, second], recorders) {
        aemp_on_log(
          node, 8,
          { _, _, _, text, ud in
            // Others log in this process, too.
            let text = text.map { String(cString: $0) } ?? ""
            if text.hasPrefix("of ") || text.hasPrefix("node ") { Recorder.from(ud).add(text) }
          }, recorder.ud, nil)
      }
      onThread { AE.log(.error, "of nobody") }
      host.run { recorders.allSatisfy { $0.events == ["of nobody"] } }
      #expect(aemp_configure(second, nil, nil, nil, nil) == 0, "\(lastError)")
      host.run { recorders[1].events.contains { $0.hasSuffix("starting up.") } }
      #expect(recorders[0].events == ["of nobody"])
      host.end(second)
    }
  }

  @Test("a configuration that fails leaves all as it was before")
  func failedConfiguration() throws {
    for isReferenced in [false, true] {
      let uv = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
      uv_loop_init(uv)
      var node: OpaquePointer?
      #expect(aempt_attach(uv, &node) == 0)
      if isReferenced { #expect(aemp_node_ref(node) == 0) }
      var options = aemp_options()
      options.size = MemoryLayout<aemp_options>.size
      options.flags = UInt32(AEMP_KEEP_ALIVE)
      "192.0.2.1:1".withCString { bind in
        var binds: [UnsafePointer<CChar>?] = [bind, nil]
        binds.withUnsafeMutableBufferPointer {
          options.binds = UnsafePointer($0.baseAddress)
          #expect(aemp_configure(node, &options, nil, nil, nil) == AEMP_ECONFIG.rawValue)
        }
      }
      for _ in 0..<3 { #expect((uv_run(uv, UV_RUN_NOWAIT) != 0) == isReferenced) }
      #expect(aemp_node_id(node).map { String(cString: $0) } == "")
      options.binds = nil
      #expect(aemp_configure(node, &options, nil, nil, nil) == 0, "\(lastError)")
      for _ in 0..<3 { #expect(uv_run(uv, UV_RUN_NOWAIT) != 0) }
      aemp_node_release(node)
      while uv_run(uv, UV_RUN_DEFAULT) != 0 {}
      #expect(uv_loop_close(uv) == 0)
      uv.deallocate()
    }
  }

  @Test("log lines and trace lines go to who wants them, from the loop")
  func lines() throws {
    try withNode { host, node in
      let logs = Recorder()
      let traces = Recorder()
      aemp_on_log(
        node, 8,
        { _, level, facility, text, ud in
          Recorder.from(ud).add("\(level) " + (text.map { String(cString: $0) } ?? ""))
        }, logs.ud, freeing)
      aemp_on_trace(
        node, { _, line, ud in Recorder.from(ud).add(line.map { String(cString: $0) } ?? "") },
        traces.ud, freeing)
      #expect(aemp_configure(node, nil, nil, nil, nil) == 0, "\(lastError)")
      let id = aemp_node_id(node).map { String(cString: $0) } ?? ""
      #expect(!id.isEmpty)
      let port = try makePort(node)
      aemp_rcv(node, port, nil, recording, Recorder().ud, nil)
      aemp_rcv(node, port, nil, { _, _, _, _ in }, nil, nil)
      _ = sendOne(node, port, aemp_int(1))
      #expect(logs.events == [])
      host.run { traces.events.count >= 2 && !logs.events.isEmpty }
      #expect(logs.events.contains("8 node \(id) starting up."))
      #expect(traces.events.first?.hasPrefix("SND ") == true)
      aemp_on_log(node, 1, nil, nil, nil)
      aemp_on_trace(node, nil, nil, nil)
      host.run { logs.freed == 1 && traces.freed == 1 }
      aemp_port_release(port)
    }
  }
}
