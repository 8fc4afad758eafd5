import AnyEvent
import CLibUV
import Foundation

/// What a descriptor is, as the system names it; `closed` when it is not open.
func nature(of descriptor: CInt) -> String {
  var name = [CChar](repeating: 0, count: 4096)
  let count = readlink("/proc/self/fd/\(descriptor)", &name, name.count)
  return count < 0
    ? "closed" : String(decoding: name[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// Opens everything that the library opens, a listener, a connection, both its ends, watchers, handles and
/// log files, and writes into a file what the standard descriptors are then.
func reportDescriptors(in directory: String, isGuest: Bool) {
  let uv = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
  var before: [String] = []
  if isGuest {
    // libuv alone does not bear closed ones: the host sees to that for its loop, and no longer.
    let closed = (0...2).filter { fcntl(CInt($0), F_GETFD) < 0 }
    for _ in closed { _ = open("/dev/null", O_RDWR) }
    uv_loop_init(uv)
    for descriptor in closed { close(CInt(descriptor)) }
    before = (0...2).map(nature)
  }
  let loop = isGuest ? Loop(attachingTo: uv, keepsLoopAlive: true) : Loop.default
  let written = loop.perform { openAll(in: directory) }
  while !written.isDone {
    if isGuest { uv_run(uv, UV_RUN_ONCE) } else { loop.runOnce() }
  }
  let after = (0...2).map(nature)
  let wrong = zip(before, after).filter { $0 != $1 }
  let lines = after + [wrong.isEmpty ? "done" : "changed"]
  try? Data((lines.joined(separator: "\n") + "\n").utf8).write(
    to: URL(fileURLWithPath: directory + "/report"))
  exit(0)
}

/// What is kept open for the report.
final class Opened {
  var isDone = false
  var kept: [Any] = []
}

private func openAll(in directory: String) -> Opened {
  let opened = Opened()
  LogSystem.shared.LOG.log_to_file(directory + "/log")
  AE.log(.error, "a line for the file")
  var pipes: [CInt] = [-1, -1]
  // The test's own, out of the way.
  pipe(&pipes)
  pipes = pipes.map { end in
    defer { close(end) }
    return fcntl(end, F_DUPFD, 10)
  }
  opened.kept.append(AE.io(pipes[0], .read) {})
  opened.kept.append(AE.signal("USR1") {})
  let timer = AE.timer(20) { fail("nothing was received") }
  opened.kept.append(timer)
  var port = 0
  do {
    let server: Guard = try tcp_server("127.0.0.1", 0) { fh, _, _ in
      let handle = Handle(fh: fh, on_error: { _, _, message in fail(message) })
      opened.kept.append(handle)
      handle.push_write(.line, String(repeating: "x", count: 200_000))
    } prepare: {
      port = $2
      return 0
    }
    opened.kept.append(server)
    opened.kept.append(try tcp_server("unix/", directory + "/socket") { _, _, _ in } as Guard)
  } catch {
    fail("\(error)")
  }
  let client = Handle(connect: ("127.0.0.1", port), on_error: { _, _, text in fail(text) })
  opened.kept.append(client)
  client.push_read(.line) { _, _ in opened.isDone = true }
  return opened
}
