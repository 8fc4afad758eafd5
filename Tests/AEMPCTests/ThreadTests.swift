import CAEMP
import CAEMPTesting
import CLibUV
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite("Threads and loops of a node in C")
struct ThreadTests {
  @Test("a node that is attached on one thread belongs to the one that runs the loop")
  func firstCallback() throws {
    let host = HostLoop()
    nonisolated(unsafe) let node = try host.attach()
    nonisolated(unsafe) let its = host
    onThread {
      its.runTurns(2)
      #expect(aemp_node_ref(node) == 0)
    }
    #expect(aemp_node_ref(node) == AEMP_ETHREAD.rawValue)
    #expect(lastError.contains("aemp_node_adopt"))
    #expect(aemp_node_adopt(node) == 0)
    #expect(aemp_node_ref(node) == 0)
    host.end(node)
    host.close()
  }

  @Test("posting from other threads, in order")
  func posting() throws {
    try withNode { host, node in
      let recorder = Recorder()
      let port = try makePort(node)
      aemp_rcv(node, port, "n", recording, recorder.ud, nil)
      nonisolated(unsafe) let it = (node, port, recorder)
      onThread {
        for number in 0..<100 {
          var arguments = [aemp_str(lasting("n")), aemp_int(Int64(number))]
          #expect(aemp_post_snd(it.0, it.1, &arguments, 2) == 0)
        }
        #expect(aemp_post(it.0, recordingNode, it.2.ud, freeing) == 0)
      }
      host.run { recorder.events.count == 101 }
      #expect(recorder.events.filter { $0 != "called" } == (0..<100).map { "[\($0)]" })
      #expect(recorder.freed == 1)
      aemp_port_release(port)
    }
  }

