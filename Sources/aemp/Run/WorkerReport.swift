import AnyEventMP

/// What a worker tells its supervisor, each a line.
enum WorkerReport: Equatable {
  /// It lives.
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

  /// What a worker has written, without the line feed; nil for anything else.
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
