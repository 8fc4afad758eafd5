import AnyEvent

/// A request to a proxy, in words.
enum ProxyRequest: Equatable {
  /// Gives a node a listener that leads to its target; nil: to a free address that is kept for it.
  case node(String, target: String?)
  case change(String, String, Change)
  /// Takes all faults away.
  case healAll
  /// Cuts every link between the one nodes and the others.
  case partition([String], [String])
  /// Lists the links.
  case list
  /// Answers once so much is counted; for 0, once there is none.
  case wait(String, String, ProxyLink.Counter, Int)

  /// The changes of the faults of a link.
  enum Change: Equatable {
    case heal
    case pass(LinkFaults.Passage)
    case slow(Double)
    case delay(Double)
    case drop(Double, seed: UInt64)
  }

  /// How all requests are written.
  static let usage = [
    "node NODE [HOST:PORT]", "cut A B", "refuse A B", "silence A B", "heal [A B]",
    "slow A B RATE", "delay A B MS", "drop A B PROBABILITY [SEED]", "partition A,B C,D", "list",
    "wait A B connections|drops|refusals|bytes COUNT",
  ]

  /// Reads a request.
  ///
  /// - Throws: `UsageError` when it makes no sense.
  init(_ words: [String]) throws(UsageError) {
    guard let name = words.first else { throw UsageError(explained: "the proxy got no command") }
    let rest = Array(words.dropFirst())
    guard let usage = Self.usage.first(where: { $0.split(separator: " ")[0] == name }) else {
      throw UsageError(
        explained:
          "the proxy has no command \"\(name)\"; it has: \(Self.usage.joined(separator: "; "))"
      )
    }
    switch (name, rest.count) {
    case ("node", 1...2):
      if rest.count == 2, parse_hostport(rest[1]) == nil {
        throw UsageError(explained: "the target of a node is HOST:PORT, not \"\(rest[1])\"")
      }
      self = .node(rest[0], target: rest.count == 2 ? rest[1] : nil)
    case ("heal", 0): self = .healAll
    case ("partition", 2):
      self = .partition(Self.group(rest[0]), Self.group(rest[1]))
    case ("list", 0): self = .list
    case ("wait", 4):
      guard let counter = ProxyLink.Counter(named: rest[2]), let count = Self.count(rest[3]) else {
        throw UsageError(explained: "the proxy takes: \(usage)")
      }
      self = .wait(rest[0], rest[1], counter, count)
    case ("drop", 3...4), ("slow", 3), ("delay", 3), ("cut", 2), ("refuse", 2), ("silence", 2),
      ("heal", 2):
      self = .change(rest[0], rest[1], try Change(name, Array(rest.dropFirst(2))))
    default: throw UsageError(explained: "the proxy takes: \(usage)")
    }
  }

  /// The nodes that a request names.
  var nodes: [String] {
    switch self {
    case .node, .healAll, .list: []
    case .change(let one, let other, _), .wait(let one, let other, _, _): [one, other]
    case .partition(let ones, let others): ones + others
    }
  }

  private static func group(_ text: String) -> [String] {
    text.split(separator: ",").map { String($0) }
  }

  private static func count(_ text: String) -> Int? {
    guard let count = Int(text), (0...1_000_000_000_000).contains(count) else { return nil }
    return count
  }
}

extension ProxyRequest.Change {
  fileprivate init(_ name: String, _ values: [String]) throws(UsageError) {
    switch name {
    case "cut": self = .pass(.cut)
    case "refuse": self = .pass(.refused)
    case "silence": self = .pass(.silent)
    case "slow":
      guard let rate = Double(values[0]), rate > 0, rate <= 1e12 else {
        throw UsageError(
          explained: """
            slow takes bytes a second above 0, such as 1000, not "\(values[0])"; with "silence" \
            nothing passes at all
            """)
      }
      self = .slow(rate)
    case "delay":
      guard let delay = Double(values[0]), (0...3_600_000).contains(delay) else {
        throw UsageError(
          explained: "delay takes milliseconds from 0 to 3600000, not \"\(values[0])\"")
      }
      self = .delay(delay / 1000)
    case "drop":
      guard let chance = Double(values[0]), (0...1).contains(chance) else {
        throw UsageError(
          explained: """
            drop takes a probability from 0 to 1, that a connection is closed in each 1024 bytes, \
            not "\(values[0])"
            """)
      }
      guard let seed = values.count > 1 ? UInt64(values[1]) : 0 else {
        throw UsageError(explained: "the seed of drop is a whole number, not \"\(values[1])\"")
      }
      self = .drop(chance, seed: seed)
    default: self = .heal
    }
  }

  /// Applies the change to the present faults.
  func apply(to faults: inout LinkFaults) {
    switch self {
    case .heal: faults = LinkFaults()
    case .pass(let passage): faults.passage = passage
    case .slow(let rate): faults.rate = rate
    case .delay(let delay): faults.delay = delay
    case .drop(let chance, let seed):
      faults.drops = chance > 0 ? DropDice(chance, seed: seed) : nil
    }
  }
}

/// The answer of a proxy.
struct ProxyAnswer: Equatable {
  var code = ExitCode.success
  /// Lines of output.
  var lines: [Shown] = []
  /// Why it was not done; empty if it was.
  var sentence = ""
}
