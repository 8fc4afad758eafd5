internal import AEValue
import AnyEventMP
import Glibc

/// The line that says which node runs and where it listens.
enum ReadyLine {
  /// Node id and addresses with a tab between them, or a JSON object.
  static func text(node: String, binds: [String], isJSON: Bool) -> Shown {
    isJSON
      ? Shown(legible: Printer.json(.hash(json(node, binds))) + "\n")
      : "\(node)\t\(binds.joined(separator: ","))\n"
  }

  /// Writes the line to standard output, unless it is closed or its reader takes nothing at the moment:
  /// the node neither ends nor waits because of that.
  static func write(_ line: Shown) {
    var request = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
    if poll(&request, 1, 0) > 0 { _ = Output.write(line) }
  }

  /// The members of the JSON object.
  static func json(_ node: String, _ binds: [String]) -> TextDictionary<Value> {
    ["node": .string(node), "binds": .array(binds.map(Value.string))]
  }
}

/// The descriptor of `--ready-fd`, which gets the line once.
struct ReadyDescriptor {
  private let number: CInt

  /// - Throws: `UsageError` when the parent process has not opened it for writing.
  init(_ number: CInt) throws(UsageError) {
    self.number = number
    let flags = fcntl(number, F_GETFL)
    // A descriptor that is closed when a program is started is not from the parent process.
    guard flags >= 0, fcntl(number, F_GETFD) & FD_CLOEXEC == 0 else {
      throw UsageError(
        explained:
          "--ready-fd \(number): that descriptor is not open; open it in the shell, such as: \(number)>ready"
      )
    }
    guard flags & O_ACCMODE != O_RDONLY else {
      throw UsageError(
        explained:
          "--ready-fd \(number): that descriptor is not open for writing; open it in the shell, such as: \(number)>ready"
      )
    }
  }

  private var isStandard: Bool { number <= STDERR_FILENO }

  /// Keeps it from the worker, so that its reader sees the end when this process closes it.
  func keep() {
    if !isStandard { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
  }

  /// Writes the line, unless it is standard output, which has it already; closes the descriptor, unless
  /// it is a standard one.
  func tell(_ line: Shown) {
    if number != STDOUT_FILENO { _ = SystemCalls.writeAll(line.text, to: number) }
    if !isStandard { close(number) }
  }
}
