import AnyEvent
import AnyEventMP
import Glibc

/// Runs a node until it is told to stop.
struct NodeRunner {
  let arguments: ConfigurationArguments

  /// Runs the process's node on the default loop until it gets TERM or INT.
  ///
  /// - Returns: the exit code: 0 after a signal, 1 when the node cannot be configured.
  func run() -> CInt {
    let loop = Loop.default
    let node = Node.current
    // Before the node listens: whoever sees it listening may stop it.
    Self.unblockStopSignals()
    let watchers = ["TERM", "INT"].map { name in loop.signal(name) { loop.stop() } }
    defer { for watcher in watchers { watcher.cancel() } }
    do {
      try node.configure(arguments)
    } catch {
      Output.complain("\(error)")
      return 1
    }
    loop.run()
    node.close()
    return 0
  }

  /// Lets TERM and INT through: a parent may have started us with its own threads' signal mask.
  private static func unblockStopSignals() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGINT)
    sigprocmask(SIG_UNBLOCK, &signals, nil)
  }
}
