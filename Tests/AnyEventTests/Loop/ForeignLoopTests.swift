import AnyEvent
import CLibUV
import Glibc
import TestSupport
import Testing

@Suite("A loop attached to somebody else's")
struct ForeignLoopTests {
  @Test("the host's loop is left as it was found")
  func leftAsFound() throws {
    try withHostLoop { host in
      var marker = 0
      try withUnsafeMutablePointer(to: &marker) { marker in
        host.uv.pointee.data = UnsafeMutableRawPointer(marker)
        // Alone,
        host.timer(after: 0) {}
        uv_run(host.uv, UV_RUN_DEFAULT)
        let before = host.handleCount
        // with us,
        let loop = Loop(attachingTo: host.uv)
        var log: [String] = []
        var isClosed = false
        var watchers: [Any] = []
        try withSocketPair { left, right in
          watchers.append(loop.timer(after: 0, interval: 0.001) { log.append("timer") })
          watchers.append(
            loop.io(right, .read) {
              receiveByte(right)
              log.append("read")
            })
          watchers.append(loop.idle {})
          let listener = try loop.listen(on: "127.0.0.1", 0) { Glibc.close($0.fd) }
          watchers.append(
            loop.connect(to: "localhost", listener.address.port) { result in
              if case .success(let socket) = result { Glibc.close(socket.fd) }
              log.append("connected")
            })
          loop.postpone { sendByte(left) }
          func look() {
            host.timer(after: 1) {
              guard Set(log).isSuperset(of: ["timer", "read", "connected"]) else { return look() }
              loop.close { isClosed = true }
              #expect(!isClosed)
            }
          }
          look()
          uv_run(host.uv, UV_RUN_DEFAULT)
          #expect(isClosed)
          #expect(!loop.isOpen)
        }
        // and alone again.
        #expect(host.handleCount == before)
        #expect(host.uv.pointee.data == UnsafeMutableRawPointer(marker))
        var ran = false
        host.timer(after: 0) { ran = true }
        uv_run(host.uv, UV_RUN_DEFAULT)
        #expect(ran)
        host.uv.pointee.data = nil
      }
    }
  }

  @Test("watchers do not keep the host's loop running")
  func unreferenced() {
    withHostLoop { host in
      withSocketPair { left, _ in
        let loop = Loop(attachingTo: host.uv)
        let watchers: [Any] = [
          loop.timer(after: 3600) {}, loop.io(left, .read) {}, loop.signal("USR2") {},
        ]
        #expect(uv_run(host.uv, UV_RUN_DEFAULT) == 0)
        loop.close()
        withExtendedLifetime(watchers) {}
      }
    }
  }

  @Test("watchers keep the host's loop running if asked to")
  func referenced() {
    withHostLoop { host in
      let loop = Loop(attachingTo: host.uv)
      var fired = 0
      let first = loop.timer(after: 0.002) { fired += 1 }
      uv_run(host.uv, UV_RUN_DEFAULT)
      #expect(fired == 0)
      loop.keepsLoopAlive = true
      uv_run(host.uv, UV_RUN_DEFAULT)
      #expect(fired == 1)
      loop.close()
      withExtendedLifetime(first) {}
    }
  }

  @Test("watched signals follow when that is asked for later, and taken back")
  func referencedSignal() {
    withHostLoop { host in
      let loop = Loop(attachingTo: host.uv)
      let watcher = loop.signal("USR2") {}
      #expect(uv_loop_alive(host.uv) == 0)
      loop.keepsLoopAlive = true
      #expect(uv_loop_alive(host.uv) != 0)
      loop.keepsLoopAlive = false
      #expect(uv_loop_alive(host.uv) == 0)
      loop.close()
      withExtendedLifetime(watcher) {}
    }
  }

  @Test("close inside a callback, twice, calls both completions and nothing else")
  func closeInside() {
    withHostLoop { host in
      let loop = Loop(attachingTo: host.uv)
      var log: [String] = []
      var timers: [TimerWatcher] = []
      timers.append(
        loop.timer(after: 0) {
          log.append("fired")
          loop.close { log.append("first") }
          loop.close { log.append("second") }
          // These must stay silent.
          timers.append(loop.timer(after: 0) { log.append("late timer") })
          loop.postpone { log.append("late postpone") }
        })
      timers.append(loop.timer(after: 0) { log.append("other") })
      loop.postpone { log.append("postponed") }
      host.timer(after: 5) {}
      uv_run(host.uv, UV_RUN_DEFAULT)
      #expect(log.first == "fired")
      #expect(log.suffix(2) == ["first", "second"])
      #expect(!log.contains { $0.hasPrefix("late") || $0 == "other" })
      #expect(timers.allSatisfy { !$0.isActive })
    }
  }

  @Test("close during a name resolution ends it and reports nothing")
  func closeDuringResolution() {
    withHostLoop { host in
      let loop = Loop(attachingTo: host.uv)
      var isClosed = false
      let resolution = loop.resolve("localhost", 80) { _ in Issue.record("reported") }
      loop.close { isClosed = true }
      uv_run(host.uv, UV_RUN_DEFAULT)
      #expect(isClosed)
      withExtendedLifetime(resolution) {}
    }
  }

