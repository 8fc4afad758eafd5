import Foundation
import Testing

@Suite(
  "Standard input that others share",
  .enabled(if: ProbeProgram.path != nil, "the program was not built, skipped"))
struct SharedModeTests {
  private static let lines = 20_000

  /// An open file that is the program's standard input and output, and what we read of it.
  private func pair(_ kind: String) throws -> (theirs: CInt, ours: CInt) {
    var ends: [CInt] = [-1, -1]
    switch kind {
    case "terminal":
      var (ours, theirs): (CInt, CInt) = (-1, -1)
      try #require(openpty(&ours, &theirs, nil, nil, nil) == 0)
      ends = [ours, theirs]
    case "socket":
      try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
    default:
      let path = FileManager.default.temporaryDirectory.path + "/fifo-" + UUID().uuidString
      try #require(mkfifo(path, 0o600) == 0)
      ends = [open(path, O_RDWR), open(path, O_RDWR)]
      unlink(path)
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[1], ends[0])
  }

  @Test(
    "all that is written beside it arrives, and whoever kills the program finds the mode unchanged",
    arguments: [
      ("terminal", "lines"), ("terminal", "handle"), ("socket", "lines"), ("socket", "handle"),
      ("fifo", "lines"),
    ])
  func sharedOutput(_ kind: String, _ how: String) throws {
    let (theirs, ours) = try pair(kind)
    defer { for end in [theirs, ours] { close(end) } }
    let process = try ProbeProgram.shell("exec \"$probe\" watch \(how) \(Self.lines)")
    process.standardInput = FileHandle(fileDescriptor: theirs, closeOnDealloc: false)
    process.standardOutput = process.standardInput
    try process.run()
    defer { kill(process.processIdentifier, SIGKILL) }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let last = Array("line \(Self.lines)".utf8)
    while text.suffix(last.count + 2).filter({ $0 > 0x1F }) != last {
      let count = read(ours, &chunk, chunk.count)
      // The program has ended, or was killed.
      guard count > 0, text.count < 1 << 20 else { break }
      text += chunk[..<count]
    }
    let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
    #expect(lines.count == Self.lines)
    #expect(fcntl(theirs, F_GETFL) & O_NONBLOCK == 0)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(fcntl(theirs, F_GETFL) & O_NONBLOCK == 0)
  }
}
