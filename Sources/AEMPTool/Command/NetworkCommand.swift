import AnyEventMP

/// A command that talks to other nodes.
struct NetworkCommand {
  /// The parts of the tool that a command can need.
  enum Work {
    case action(Action)
    /// Shows the connections that start from some nodes.
    case trace([String])
    /// Takes commands from standard input.
    case shell(node: String?)
    /// Says whether all is well, for monitoring systems.
    case check
    /// Measures rate and latency to a node.
    case bench(node: String)
    /// Shows the network and its traffic again and again.
    case top
  }

  /// An action that a line of the shell can be, too.
  enum Action {
    /// Sends a message.
    case send(PortID, [Value])
    /// Waits until a port is killed or a node lost.
    case monitor(PortID)
    /// Sends a message with a reply port at its end, and prints the reply.
    case call(PortID, [Value])
    /// Has a node evaluate an expression.
    case evaluate(node: String, code: String)
    /// Has a node's supervisor start it anew.
    case restart(node: String)
    /// Has a node read its configuration again.
    case reload(node: String)
    /// Has a node leave the network and end.
    case leave(node: String)
    /// Lists the nodes of the network.
    case nodes
    /// Prints the keys and values of a family.
    case get(family: String)
    /// Prints every change of a family.
    case watch(family: String)
    /// Waits until there are `count` nodes, ports or keys; 0: until there are none any more.
    case wait(Subject, String, count: Int)
    /// Measures round trips.
    case ping(node: String)
  }

  /// The kinds of things that `wait` can wait for.
  enum Subject: String, CaseIterable {
    case node, port, family
  }

  let work: Work
  let options: Options
  /// The profile whose settings connect the tool; nil: `aemp`.
  let profile: String?

  /// How long (s) the command may take without `--timeout`; nil: for ever.
  ///
  /// Perl's tool, too, gives commands that ask and wait five minutes.
  var timeLimit: Double? {
    switch work {
    // There the option bounds the shell's single commands.
    case .shell: return nil
    case .top: return options.timeout
    case .check: return options.timeout ?? 10
    case .bench:
      let measuring = (options.seconds ?? 0) * Double(max(1, options.sizes.count))
      return options.timeout ?? 300 + measuring
    case .action(.monitor), .action(.watch): return options.timeout
    default: return options.timeout ?? 300
    }
  }
}

extension NetworkCommand.Action {
  /// A `wait` for `count` ports or nodes; a single port can only be there once or not at all.
  static func waiting(
    for subject: NetworkCommand.Subject, _ name: String, count: Int
  ) throws(UsageError) -> NetworkCommand.Action {
    if subject == .port, count > 1 {
      throw UsageError(
        explained: "a port is there or not: --count takes 1 or, until it is gone, 0")
    }
    return .wait(subject, name, count: count)
  }
}

// MARK: - Parsing

/// The commands that talk to other nodes; each takes all arguments behind it.
extension CommandParser {
  /// Reads the arguments of a command for the network; nil when `name` is none.
  mutating func parseNetwork(_ name: String) throws(UsageError) -> NetworkCommand? {
    var options = Options()
    guard let work = try networkWork(name, &options) else { return nil }
    return NetworkCommand(work: work, options: options, profile: profile)
  }

  private mutating func networkWork(
    _ name: String, _ options: inout Options
  ) throws(UsageError) -> NetworkCommand.Work? {
    switch name {
    case "trace":
      let nodes = try takeArguments(
        name, 0...1000, "node ids, such as: trace seed/x", Self.waiting + [.svg], into: &options)
      return .trace(nodes)
    case "shell":
      let node = try takeArguments(
        name, 0...1, "at most one node id", [.timeout, .json], into: &options)
      return .shell(node: node.first)
    case "check", "bench", "top": return try watchingWork(name, &options)
    default: return try networkAction(name, &options).map { .action($0) }
    }
  }

