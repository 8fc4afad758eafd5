internal import AEValue
import AnyEvent
import AnyEventMP
import Glibc

/// Writes to standard output and standard error.
enum Output {
  /// Writes to standard output; false, with a sentence on standard error, when that fails.
  static func write(_ shown: Shown) -> Bool {
    let code = SystemCalls.writeAll(shown.text, to: STDOUT_FILENO)
    // A reader that stops, such as "head", knows why.
    if code != 0, code != EPIPE {
      complain("cannot write the output: \(SystemCalls.text(for: code))")
    }
    return code == 0
  }

  /// Writes one sentence to standard error, made legible.
  static func complain(_ sentence: String) {
    // There is no other place for the news that this failed.
    _ = SystemCalls.writeAll("aemp: \(Legible.line(sentence))\n", to: STDERR_FILENO)
  }

  /// Whether standard output is a terminal.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// The size of the terminal at standard output; nil if it is none.
  static var terminalSize: (width: Int, height: Int)? {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return nil }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Writes to the terminal at standard error.
  static func show(_ shown: Shown) {
    _ = SystemCalls.writeAll(shown.text, to: STDERR_FILENO)
  }
}

/// The exit codes of the tool, for scripts; documented in its help and its manual page.
enum ExitCode: Int32, CaseIterable {
  case success = 0
  /// A failure without a code of its own, such as a configuration file that is broken.
  case failure = 1
  case usage = 2
  case noSuchNode = 3
  case noSuchPort = 4
  /// One side does not accept the secret or certificate of the other.
  case authenticationRefused = 5
  case timedOut = 6
  /// The port that the command has watched, asked or used died with a reason.
  case killed = 7

  /// The meaning of the code, for the help.
  var meaning: String {
    switch self {
    case .success: "all was done"
    case .failure: "something went wrong that has no code of its own"
    case .usage: "the command line could not be understood; nothing was done"
    case .noSuchNode: "there is no such node, or it cannot be reached"
    case .noSuchPort: "the node has no such port"
    case .authenticationRefused: "secret or certificate are not accepted, here or there"
    case .timedOut: "what was waited for did not happen in time"
    case .killed: "the port was killed with a reason"
    }
  }
}

/// Shows what a long command waits for, if standard error is a terminal.
final class Progress {
  /// The event that the command waits for; empty: none.
  private let awaited: () -> String
  private var timer: TimerWatcher?
  private var seconds = 0
  private var isShown = false

  /// Begins to count; nil when standard error is no terminal.
  init?(on loop: Loop, awaited: @escaping () -> String) {
    guard isatty(STDERR_FILENO) == 1 else { return nil }
    self.awaited = awaited
    timer = loop.timer(after: 1, interval: 1) { [unowned self] in tick() }
  }

  /// Takes the line away again.
  func stop() {
    timer?.cancel()
    timer = nil
    if isShown { Output.show("\r\u{1b}[K") }
    isShown = false
  }

  private func tick() {
    seconds += 1
    let awaited = awaited()
    guard !awaited.isEmpty else { return }
    isShown = true
    Output.show("\r\u{1b}[Kwaiting for \(awaited), \(seconds) s")
  }
}

/// The log of the libraries, which goes to standard error as the sentences of the tool do.
enum LibraryLog {
  /// Leaves out messages that are less urgent than this, unless the environment says what to log.
  static func limit(to level: LogLevel) {
    let isWanted = ["AE_VERBOSE", "PERL_ANYEVENT_VERBOSE", "AE_LOG", "PERL_ANYEVENT_LOG"].contains {
      getenv($0 as String) != nil
    }
    if !isWanted { LogSystem.shared.FILTER.level(level) }
  }
}

/// Writes files that are whole or not there: no other process sees half of one.
enum WholeFile {
  /// Writes a file by way of a temporary one beside it.
  ///
  /// Anything else than a regular file, such as a terminal or a pipe, is written to directly.
  ///
  /// - Returns: nil, or a sentence that says what went wrong; the file is as it was then.
  static func write(_ text: String, to path: String) -> String? {
    var status = stat()
    let exists = stat(path, &status) == 0
    var problem: CInt
    if exists, status.st_mode & S_IFMT != S_IFREG {
      problem = status.st_mode & S_IFMT == S_IFDIR ? EISDIR : writeThrough(text, path)
    } else {
      problem = replace(PathName(path).resolved, text, exists ? status.st_mode & 0o777 : nil)
    }
    if problem == 0 { return nil }
    return "cannot write the file \(path): \(SystemCalls.text(for: problem))"
  }

  private static func writeThrough(_ text: String, _ path: String) -> CInt {
    let descriptor = StandardDescriptors.spare(open(path, O_WRONLY | O_CLOEXEC))
    guard descriptor >= 0 else { return errno }
    let problem = SystemCalls.writeAll(text, to: descriptor)
    return close(descriptor) != 0 && problem == 0 ? errno : problem
  }

  private static func replace(_ path: PathName, _ text: String, _ mode: mode_t?) -> CInt {
    let temporary = path.appending("~\(getpid())~").cString
    let descriptor = StandardDescriptors.spare(
      open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666))
    guard descriptor >= 0 else { return errno }
    var problem: CInt = 0
    if let mode, fchmod(descriptor, mode) != 0 { problem = errno }
    if problem == 0 { problem = SystemCalls.writeAll(text, to: descriptor) }
    if close(descriptor) != 0, problem == 0 { problem = errno }
    if problem == 0, rename(temporary, path.cString) != 0 { problem = errno }
    if problem != 0 { unlink(temporary) }
    return problem
  }
}
