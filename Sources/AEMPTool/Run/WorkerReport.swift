internal import AEValue
import AnyEventMP

/// A message of the worker to its supervisor: a line.
enum WorkerReport: Equatable {
  /// A sign of life.
  case alive
  /// The node is configured and listens.
  case ready(node: String, binds: [String])
  /// The node cannot be configured, and why.
  case refused(String)

  /// As a line of JSON; an empty one for a sign of life.
  var line: String {
    switch self {
    case .alive: "\n"
    case .ready(let node, let binds): Printer.json(.hash(ReadyLine.json(node, binds))) + "\n"
    case .refused(let sentence): Printer.json(["refused": .string(sentence)]) + "\n"
    }
  }

  /// Takes a line of a worker, without the line feed; nil for anything else.
  init?(line: some Collection<UInt8>) {
    if line.isEmpty {
      self = .alive
      return
    }
    guard let value = try? JSON.decode(Array(line)) else { return nil }
    if let sentence = value["refused"].string {
      self = .refused(sentence)
    } else if let node = value["node"].string, case .array(let binds) = value["binds"] {
      self = .ready(node: node, binds: binds.compactMap(\.string))
    } else {
      return nil
    }
  }
}

/// Puts reports together from the bytes as they arrive.
struct ReportReader {
  /// The longest possible report in bytes; all reports of a worker are shorter.
  static let limit = 1 << 20
  private var rest: [UInt8] = []

  /// Takes bytes as they come and returns the reports that are complete with them.
  mutating func feed(_ bytes: some Collection<UInt8>) -> [WorkerReport] {
    rest += bytes
    var reports: [WorkerReport] = []
    var start = rest.startIndex
    while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
      if let report = WorkerReport(line: rest[start..<end]) { reports.append(report) }
      start = end + 1
    }
    rest.removeSubrange(..<start)
    if rest.count > Self.limit { rest = [] }
    return reports
  }
}

/// A message of the supervisor to a worker that runs: a line.
///
/// A worker of an earlier version does not read it.
enum WorkerOrder: String {
  /// Read the configuration again.
  case reload

  var line: String { rawValue + "\n" }
}

/// The message of the supervisor to a worker that starts: a line.
///
/// It travels over the socket between them, because others can see the arguments and the environment of
/// a process.
struct Handover: Equatable {
  /// The node's configuration.
  var arguments: ConfigurationArguments
  /// Seconds of silence after which the supervisor takes the worker for stuck; 0: never.
  var heartbeat: Double
  /// How often a worker was started before this one.
  var restarts: Int

  init(arguments: ConfigurationArguments, heartbeat: Double, restarts: Int = 0) {
    self.arguments = arguments
    self.heartbeat = heartbeat
    self.restarts = restarts
  }

  /// The JSON around the arguments has two levels.
  private static let limits = CodecLimits(maximumDepth: CodecLimits.standard.maximumDepth + 2)

  /// As one line of JSON.
  var line: String {
    Printer.json([
      "configure": .array(arguments.list), "heartbeat": .double(heartbeat),
      "restarts": .int(restarts),
    ]) + "\n"
  }

  /// Takes a line of a supervisor; nil for anything else.
  init?(line: [UInt8]) {
    guard let value = try? JSON.decode(line, limits: Self.limits),
      case .array(let list) = value["configure"],
      let heartbeat = value["heartbeat"].double,
      let arguments = try? ConfigurationArguments(list: list)
    else { return nil }
    self.init(
      arguments: arguments, heartbeat: heartbeat, restarts: max(0, value["restarts"].int ?? 0))
  }
}
