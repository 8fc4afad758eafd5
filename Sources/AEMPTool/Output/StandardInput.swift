internal import AEValue
import AnyEventMP
import Glibc

/// Reads a value that is typed or piped into the tool.
enum StandardInput {
  /// All of standard input as one line, without its line end; from a terminal the line that is typed
  /// at a prompt, unseen.
  static func line(prompt: String) throws(ConfigurationError) -> String {
    let isTyped = HiddenTyping.isPossible
    var (bytes, problem) = isTyped ? HiddenTyping.during(prompt) { read(isTyped) } : read(isTyped)
    if problem != 0 {
      throw ConfigurationError(
        .unusableInput,
        "cannot read standard input: \(SystemCalls.text(for: problem)); pipe one line into it")
    }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard bytes.count <= limit, !bytes.contains(UInt8(ascii: "\n")),
      let line = String(validating: bytes, as: UTF8.self)
    else {
      throw ConfigurationError(
        .unusableInput,
        "standard input must hold one line of UTF-8 of at most 65536 bytes; pipe only the value")
    }
    return line
  }

  private static let limit = 1 << 16

  /// The bytes up to the end, or the end of the typed line, and 0 or the `errno` of a failure.
  private static func read(_ isTyped: Bool) -> ([UInt8], problem: CInt) {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count <= limit {
      // The signal that has interrupted it ends the tool as soon as the terminal is as it was.
      if isTyped, !HiddenTyping.waitForLine() { return ([], EINTR) }
      let count = chunk.withUnsafeMutableBytes { SystemCalls.readSome(STDIN_FILENO, into: $0) }
      if count < 0 { return (bytes, errno) }
      if count == 0 { break }
      bytes += chunk[..<count]
      if isTyped, bytes.last == UInt8(ascii: "\n") { break }
    }
    return (bytes, 0)
  }
}

/// Typing that the terminal does not show, such as that of a secret.
enum HiddenTyping {
  /// Whether standard input is a terminal.
  static var isPossible: Bool { isatty(STDIN_FILENO) == 1 }

  /// Calls `read` with the terminal's echo off, and turns it on again, also when a signal ends the tool.
  ///
  /// - Parameters:
  ///   - prompt: the prompt, written to standard error.
  ///   - read: reads a line after ``waitForLine()`` has returned true.
  /// - Returns: the result of `read`.
  static func during<Result>(_ prompt: String, _ read: () -> Result) -> Result {
    var mode = termios()
    guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return read() }
    var hidden = mode
    hidden.c_lflag &= ~tcflag_t(ECHO)
    // The signals are let in only while the tool waits, so that none is missed; the one that has come
    // ends the tool when the terminal is as it was.
    caught = 0
    var mask = sigset_t(signals)
    sigprocmask(SIG_BLOCK, &mask, nil)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    var old = signals.map { _ in sigaction() }
    for (index, signal) in signals.enumerated() { sigaction(signal, &action, &old[index]) }
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
    Output.show("\(prompt)")
    let result = read()
    Output.show("\n")
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode)
    for (index, signal) in signals.enumerated() { sigaction(signal, &old[index], nil) }
    sigprocmask(SIG_UNBLOCK, &mask, nil)
    if caught != 0 { raise(caught) }
    return result
  }

  /// Waits until a line can be read; false when a signal has interrupted it.
  static func waitForLine() -> Bool {
    var none = sigset_t([])
    while caught == 0 {
      var descriptors = fd_set()
      // The bit of standard input, number 0.
      descriptors.__fds_bits.0 = 1
      if pselect(1, &descriptors, nil, nil, nil, &none) >= 0 || errno != EINTR { break }
      // The thread sanitizer keeps a signal back until a call that it knows: this, not pselect.
      sigemptyset(&none)
    }
    return caught == 0
  }

  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

  private static let handler: @convention(c) (CInt) -> Void = { caught = $0 }
  /// The signal that has come; set by its handler, on the only thread.
  nonisolated(unsafe) private static var caught: CInt = 0
}

extension sigset_t {
  /// The set of these signals.
  init(_ signals: [CInt]) {
    self.init()
    sigemptyset(&self)
    for signal in signals { sigaddset(&self, signal) }
  }
}