  @Test("a pump is driven by a descriptor and a time-out, and rests when there is nothing to do")
  func pump() throws {
    var node: OpaquePointer?
    var fd: CInt = -1
    #expect(aemp_pump_new(&node, &fd) == 0)
    let it = try #require(node)
    var timeout: CInt = 0
    var steps = 0
    func step(until isDone: () -> Bool) {
      while !isDone(), steps < 10_000 {
        steps += 1
        #expect(aemp_pump_step(it, &timeout) == 0)
        if isDone() { return }
        var poller = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
        poll(&poller, 1, timeout < 0 ? 10_000 : timeout)
      }
    }
    // Nothing is left to do after a few steps.
    for _ in 0..<5 { #expect(aemp_pump_step(it, &timeout) == 0) }
    #expect(timeout == -1)
    var poller = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
    #expect(poll(&poller, 1, 0) == 0)
    // A call outside of a step makes the descriptor readable.
    let recorder = Recorder()
    let port = try makePort(it)
    aemp_rcv(it, port, nil, recording, recorder.ud, freeing)
    _ = sendOne(it, port, aemp_int(1))
    #expect(poll(&poller, 1, 0) == 1)
    step { !recorder.events.isEmpty }
    #expect(recorder.events == ["[1]"])
    // A time-out of the node is one of the pump.
    aemp_cal(it, port, 0.05, nil, 0, recordingReason, recorder.ud, nil)
    aemp_rcv(it, port, nil, { _, _, _, _ in }, nil, nil)
    steps = 0
    step { recorder.events.count == 2 }
    #expect(recorder.events.last == "reason []")
    #expect(steps < 20)
    let ending = Recorder()
    aemp_node_close(it, 0, recordingNode, ending.ud)
    step { !ending.events.isEmpty }
    #expect(aemp_pump_step(it, &timeout) == AEMP_ECLOSED.rawValue)
    #expect(recorder.freed == 1)
    aemp_port_release(port)
    aemp_node_release(it)
    // The descriptor is closed.
    #expect(fcntl(fd, F_GETFD) == -1)
  }

  @Test("closing an idle pump from outside of a step makes its descriptor readable")
  func closingIdlePump() throws {
    var node: OpaquePointer?
    var fd: CInt = -1
    #expect(aemp_pump_new(&node, &fd) == 0)
    let it = try #require(node)
    var timeout: CInt = 0
    for _ in 0..<5 { #expect(aemp_pump_step(it, &timeout) == 0) }
    var poller = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
    #expect(timeout == -1 && poll(&poller, 1, 0) == 0)
    let ending = Recorder()
    #expect(aemp_node_close(it, 0, recordingNode, ending.ud) == 0)
    #expect(poll(&poller, 1, 0) == 1)
    for _ in 0..<50 where ending.events.isEmpty { _ = aemp_pump_step(it, &timeout) }
    // The descriptor is gone: nobody may wait for it.
    #expect(ending.events == ["called"] && timeout == 0)
    aemp_node_release(it)
  }

  @Test("other threads see ids as they are before the node has its name, or as they are with it")
  func idsOnOtherThreads() throws {
    try withNode { host, node in
      let port = try makePort(node)
      let before = aemp_port_id(port, nil).map { String(cString: $0) } ?? ""
      nonisolated(unsafe) let it = (node, port)
      let isWatching = Atomic<Bool>(false)
      let isNamed = Atomic<Bool>(false)
      let seen = Mutex<Set<String>>([])  // String keys: ids of our own
      let thread = RunningThread {
        while !isNamed.load(ordering: .acquiring) {
          for text in [aemp_node_id(it.0), aemp_port_id(it.1, nil)] {
            if let text { seen.withLock { _ = $0.insert(String(cString: text)) } }
          }
          isWatching.store(true, ordering: .releasing)
        }
      }
      while !isWatching.load(ordering: .acquiring) { sched_yield() }
      #expect(aemp_configure(node, nil, nil, nil, nil) == 0, "\(lastError)")
      isNamed.store(true, ordering: .releasing)
      thread.join()
      let id = aemp_node_id(node).map { String(cString: $0) } ?? ""
      let after = aemp_port_id(port, nil).map { String(cString: $0) } ?? ""
      #expect(before.hasPrefix("#") && after == id + before)
      let all = seen.withLock { $0 }
      #expect(all.isSuperset(of: ["", before]) && all.isSubset(of: ["", before, id, after]))
      aemp_port_release(port)
    }
  }

  @Test("names in binds are looked up while the loop runs")
  func names() throws {
    try withNode { host, node in
      var options = aemp_options()
      options.size = MemoryLayout<aemp_options>.size
      let recorder = Recorder()
      let done: aemp_configured_cb = { _, status, sentence, ud in
        Recorder.from(ud).add("\(status) " + (sentence.map { String(cString: $0) } ?? ""))
      }
      func configure(_ name: String) -> CInt {
        name.withCString { name in
          var binds: [UnsafePointer<CChar>?] = [name, nil]
          return binds.withUnsafeMutableBufferPointer { binds in
            options.binds = UnsafePointer(binds.baseAddress)
            return aemp_configure(node, &options, done, recorder.ud, freeing)
          }
        }
      }
      #expect(configure("no-such-name.invalid:0") == 0, "\(lastError)")
      #expect(configure("localhost:0") == AEMP_ECONFIGURED.rawValue)
      host.run { !recorder.events.isEmpty }
      #expect(recorder.events.first?.hasPrefix("-4 ") == true, "\(recorder.events)")
      #expect(configure("localhost:0") == 0, "\(lastError)")
      host.run { recorder.events.count == 2 }
      #expect(recorder.events.last == "0 ")
      host.run { recorder.freed == 3 }
    }
  }

  @Test("closing while a name is looked up calls nothing")
  func closingWhileLookingUp() throws {
    let recorder = Recorder()
    try withNode { host, node in
      var options = aemp_options()
      options.size = MemoryLayout<aemp_options>.size
      "no-such-name.invalid:0".withCString { name in
        var binds: [UnsafePointer<CChar>?] = [name, nil]
        binds.withUnsafeMutableBufferPointer { binds in
          options.binds = UnsafePointer(binds.baseAddress)
          #expect(
            aemp_configure(
              node, &options, { _, _, _, ud in Recorder.from(ud).add("done") }, recorder.ud, freeing
            )
              == 0)
        }
      }
    }
    #expect(recorder.events == [])
    #expect(recorder.freed == 1)
  }
}