  @Test("a closed loop and all that it held are freed")
  func freed() {
    weak var weakLoop: Loop?
    withHostLoop { host in
      let loop = Loop(attachingTo: host.uv)
      weakLoop = loop
      let timer = loop.timer(after: 1) {}
      loop.close()
      uv_run(host.uv, UV_RUN_DEFAULT)
      withExtendedLifetime(timer) {}
    }
    #expect(weakLoop == nil)
  }

  @Test("a descriptor that the host polls itself can be watched too")
  func sharedDescriptor() {
    withHostLoop { host in
      withSocketPair { left, right in
        let poll = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
        uv_poll_init(host.uv, poll, right)
        uv_poll_start(poll, CInt(UV_READABLE.rawValue)) { _, _, _ in }
        let loop = Loop(attachingTo: host.uv)
        var reads = 0
        let reader = loop.io(right, .read) {
          reads += 1
          receiveByte(right)
          loop.close()
          let handle = UnsafeMutableRawPointer(poll).assumingMemoryBound(to: uv_handle_t.self)
          uv_close(handle) { $0?.deallocate() }
        }
        sendByte(left)
        uv_run(host.uv, UV_RUN_DEFAULT)
        #expect(reads == 1)
        withExtendedLifetime(reader) {}
      }
    }
  }

  @Test("the loop whose callback is running is the current one")
  func current() {
    withHostLoop { host in
      let first = Loop(attachingTo: host.uv)
      let second = Loop(attachingTo: host.uv)
      var seen: [Bool] = []
      first.postpone { seen.append(Loop.current === first) }
      second.postpone { seen.append(Loop.current === second) }
      host.timer(after: 1) {}
      uv_run(host.uv, UV_RUN_DEFAULT)
      #expect(seen == [true, true])
      first.close()
      second.close()
    }
  }

  @Test("recv throws: the host runs the loop")
  func recvThrows() {
    withHostLoop { host in
      let loop = Loop(attachingTo: host.uv)
      let cv = CondVar<Int>(on: loop)
      #expect(throws: CondVarError.foreignLoop) { try cv.recv() }
      loop.close()
    }
  }

  @Test("the host's handling of SIGPIPE is not touched, a loop of our own replaces the default")
  func brokenPipes() async {
    await #expect(processExitsWith: .success) {
      signal(SIGPIPE, SIG_DFL)
      var action = sigaction()
      withHostLoop { host in
        let loop = Loop(attachingTo: host.uv)
        sigaction(SIGPIPE, nil, &action)
        #expect(action.__sigaction_handler.sa_handler == nil)
        loop.close()
      }
      let own = Loop()
      sigaction(SIGPIPE, nil, &action)
      #expect(action.__sigaction_handler.sa_handler != nil)
      own.close()
    }
  }

  @Test("an actor can live on a host's loop")
  func executor() async {
    // On a thread of its own: the tests' threads are those of the tasks.
    await onOtherThread {
      withHostLoop { host in
        let loop = Loop(attachingTo: host.uv)
        let resident = Resident(LoopExecutor(loop))
        let thread = UInt(pthread_self())
        // Before the tests that wait for a thread.
        Task(priority: .high) {
          let isHere = await resident.thread == thread
          loop.post {
            #expect(isHere)
            loop.close()
          }
        }
        loop.keepsLoopAlive = true
        let safety = loop.timer(after: 30) {
          Issue.record("the actor was not called")
          loop.close()
        }
        uv_run(host.uv, UV_RUN_DEFAULT)
        withExtendedLifetime(safety) {}
      }
    }
  }

  @Test(
    "a host that runs its loop inside of a task or a postponed callback has none of it done twice")
  func nestedTurns() {
    final class Record: @unchecked Sendable { var entries: [String] = [] }
    let host = HostLoop()
    do {
      let loop = Loop(attachingTo: host.uv)
      let record = Record()
      nonisolated(unsafe) let ours = (host: host, loop: loop)
      loop.task {
        record.entries.append("task")
        ours.loop.task { record.entries.append("other") }
        ours.loop.postpone { record.entries.append("postponed") }
        ours.host.runTurns(3)
        record.entries.append("end")
      }
      host.run(until: { record.entries.contains("end") })
      loop.postpone {
        record.entries.append("outer")
        loop.postpone { record.entries.append("inner") }
        host.runTurns(3)
      }
      host.run(until: { record.entries.contains("inner") })
      host.runTurns(3)
      #expect(record.entries.sorted() == ["end", "inner", "other", "outer", "postponed", "task"])
      var isClosed = false
      loop.close { isClosed = true }
      host.run(until: { isClosed })
    }
    host.close()
  }
}

private actor Resident {
  private let executor: LoopExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  init(_ executor: LoopExecutor) { self.executor = executor }
  var thread: UInt {
    // A compiler that knows pthread_self() calls it before the change of threads.
    @inline(never) get { UInt(pthread_self()) }
  }
}