  private mutating func watchingWork(
    _ name: String, _ options: inout Options
  ) throws(UsageError) -> NetworkCommand.Work {
    switch name {
    case "check":
      do throws(UsageError) {
        let known: [Option] = [.nodes, .count, .queue, .days, .format, .json, .timeout]
        _ = try takeArguments(name, 0...0, "no arguments", known, into: &options)
      } catch {
        // `check` has the exit code of an unknown state here: a monitoring system would take the usual one for a
        // broken network.
        throw UsageError(explained: error.sentence, CheckState.unknown.exitCode)
      }
      return .check
    case "bench":
      let known: [Option] = [.json, .timeout, .size, .framing, .seconds, .count]
      return .bench(node: try node(name, known, &options))
    default:
      let known: [Option] = [.once, .interval, .timeout]
      _ = try takeArguments(name, 0...0, "no arguments", known, into: &options)
      return .top
    }
  }

  private mutating func networkAction(
    _ name: String, _ options: inout Options
  ) throws(UsageError) -> NetworkCommand.Action? {
    switch name {
    case "snd", "cal":
      let (port, message) = try portAndMessage(name, &options)
      return name == "snd" ? .send(port, message) : .call(port, message)
    case "mon":
      let port = try takeArguments(
        name, 1...1, "one port or node id, such as: mon 'seed/x#y'", Self.waiting, into: &options)
      return .monitor(PortID(port[0]))
    case "eval":
      try takeOptions(name, Self.waiting, into: &options)
      let node = try text(name, "a node id and an expression, such as: eval seed/x '$$'")
      let code = try takeTexts(name)
      guard !code.isEmpty else {
        throw UsageError(explained: "eval needs an expression, such as: eval \(node) '$$'")
      }
      return .evaluate(node: node, code: code.joined(separator: " "))
    case "restart":
      return .restart(node: try node(name, Self.waiting, &options))
    case "reload":
      return .reload(node: try node(name, Self.waiting, &options))
    case "leave":
      return .leave(node: try node(name, Self.waiting, &options))
    case "ping":
      return .ping(node: try node(name, Self.waiting + [.count], &options))
    case "nodes":
      _ = try takeArguments(name, 0...0, "no arguments", Self.waiting, into: &options)
      return .nodes
    case "get":
      return .get(family: try family(name, Self.waiting, &options))
    case "watch":
      return .watch(family: try family(name, Self.waiting + [.count], &options))
    case "wait": return try wait(&options)
    default: return nil
    }
  }

  private static let waiting = [Option.json, .timeout]

  private mutating func portAndMessage(
    _ name: String, _ options: inout Options
  ) throws(UsageError) -> (PortID, [Value]) {
    try takeOptions(name, Self.waiting, into: &options)
    let port = try text(name, "a port and a message, such as: \(name) 'seed/x#y' test 1")
    var message: [Value] = []
    while let argument = rest.popFirst() { message.append(try argument.value(for: nil)) }
    return (PortID(port), message)
  }

  private mutating func node(
    _ name: String, _ known: [Option], _ options: inout Options
  ) throws(UsageError) -> String {
    try takeArguments(name, 1...1, "one node id, such as: \(name) seed/x", known, into: &options)[0]
  }

  /// `get workers`, or with the word in between as `wait` has it, `get family workers`.
  private mutating func family(
    _ name: String, _ known: [Option], _ options: inout Options
  ) throws(UsageError) -> String {
    let wanted = "the name of a family, such as: \(name) workers"
    let arguments = try takeArguments(name, 1...2, wanted, known, into: &options)
    if arguments.count == 2, arguments[0] != NetworkCommand.Subject.family.rawValue {
      throw UsageError(explained: "\(name) takes \(wanted)")
    }
    return arguments[arguments.count - 1]
  }

  private mutating func wait(
    _ options: inout Options
  ) throws(UsageError) -> NetworkCommand.Action {
    let wanted = "node, port or family and its name, such as: wait family workers --count 3"
    let arguments = try takeArguments(
      "wait", 2...2, wanted, Self.waiting + [.count], into: &options)
    guard let subject = NetworkCommand.Subject(named: arguments[0]) else {
      throw UsageError(explained: "wait takes \(wanted), not \"\(arguments[0])\"")
    }
    return try .waiting(for: subject, arguments[1], count: options.count ?? 1)
  }

  private mutating func takeTexts(_ name: String) throws(UsageError) -> [String] {
    var texts: [String] = []
    while let argument = rest.popFirst() {
      // A quoted text is an expression, not JSON.
      guard let text = argument.value.string else {
        throw UsageError(explained: "\(name) takes text, not \(argument.shown)")
      }
      texts.append(text)
    }
    return texts
  }
}
