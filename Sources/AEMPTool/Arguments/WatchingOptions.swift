/// The formats that monitoring systems read.
enum CheckFormat: String, CaseIterable {
  case nagios, json, prometheus
}

/// The framings that `bench` can be told to use.
enum BenchFraming: String, CaseIterable {
  case cbor, json
}

/// The state of the network that `check` expects.
struct CheckExpectations: Equatable {
  /// Nodes that have to be there; a name that ends in / or * stands for at least one that begins so.
  var nodes: [String] = []
  /// How many nodes there have to be at least.
  var count: Int?
  /// The most bytes that may wait on a connection.
  var queue = Self.standardQueue
  /// For how many days each certificate has to be valid.
  var days = Self.standardDays

  static let standardQueue = 16 << 20
  static let standardDays = 14
}

extension Options {
  /// The expectations of `check` that the options say.
  var expectations: CheckExpectations {
    let options = self
    return CheckExpectations(
      nodes: options.nodes, count: options.count,
      queue: options.queue ?? CheckExpectations.standardQueue,
      days: options.days ?? CheckExpectations.standardDays)
  }

  /// The format of `check`; `--json` is short for that one.
  var checkFormat: CheckFormat {
    let options = self
    return options.format ?? (options.json ? .json : .nagios)
  }
}
