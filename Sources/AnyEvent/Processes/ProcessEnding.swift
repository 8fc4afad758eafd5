internal import CLibUV
internal import Glibc

/// How a process ended.
package enum ProcessEnding: Equatable, Sendable {
  case exited(CInt)
  case killed(signal: CInt)

  /// Takes the status of `waitpid`.
  package init(status: CInt) {
    self =
      aeuv_has_exited(status) != 0
      ? .exited(aeuv_exit_code(status)) : .killed(signal: aeuv_end_signal(status))
  }

  /// The rest of a sentence that begins with the process.
  package var description: String {
    switch self {
    case .exited(let code): "ended with exit code \(code)"
    case .killed(let signal):
      "was killed by signal \(signal) (\(strsignal(signal).map { String(cString: $0) } ?? "unknown"))"
    }
  }
}
