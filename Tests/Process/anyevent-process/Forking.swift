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
    let limit = AE.timer(20) { fail("seen only: \(self.seen.sorted())") }
    seen = []
    write(pipe.fileHandleForWriting.fileDescriptor, "x", 1)
    write(sockets[1], "x", 1)
    kill(getpid(), SIGUSR1)
    while seen.count < 4 { Loop.default.runOnce() }
    withExtendedLifetime(limit) {}
  }
}

/// Forks, lets the child do something, and writes how that ended and whether the loop works on here.
func reportFork(_ deed: String) {
  let watched = Watched()
  Loop.default.runOnce(waiting: false)
  let pid = fork()
  if pid == 0 {
    switch deed {
    case "drop": watched.watchers = []
    case "exit": exit(0)
    case "use": Loop.default.runOnce(waiting: false)
    case "continue":
      Loop.default.forked()
      // What is in the pipe and in the socket is shared, so the child only sees it.
      watched.see()
    default: fail("a child cannot \(deed)")
    }
    _exit(0)
  }
  var status: Int32 = 0
  guard waitpid(pid, &status, 0) == pid else { fail("no child") }
  watched.see()
  print(status == 0 ? "the child ended" : "the child was stopped")
}
