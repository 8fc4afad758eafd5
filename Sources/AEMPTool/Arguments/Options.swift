import AnyEventMP

/// The options of one command, as they were given.
struct Options: Equatable {
  /// Whether to print JSON, one object a line.
  var json = false
  /// How long (s) the command may take.
  var timeout: Double?
  /// How many round trips, changes, nodes or keys; the command says which.
  var count: Int?
  /// The file for a picture.
  var svg: String?
  /// Whether to show secrets.
  var reveal = false
  /// The file descriptor that is told when a node is ready.
  var readyDescriptor: Int32?
  /// The socket by which a proxy is told what to do.
  var control: String?
  /// The file that gets the process id.
  var pidFile: String?
  /// After how long a silence (s) a node is started again; 0: never.
  var heartbeat: Double?
  /// Whether a secret may be short.
  var force = false
  /// The setting whose value comes from standard input.
  var input: Setting?

  /// Sets an option from the text behind it.
  mutating func set(_ option: Option, _ text: String) throws(UsageError) {
    switch option {
    case .json: json = true
    case .reveal: reveal = true
    case .force: force = true
    case .timeout:
      guard let seconds = Double(text), seconds > 0, seconds <= 1e9 else {
        throw misfit(option, text)
      }
      timeout = seconds
    case .count:
      guard let number = Int(text), (0...1_000_000_000).contains(number) else {
        throw misfit(option, text)
      }
      count = number
    case .readyDescriptor:
      guard let number = Int32(text), (0...1_000_000).contains(number) else {
        throw misfit(option, text)
      }
      readyDescriptor = number
    case .svg:
      guard !text.isEmpty, text != "-" else { throw misfit(option, text) }
      svg = text
    case .control:
      guard !text.isEmpty, text != "-" else { throw misfit(option, text) }
      control = text
    case .pidFile:
      guard !text.isEmpty, text != "-" else { throw misfit(option, text) }
      pidFile = text
    case .heartbeat:
      guard let seconds = Double(text), seconds == 0 || (0.1...1e9).contains(seconds) else {
        throw misfit(option, text)
      }
      heartbeat = seconds
    }
  }

  private func misfit(_ option: Option, _ text: String) -> UsageError {
    UsageError(
      explained: "--\(option.rawValue) takes \(option.wanted ?? "nothing"), not \"\(text)\"")
  }
}

/// The names of all options; each command takes some of them.
enum Option: String, CaseIterable {
  case json
  case timeout
  case count
  case svg
  case reveal
  case readyDescriptor = "ready-fd"
  case control
  case pidFile = "pid-file"
  case heartbeat
  case force

  /// The value that has to stand behind the option, as an error names it; nil if it takes none.
  var wanted: String? {
    switch self {
    case .json, .reveal, .force: nil
    case .timeout: "a number of seconds, such as: --timeout 10"
    case .count: "a whole number, such as: --count 3"
    case .svg: "the name of a file, such as: --svg network.svg"
    case .readyDescriptor: "the number of an open file descriptor, such as: --ready-fd 3"
    case .control: "the path of a socket, such as: --control proxy.socket"
    case .pidFile: "the name of a file, such as: --pid-file node.pid"
    case .heartbeat: "a number of seconds from 0.1, or 0 for none, such as: --heartbeat 60"
    }
  }

  /// The name of its value in the help; nil if it takes none.
  var value: String? {
    switch self {
    case .json, .reveal, .force: nil
    case .timeout, .heartbeat: "SECONDS"
    case .count, .readyDescriptor: "N"
    case .svg, .pidFile, .control: "FILE"
    }
  }

  /// How the option is written.
  var synopsis: String { "--\(rawValue)" + (value.map { " " + $0 } ?? "") }
}
