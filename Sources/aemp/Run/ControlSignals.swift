import Glibc

/// The signals that end a command, or end or restart a node.
enum ControlSignals {
  private static let numbers = [SIGTERM, SIGINT, SIGHUP]

  /// As a set.
  static var all: sigset_t { signalSet(numbers) }

  /// Lets them through, and the end of children: a parent may have started us with its own threads'
  /// signal mask.
  static func unblock() {
    var signals = signalSet(numbers + [SIGCHLD])
    sigprocmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Whether whoever started us wants us to outlive the terminal, as `nohup` does.
  static var isHangUpIgnored: Bool {
    var action = sigaction()
    return sigaction(SIGHUP, nil, &action) == 0
      && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Sees to it that ended children wait for us.
  static func keepChildren() {
    signal(SIGCHLD, SIG_DFL)
  }

  /// Leaves the restart at the loss of a terminal to the supervisor.
  static func ignoreHangUp() {
    signal(SIGHUP, SIG_IGN)
  }

  private static func signalSet(_ numbers: [CInt]) -> sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    return signals
  }
}
