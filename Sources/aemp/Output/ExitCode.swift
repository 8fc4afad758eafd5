/// How the tool ended, for scripts; documented in its help and its manual page.
enum ExitCode: Int32, CaseIterable {
  /// All was done.
  case success = 0
  /// Something went wrong that has no code of its own, such as a configuration file that is broken.
  case failure = 1
  /// The command line could not be understood; nothing was done.
  case usage = 2
  /// There is no such node, or it cannot be reached.
  case noSuchNode = 3
  /// The node has no such port.
  case noSuchPort = 4
  /// The other side does not accept our secret or certificate, or we don't accept theirs.
  case authenticationRefused = 5
  /// What was waited for did not happen in time.
  case timedOut = 6
  /// The port that was watched, asked or used died with a reason.
  case killed = 7
}

extension ExitCode {
  /// What the code says, for the help.
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
