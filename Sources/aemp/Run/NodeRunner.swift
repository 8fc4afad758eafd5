import AnyEvent
import AnyEventMP
import Glibc

/// Runs a node until it is told to stop.
struct NodeRunner {
  let arguments: ConfigurationArguments
  let options: Options

  /// Runs the process's node on the default loop until it gets TERM or INT.
  ///
  /// - Returns: success after a signal, failure when the node cannot be configured.
  func run() -> ExitCode {
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
      return .failure
    }
    loop.run()
    node.close()
    return .success
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
