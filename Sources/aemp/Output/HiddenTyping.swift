import Glibc

/// What is typed while the terminal does not show it, such as a secret.
enum HiddenTyping {
  /// Whether somebody types at standard input.
  static var isPossible: Bool { isatty(STDIN_FILENO) == 1 }

  /// Calls `read` with the terminal's echo off, and turns it on again, also when a signal ends us.
  ///
  /// - Parameters:
  ///   - prompt: what to type, written to standard error.
  ///   - read: reads what is typed, whenever ``waitForLine()`` says that there is something.
  /// - Returns: what `read` returns.
  static func during<Result>(_ prompt: String, _ read: () -> Result) -> Result {
    var mode = termios()
    guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return read() }
    var hidden = mode
    hidden.c_lflag &= ~tcflag_t(ECHO)
    // They come only while we wait, so that none is missed, and end us when the terminal is as it was.
    caught = 0
    var mask = signalSet
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

  /// Waits until something can be read; false when the user has interrupted it.
  static func waitForLine() -> Bool {
    var none = sigset_t()
    sigemptyset(&none)
    while caught == 0 {
      var descriptors = fd_set()
      // Standard input is number 0.
      descriptors.__fds_bits.0 = 1
      if pselect(1, &descriptors, nil, nil, nil, &none) >= 0 || errno != EINTR { break }
      // The thread sanitizer keeps a signal back until a call that it knows: this, not pselect.
      sigemptyset(&none)
    }
    return caught == 0
  }

  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

  private static var signalSet: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }

  private static let handler: @convention(c) (CInt) -> Void = { caught = $0 }
  /// The signal that came; set by its handler, on the one thread there is.
  nonisolated(unsafe) private static var caught: CInt = 0
}
