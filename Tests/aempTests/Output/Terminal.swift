import Foundation
import Testing

/// A terminal for the tool, and what is shown on it.
final class Terminal {
  /// The tool's end of it, for its standard descriptors.
  let tool: FileHandle
  private let master: FileHandle
  private(set) var transcript = ""

  init() throws {
    var (descriptor, end): (CInt, CInt) = (-1, -1)
    try #require(openpty(&descriptor, &end, nil, nil, nil) == 0)
    // Only what it is given as a standard descriptor is for the tool.
    for end in [descriptor, end] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    master = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    tool = FileHandle(fileDescriptor: end, closeOnDealloc: true)
  }

  /// Types a text.
  func type(_ text: String) throws { try master.write(contentsOf: Data(text.utf8)) }

  /// Whether what is typed is shown.
  var isEchoing: Bool {
    var mode = termios()
    return tcgetattr(tool.fileDescriptor, &mode) == 0 && mode.c_lflag & tcflag_t(ECHO) != 0
  }

  /// Reads until this text is shown.
  func wait(for text: String) throws {
    while !transcript.contains(text) { try #require(read(), "\(transcript) instead of \(text)") }
  }

  /// Reads all that is shown until nobody has the terminal open any more.
  func readToEnd() throws {
    try tool.close()
    while read() {}
  }

  private func read() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(master.fileDescriptor, &chunk, chunk.count)
    // The other end is closed when that is EIO.
    guard count > 0 else { return false }
    transcript += String(decoding: chunk[..<count], as: UTF8.self)
    return true
  }
}

extension Terminal {
  /// Starts a command of the tool whose standard error is here, and what else is not a pipe.
  func start(
    _ tool: ToolRunner, _ arguments: String..., inputHere: Bool = false, outputHere: Bool = false
  ) throws -> (process: Process, input: Pipe) {
    let (process, input, output, _) = tool.process(arguments)
    process.standardError = self.tool
    if inputHere { process.standardInput = self.tool }
    if outputHere { process.standardOutput = self.tool }
    try process.run()
    withExtendedLifetime(output) {}
    return (process, input)
  }
}
