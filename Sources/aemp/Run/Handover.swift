import AnyEventMP

/// What a worker gets from its supervisor when it starts.
///
/// It travels over the socket between them: what is in arguments and environment of a process, others
/// can see.
struct Handover: Equatable {
  /// What to configure the node with.
  var arguments: ConfigurationArguments
  /// Seconds of silence after which the supervisor takes the worker for stuck; 0: never.
  var heartbeat: Double

  init(arguments: ConfigurationArguments, heartbeat: Double) {
    self.arguments = arguments
    self.heartbeat = heartbeat
  }

  /// Two levels more than an argument may have.
  private static let limits = CodecLimits(maximumDepth: CodecLimits.standard.maximumDepth + 2)

  /// As one line of JSON.
  var line: String {
    Printer.json(["configure": .array(arguments.list), "heartbeat": .double(heartbeat)]) + "\n"
  }

  /// What a supervisor has written; nil for anything else.
  init?(line: [UInt8]) {
    guard let value = try? JSON.decode(line, limits: Self.limits),
      case .array(let list) = value["configure"],
      let heartbeat = value["heartbeat"].double,
      let arguments = try? ConfigurationArguments(list: list)
    else { return nil }
    self.init(arguments: arguments, heartbeat: heartbeat)
  }
}
