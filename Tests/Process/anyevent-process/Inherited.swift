import AnyEvent
import Foundation

/// Watches standard input, and meanwhile writes so many lines to standard output.
func watchInput(_ how: String, _ count: Int) {
  let loop = Loop.default
  let ended = AnyEvent.condvar()
  var kept: [Any] = []
  if how == "handle" {
    kept.append(
      Handle(
        fh: 0, on_error: { _, _, message in fail(message) }, on_read: { _ in },
        on_eof: { _ in ended.send() }))
  } else {
    kept.append(AE.io(0, .read) {})
  }
  loop.runOnce(waiting: false)
  for number in 1...count {
    let line = Array("line \(number)\n".utf8)
    // As a program that knows nothing of other modes.
    let written = line.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    if written != line.count { fail("line \(number): \(String(cString: strerror(errno)))") }
  }
  // Until somebody has looked at it, and ends us.
  kept.append(AE.timer(60) { exit(1) })
  try? ended.recv()
  withExtendedLifetime(kept) {}
}

/// Starts a program and writes its status.
func reportChild() {
  let done = AnyEvent.condvar(Int32.self)
  _ = Loop.current
  var pid: pid_t = 0
  var texts: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup("-c"), strdup("exit 3"), nil]
  defer { for text in texts { free(text) } }
  guard posix_spawn(&pid, "/bin/sh", nil, nil, &texts, environ) == 0 else { fail("no child") }
  let watcher = AE.child(pid) { _, status in done.send(status) }
  let limit = AE.timer(20) { fail("the end of the child was not reported") }
  guard let status = try? done.recv() else { fail("no status") }
  print("status \(status >> 8)")
  withExtendedLifetime((watcher, limit)) {}
}

/// Watches a signal that it sends to itself, and writes what the process does about it afterwards.
func reportSignal(_ name: String) {
  let done = AnyEvent.condvar()
  let watcher = AE.signal(name) { done.send() }
  let limit = AE.timer(20) { fail("the signal did not arrive") }
  kill(getpid(), name == "HUP" ? SIGHUP : SIGUSR1)
  try? done.recv()
  watcher.cancel()
  var action = sigaction()
  sigaction(name == "HUP" ? SIGHUP : SIGUSR1, nil, &action)
  let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
  var mask = sigset_t()
  pthread_sigmask(SIG_BLOCK, nil, &mask)
  let isBlocked = sigismember(&mask, name == "HUP" ? SIGHUP : SIGUSR1) == 1
  print("arrived, \(handler == 1 ? "ignored" : "default"), \(isBlocked ? "blocked" : "free")")
  withExtendedLifetime(limit) {}
}
