import AnyEvent
import Foundation

/// Asks its own debug shell, or makes a mistake that only strict checks notice.
func reportDebugging(_ kind: String) {
  switch kind {
  case "shell": askShell()
  case "closed":
    let pipe = Pipe()
    let fd = pipe.fileHandleForReading.fileDescriptor
    let watcher = AE.io(fd, .read) {}
    let timer = AE.timer(0) { close(fd) }
    for _ in 0..<3 { Loop.default.runOnce(waiting: false) }
    withExtendedLifetime((watcher, timer, pipe)) { exit(0) }
  case "time":
    let timer = AE.timer(.nan) {}
    Loop.default.runOnce(waiting: false)
    withExtendedLifetime(timer) {}
  default: fail("there is no mistake called \(kind)")
  }
}

/// Writes what the shell that the environment asks for says of watchers.
private func askShell() {
  let path = ProcessInfo.processInfo.environment["AE_DEBUG_SHELL"] ?? ""
  let timer = AE.timer(1000) {}
  let done = AE.cv()
  let place = path.replacingOccurrences(of: "$$", with: "\(getpid())")
  var text = ""
  let visitor = Handle(
    connect: ("unix/", place), on_error: { _, _, _ in done.send() },
    on_read: { text += $0.rbuf.takeText() }, on_eof: { _ in done.send() })
  visitor.push_write("wl timer\nquit\n")
  do { try done.recv() } catch { fail("\(error)") }
  print(text)
  withExtendedLifetime(timer) {}
}
