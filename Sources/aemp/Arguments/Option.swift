/// What can be said with two dashes; each command takes some of them.
enum Option: String, CaseIterable {
  case json
  case timeout
  case count
  case svg
  case reveal
  case readyDescriptor = "ready-fd"
  case pidFile = "pid-file"
  case heartbeat
  case force

  /// What has to stand behind it; nil when nothing has to.
  var wanted: String? {
    switch self {
    case .json, .reveal, .force: nil
    case .timeout: "a number of seconds, such as: --timeout 10"
    case .count: "a whole number, such as: --count 3"
    case .svg: "the name of a file, such as: --svg network.svg"
    case .readyDescriptor: "the number of an open file descriptor, such as: --ready-fd 3"
    case .pidFile: "the name of a file, such as: --pid-file node.pid"
    case .heartbeat: "a number of seconds from 0.1, or 0 for none, such as: --heartbeat 60"
    }
  }
}

extension Option {
  /// What its value is called; nil if it has none.
  var value: String? {
    switch self {
    case .json, .reveal, .force: nil
    case .timeout, .heartbeat: "SECONDS"
    case .count, .readyDescriptor: "N"
    case .svg, .pidFile: "FILE"
    }
  }

  /// How the option is written.
  var synopsis: String { "--\(rawValue)" + (value.map { " " + $0 } ?? "") }
}
