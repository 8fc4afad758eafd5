import Foundation
import Testing

/// What the shell makes of its standard input.
@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct ShellInputTests {
  @Test("the time limit is that of each command, not of the shell")
  func timeLimit() throws {
    let network = try TestNetwork()
    let (process, input, output, errors) = network.tool.process(["shell", "--timeout", "0.3"])
    try process.run()
    let lines = "cal seed/1 devnull\ncal seed/1 devnull\ncal seed/1 can time\n"
    try input.fileHandleForWriting.write(contentsOf: Data(lines.utf8))
    try input.fileHandleForWriting.close()
    let complaint = "aemp: gave up after 0.3 s: still waiting for an answer of seed/1\n"
    #expect(
      try errors.fileHandleForReading.readToEnd() == Data((complaint + complaint).utf8))
    #expect(try output.fileHandleForReading.readToEnd() == Data("1\n".utf8))
    process.waitUntilExit()
    #expect(process.terminationStatus == 6)
    withExtendedLifetime(network) {}
  }

  @Test("lines that cannot be done yet stay in the pipe")
  func backlog() throws {
    let network = try TestNetwork()
    let (process, input, output, errors) = network.tool.process(["shell"])
    try process.run()
    // The first line waits; the shell takes one piece of what follows, and its pipe is full.
    let writing = input.fileHandleForWriting
    try writing.write(contentsOf: Data("wait node worker/1\n".utf8))
    let descriptor = writing.fileDescriptor
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    let lines = [UInt8](repeating: UInt8(ascii: "\n"), count: 1 << 16)
    var total = 0
    var isFull = false
    while !isFull, total < 4 << 20 {
      var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      // Full for so long that it is not about to be read.
      isFull = poll(&request, 1, 500) == 0
      if !isFull { total += max(0, write(descriptor, lines, lines.count)) }
    }
    #expect(isFull)
    let node = try network.start("worker/1")
    try writing.close()
    #expect(try output.fileHandleForReading.readToEnd() == nil)
    #expect(try errors.fileHandleForReading.readToEnd() == nil)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    withExtendedLifetime(node) {}
  }

  @Test("standard input that cannot be read is complained about")
  func unreadable() throws {
    let network = try TestNetwork()
    let (process, _, _, errors) = network.tool.process(["shell"])
    process.standardInput = FileHandle(forReadingAtPath: network.tool.directory)
    try process.run()
    #expect(
      try errors.fileHandleForReading.readToEnd()
        == Data("aemp: cannot read standard input: Is a directory\n".utf8))
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    withExtendedLifetime(network) {}
  }
}
