import Glibc

/// How a process ended.
enum ProcessEnding: Equatable {
  case exited(Int32)
  case killed(signal: Int32)

  /// What `waitpid` says.
  init(status: Int32) {
    let signal = status & 0x7f
    self = signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: signal)
  }

  /// For a sentence that begins with the process.
  var description: String {
    switch self {
    case .exited(let code): "ended with exit code \(code)"
    case .killed(let signal):
      "was killed by signal \(signal) (\(strsignal(signal).map { String(cString: $0) } ?? "unknown"))"
    }
  }
}
