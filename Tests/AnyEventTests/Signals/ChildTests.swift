import AnyEvent
import CLibUV
import Glibc
import TestSupport
import Testing

/// Children belong to the whole process: each test runs in one of its own.
@Suite("Children")
struct ChildTests {
  @Test("the exit status is that of waitpid, for exits and for signals")
  func statuses() async {
    await #expect(processExitsWith: .success) {
      withLoop { loop in
        var statuses: [Int32: Int32] = [:]
        let pids = [spawnChild("exit 7"), spawnChild("kill -9 $$"), spawnChild("exit 0")]
        let watchers = pids.map { pid in
          loop.child(pid) { exited, status in
            precondition(exited == pid)
            statuses[pid] = status
            if statuses.count == 3 { loop.stop() }
          }
        }
        loop.run()
        precondition(pids.map { statuses[$0] } == [7 << 8, 9, 0], "\(statuses)")
        for watcher in watchers { precondition(!watcher.isActive) }
      }
    }
  }

  @Test("every watcher of a child is called once")
  func several() async {
    await #expect(processExitsWith: .success) {
      withLoop { loop in
        var calls: [Int] = []
        let pid = spawnChild("exit 1")
        let watchers = (0..<3).map { number in loop.child(pid) { _, _ in calls.append(number) } }
        // The loop has nothing left when all have been called.
        loop.run(until: { calls.count == 3 })
        for _ in 0..<5 { loop.runOnce(waiting: false) }
        precondition(calls == [0, 1, 2], "\(calls)")
        withExtendedLifetime(watchers) {}
      }
    }
  }

  @Test("a child that has exited before it was watched is reported")
  func early() async {
    await #expect(processExitsWith: .success) {
      withLoop { loop in
        let pid = spawnChild("exit 4")
        var info = siginfo_t()
        // Waits for the exit and leaves it to be collected.
        waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT)
        var status: Int32 = -1
        let watcher = loop.child(pid) {
          status = $1
          loop.stop()
        }
        precondition(status == -1, "called before child() returned")
        loop.run()
        precondition(status == 4 << 8)
        withExtendedLifetime(watcher) {}
      }
    }
  }

  @Test("other code's children are left alone")
  func others() async {
    await #expect(processExitsWith: .success) {
      withLoop { loop in
        let foreign = spawnChild("exit 5")
        let own = spawnChild("exit 6")
        let watcher = loop.child(own) { _, _ in loop.stop() }
        loop.run()
        var status: Int32 = 0
        precondition(waitpid(foreign, &status, 0) == foreign)
        precondition(status == 5 << 8)
        withExtendedLifetime(watcher) {}
      }
    }
  }

  @Test("pid 0 sees every child, once, beside those who watch one of them")
  func anyChild() async {
    await #expect(processExitsWith: .success) {
      withLoop { loop in
        var all: [Int32] = []
        var one: [Int32] = []
        let any = loop.child(0) { pid, _ in all.append(pid) }
        let pids = (0..<5).map { spawnChild("exit \($0)") }
        let single = loop.child(pids[2]) { pid, _ in one.append(pid) }
        loop.run(until: { all.count >= 5 })
        precondition(all.sorted() == pids.sorted())
        precondition(one == [pids[2]])
        any.cancel()
        withExtendedLifetime(single) {}
      }
    }
  }

  @Test("pid 0 on a host's loop stops with a sentence")
  func anyChildOfAHost() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      withHostLoop { host in _ = Loop(attachingTo: host.uv).child(0) { _, _ in } }
    }
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(output.contains("watch each by its process id"))
  }
}
