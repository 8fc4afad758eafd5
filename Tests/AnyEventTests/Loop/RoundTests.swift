import AnyEvent
import CLibUV
import TestSupport
import Testing

/// Notes when it is called.
private final class Target: EndOfIteration {
  let body: () -> Void
  init(_ body: @escaping () -> Void) { self.body = body }
  func endOfIteration() { body() }
}

@Suite("Ends of iterations")
struct RoundTests {
  @Test("postponed callbacks come before end-of-iteration targets")
  func order() {
    withLoop { loop in
      var log: [String] = []
      loop.atEndOfIteration(Target { log.append("target") })
      loop.postpone { log.append("postponed") }
      loop.runOnce(waiting: false)
      #expect(log == ["postponed", "target"])
    }
  }

  @Test("a target asked for by a target waits for the next round")
  func nested() {
    withLoop { loop in
      var log: [String] = []
      loop.atEndOfIteration(
        Target {
          log.append("first")
          loop.atEndOfIteration(
            Target {
              log.append("second")
              loop.stop()
            })
          loop.postpone { log.append("between") }
        })
      loop.run()
      #expect(log == ["first", "between", "second"])
    }
  }

  @Test("a target is called once for each time it asked")
  func counts() {
    withLoop { loop in
      var count = 0
      let target = Target { count += 1 }
      loop.atEndOfIteration(target)
      loop.runOnce(waiting: false)
      loop.runOnce(waiting: false)
      #expect(count == 1)
      loop.atEndOfIteration(target)
      loop.runOnce(waiting: false)
      #expect(count == 2)
    }
  }

  @Test("what is asked for while polling is served in the same iteration")
  func sameIteration() {
    withLoop { loop in
      withSocketPair { left, right in
        var log: [String] = []
        let writer = loop.io(left, .write) {
          log.append("polled")
          loop.atEndOfIteration(Target { log.append("target") })
        }
        loop.runOnce(waiting: false)
        #expect(log == ["polled", "target"])
        writer.cancel()
      }
    }
  }

  @Test("a postponed callback that postpones itself lets other events through")
  func noStarving() {
    withLoop { loop in
      withSocketPair { left, _ in
        func again() { loop.postpone { again() } }
        again()
        let writer = loop.io(left, .write) { loop.stop() }
        loop.run()
        writer.cancel()
      }
    }
  }

  @Test("the loop does not sleep when a host's own prepare callback asks for an end of iteration")
  func hostPrepare() {
    withHostLoop { host in
      let loop = Loop(attachingTo: host.uv)
      var wasCalled = false
      let state = Closure { loop.atEndOfIteration(Target { wasCalled = true }) }
      let data = Unmanaged.passUnretained(state).toOpaque()
      // The host's prepare callback runs after every idle callback of ours.
      let prepare = UnsafeMutablePointer<uv_prepare_t>.allocate(capacity: 1)
      uv_prepare_init(host.uv, prepare)
      prepare.pointee.data = data
      uv_prepare_start(prepare) { handle in
        guard let handle else { return }
        let state = Unmanaged<Closure>.fromOpaque(handle.pointee.data).takeUnretainedValue()
        uv_prepare_stop(handle)
        state.body()
      }
      // This timer would wake the loop only after an hour; it also keeps the host's loop alive.
      let timer = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
      uv_timer_init(host.uv, timer)
      uv_timer_start(timer, { _ in }, 3_600_000, 0)
      uv_run(host.uv, UV_RUN_ONCE)
      #expect(wasCalled)
      loop.close()
      for handle in [UnsafeMutableRawPointer(prepare), UnsafeMutableRawPointer(timer)] {
        uv_close(handle.assumingMemoryBound(to: uv_handle_t.self)) { $0?.deallocate() }
      }
      withExtendedLifetime(state) {}
    }
  }

  @Test("idle watchers are called only when nothing else happened")
  func idle() {
    withLoop { loop in
      withSocketPair { left, right in
        var log: [String] = []
        sendByte(left)
        var idle: IdleWatcher? = loop.idle {
          log.append("idle")
          loop.stop()
        }
        let reader = loop.io(right, .read) {
          log.append("read")
          receiveByte(right)
        }
        loop.run()
        #expect(log == ["read", "idle"])
        #expect(idle?.isActive == true)
        idle = nil
        reader.cancel()
      }
    }
  }
}
