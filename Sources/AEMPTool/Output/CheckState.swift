/// The states that monitoring systems know, worst last.
enum CheckState: Int, CaseIterable, Comparable {
  case ok, warning, critical, unknown

  static func < (one: CheckState, other: CheckState) -> Bool { one.rank < other.rank }

  /// A state that is certainly bad is worse than one that is not known.
  private var rank: Int {
    switch self {
    case .ok: 0
    case .warning: 1
    case .unknown: 2
    case .critical: 3
    }
  }

  var name: String {
    switch self {
    case .ok: "ok"
    case .warning: "warning"
    case .critical: "critical"
    case .unknown: "unknown"
    }
  }

  /// The exit code of the same number.
  var exitCode: ExitCode {
    switch self {
    case .ok: .success
    case .warning: .failure
    case .critical: .usage
    case .unknown: .noSuchNode
    }
  }
}
