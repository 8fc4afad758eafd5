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
  /// The nodes that have to be there.
  var nodes: [String] = []
  /// The most bytes that may wait on a connection.
  var queue: Int?
  /// For how many days certificates have to be valid.
  var days: Int?
  /// The format of a check.
  var format: CheckFormat?
  /// The sizes (bytes) of the messages of a measurement.
  var sizes: [Int] = []
  /// The framing of a measurement.
  var framing: BenchFraming?
  /// How long (s) a measurement takes.
  var seconds: Double?
  /// Whether to show a table once.
  var once = false
  /// How long (s) to wait between two looks.
  var interval: Double?
  /// The setting whose value comes from standard input.
  var input: Setting?

  /// Sets an option from the text behind it.
  mutating func set(_ option: Option, _ text: String) throws(UsageError) {
    switch option {
    case .json: json = true
    case .reveal: reveal = true
    case .force: force = true
    case .once: once = true
    case .nodes, .queue, .days, .format: try setExpectation(option, text)
    case .size, .framing, .seconds, .interval: try setMeasurement(option, text)
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

  private mutating func setExpectation(_ option: Option, _ text: String) throws(UsageError) {
    switch option {
    case .nodes:
      let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard names.allSatisfy({ !$0.isEmpty }) else { throw misfit(option, text) }
      nodes += names
    case .queue:
      guard let number = Int(text), number >= 0 else { throw misfit(option, text) }
      queue = number
    case .days:
      guard let number = Int(text), (0...100_000).contains(number) else {
        throw misfit(option, text)
      }
      days = number
    default:
      guard let known = CheckFormat(named: text) else { throw misfit(option, text) }
      format = known
    }
  }

  private mutating func setMeasurement(_ option: Option, _ text: String) throws(UsageError) {
    switch option {
    case .size:
      let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      guard numbers.allSatisfy({ $0.map { (0...Self.largestSize).contains($0) } ?? false }) else {
        throw misfit(option, text)
      }
      sizes += numbers.compactMap { $0 }
    case .framing:
      guard let known = BenchFraming(named: text) else { throw misfit(option, text) }
      framing = known
    case .seconds:
      guard let number = Double(text), number >= 0.1, number <= 1e6 else {
        throw misfit(option, text)
      }
      seconds = number
    default:
      guard let number = Double(text), number >= 0.1, number <= 1e6 else {
        throw misfit(option, text)
      }
      interval = number
    }
  }

  /// The largest message (bytes) of a measurement: it has to fit into a packet twice over.
  private static let largestSize = 4 << 20

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
  case nodes
  case queue
  case days
  case format
  case size
  case framing
  case seconds
  case once
  case interval
  case force

  /// The value that has to stand behind the option, as an error names it; nil if it takes none.
  var wanted: String? {
    switch self {
    case .json, .reveal, .force, .once: nil
    case .nodes: "node ids with commas, such as: --nodes seed/1,worker/"
    case .queue: "a number of bytes, such as: --queue 1000000"
    case .days: "a number of days, such as: --days 14"
    case .format: "nagios, json or prometheus, such as: --format json"
    case .size: "numbers of bytes up to 4194304 with commas, such as: --size 32,1024"
    case .framing: "cbor or json, such as: --framing cbor"
    case .seconds: "a number of seconds from 0.1, such as: --seconds 5"
    case .interval: "a number of seconds from 0.1, such as: --interval 2"
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
    case .json, .reveal, .force, .once: nil
    case .nodes: "NODES"
    case .queue, .size: "BYTES"
    case .days: "DAYS"
    case .format: "FORMAT"
    case .framing: "FRAMING"
    case .timeout, .heartbeat, .seconds, .interval: "SECONDS"
    case .count, .readyDescriptor: "N"
    case .svg, .pidFile, .control: "FILE"
    }
  }

  /// How the option is written.
  var synopsis: String { "--\(rawValue)" + (value.map { " " + $0 } ?? "") }
}
