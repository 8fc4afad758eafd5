import AnyEvent
import CLibUV
import Foundation

/// What Swift does not offer, because its own runtime does not survive it; C programs use it.
private let fork = unsafeBitCast(dlsym(nil, "fork"), to: (@convention(c) () -> pid_t).self)

/// What a loop watches: a blocking pipe, a socket that does not block, a signal and a timer.
private final class Watched {
  let pipe = Pipe()
  var sockets: [CInt] = [-1, -1]
  var seen: TextSet = []
  var watchers: [Any] = []

  init() {
    let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
    guard socketpair(AF_UNIX, type, 0, &sockets) == 0 else { fail("no socket pair") }
    watchers = [
      AE.io(pipe.fileHandleForReading.fileDescriptor, .read) { self.seen.insert("pipe") },
      AE.io(sockets[0], .read) { self.seen.insert("socket") },
      AE.signal("USR1") { self.seen.insert("signal") },
      AE.timer(0.01, 0.01) { self.seen.insert("timer") },
    ]
  }

  /// Makes everything happen, and waits until all of it is seen.
  func see() {
    seen = []
    write(pipe.fileHandleForWriting.fileDescriptor, "x", 1)
    write(sockets[1], "x", 1)
    kill(getpid(), SIGUSR1)
    run(until: { seen.count == 4 })
  }
}

/// Runs the loop until the condition holds.
func run(until condition: () -> Bool) {
  let limit = AE.timer(20) { fail("what was waited for does not come") }
  while !condition() { Loop.default.runOnce() }
  withExtendedLifetime(limit) {}
}

/// Forks; the child ends with `deed`.
func fork(_ deed: () -> Void) -> pid_t {
  let pid = fork()
  guard pid == 0 else { return pid }
  deed()
  _exit(0)
}

/// Waits for the child, and writes how it ended.
func report(_ pid: pid_t) {
  var status: Int32 = 0
  guard waitpid(pid, &status, 0) == pid else { fail("no child") }
  print(status == 0 ? "the child ended" : "the child was stopped")
  // Or the next child has the line, too, and a sanitizer that looks at its end writes it.
  fflush(nil)
}

/// Forks, lets the child do something, and writes how that ended and whether the loop works on here.
func reportFork(_ deed: String) {
  let watched = Watched()
  Loop.default.runOnce(waiting: false)
  switch deed {
  case "drop": report(fork { watched.watchers = [] })
  case "exit": report(fork { exit(0) })
  case "use": report(fork { _ = Loop.default.runOnce(waiting: false) })
  case "continue":
    report(
      fork {
        Loop.default.forked()
        // What is in the pipe and in the socket is shared, so the child only sees it.
        watched.see()
      })
  case "jobs": leaveJobs()
  case "names": askForNames()
  case "listener": dropListener()
  case "modes": dropModes()
  case "signal": closeWithSignal()
  case "files": watchFiles()
  default: fail("a child cannot \(deed)")
  }
  watched.see()
}

/// Forks when a watched file is gone; the child goes on and is told of the others.
private func watchFiles() {
  let directory = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(getpid())")
  do {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    var names: [String] = []
    let paths = ["a", "b", "c"].map { directory.appendingPathComponent($0).path }
    for path in paths { try Data().write(to: URL(fileURLWithPath: path)) }
    let watchers = try paths.map { path in
      try AE.watch(path) { event in names.append(event.name ?? "") }
    }
    unlink(paths[1])
    report(
      fork {
        Loop.default.forked()
        for path in [paths[0], paths[2]] {
          try? Data("x".utf8).write(to: URL(fileURLWithPath: path))
        }
        run(until: { names.contains("a") && names.contains("c") })
      })
    withExtendedLifetime(watchers) {}
    try FileManager.default.removeItem(at: directory)
  } catch {
    fail("\(error)")
  }
}

/// Forks when a signal has been caught that the loop does not know of yet; the child closes the loop.
private func closeWithSignal() {
  let loop = Loop()
  var count = 0
  let watcher = loop.signal("USR2") { count += 1 }
  loop.runOnce(waiting: false)
  raise(SIGUSR2)
  report(
    fork {
      alarm(20)
      loop.forked()
      watcher.cancel()
      loop.close()
    })
  while count == 0 { loop.runOnce() }
  watcher.cancel()
  loop.close()
}

/// Something that may be handed to another thread, and is called on this one.
private nonisolated struct Call: @unchecked Sendable {
  let call: () -> Void
}

/// Forks in a callback of some kind, of which there are two, and lets the child do something there.
func reportFork(_ deed: String, in kind: String) {
  let watched = Watched()
  Loop.default.runOnce(waiting: false)
  let parent = getpid()
  var child: pid_t?
  let done = AE.cv()
  // Whichever is called first.
  func called() {
    guard child == nil else {
      if getpid() != parent, deed != "continue" { fail("the child goes on to the next callback") }
      return
    }
    let pid = fork()
    child = pid
    done.send()
    guard pid == 0 else { return }
    switch deed {
    case "exit": exit(0)
    case "drop":
      watched.watchers = []
      _exit(0)
    case "continue": Loop.default.forked()
    default: break
    }
  }
  let twice: [Any]
  switch kind {
  case "timer": twice = [AE.timer(0, 0, called), AE.timer(0, 0, called)]
  case "io": twice = [IOMode.write, .write].map { AE.io(watched.sockets[1], $0, called) }
  case "signal":
    twice = [AE.signal("USR2", called), AE.signal("USR2", called)]
    kill(getpid(), SIGUSR2)
  case "idle": twice = [AE.idle(called), AE.idle(called)]
  case "postponed": twice = (1...2).map { _ in AE.postpone(called) }
  case "posted":
    let call = Call(call: called)
    twice = (1...2).map { _ in Loop.default.post { call.call() } }
  default: fail("there are no callbacks called \(kind)")
  }
  do { try done.recv() } catch { fail("\(error)") }
  withExtendedLifetime(twice) {}
  if getpid() == parent {
    report(child ?? -1)
  } else if deed != "continue" {
    fail("the child goes on with its parent's loop")
  }
  watched.see()
}
