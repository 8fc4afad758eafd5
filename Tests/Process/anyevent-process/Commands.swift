import AnyEvent
import CLibUV
import Foundation

/// Tests of commands and work for which the process must be alone.
func reportCommand(_ kind: String) {
  switch kind {
  case "descriptors": startWithoutDescriptors()
  case "except": closeAllExcept()
  case "work": leaveWork()
  case "command": leaveCommand()
  default: fail("there is no test of commands called \(kind)")
  }
}

private func startWithoutDescriptors() {
  _ = Loop.current
  var ends = 0
  var done: CondVar<Int32>?
  withoutDescriptors {
    done = run_cmd(
      "true", ["<": "/dev/null", ">": .call { if $0 == nil { ends += 1 } }, "2>": "/dev/null"])
  }
  do { _ = try done?.recv() } catch let error as SystemError {
    print("\(error.reason), \(ends) end")
  } catch { fail("\(error)") }
  guard (try? run_cmd("exit 2").recv()) == 2 << 8 else { fail("no command can be started") }
}

private func closeAllExcept() {
  close_all_fds_except(2, 8, 1)
  let open = (0..<100).filter { fcntl(CInt($0), F_GETFD) >= 0 }
  print(open.map { String($0) }.joined(separator: " "))
  fflush(nil)
  _exit(0)
}

/// Waits for results of the pool.
private func doWork() {
  var results = 0
  for _ in 0..<8 {
    fork_call {
      usleep(1000)
    } cb: { _ in
      results += 1
    }
  }
  run(until: { results == 8 })
}

private func leaveWork() {
  var own = 0
  // More than there are threads, so that some wait in libuv and some here.
  for _ in 0..<20 {
    fork_call {
      usleep(200_000)
    } cb: { _ in
      own += 1
    }
  }
  Loop.default.runOnce(waiting: false)
  report(
    fork {
      Loop.default.forked()
      doWork()
      if own != 0 { fail("the parent's results came to the child") }
      Loop.default.close()
    })
  report(fork { Loop.default.close() })
  run(until: { own == 20 })
  doWork()
}

private func leaveCommand() {
  var text = ""
  var status: Int32?
  run_cmd(
    "sleep 0.3; echo done; exit 5",
    [
      ">": .call { if let data = $0 { text += String(decoding: data, as: UTF8.self) } }
    ]
  ).cb { status = try? $0.recv() }
  Loop.default.runOnce(waiting: false)
  report(
    fork {
      Loop.default.forked()
      guard (try? run_cmd("exit 2").recv()) == 2 << 8 else { fail("no command can be started") }
      if status != nil || text != "" { fail("the parent's command came to the child") }
      Loop.default.close()
    })
  // The end of the first child is told to the loop before the second one inherits it.
  Loop.default.runOnce(waiting: false)
  report(fork { Loop.default.close() })
  run(until: { status != nil })
  if status != 5 << 8 || text != "done\n" { fail("the command was disturbed") }
}
