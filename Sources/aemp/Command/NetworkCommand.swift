import AnyEventMP

/// A command that talks to other nodes.
struct NetworkCommand {
  /// What to do.
  enum Work {
    case action(Action)
    /// Shows the connections that start from some nodes.
    case trace([String])
    /// Takes commands from standard input.
    case shell(node: String?)
  }

  /// What a line of the shell can do, too.
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
    /// Lists the nodes of the network.
    case nodes
    /// Prints what a family holds.
    case get(family: String)
    /// Prints every change of a family.
    case watch(family: String)
    /// Waits until there are so many of something, or, with a count of 0, none any more.
    case wait(Subject, String, count: Int)
    /// Measures round trips.
    case ping(node: String)
  }

  /// What can be waited for.
  enum Subject: String, CaseIterable {
    case node, port, family
  }

  let work: Work
  let options: Options
  /// The profile whose settings connect us; nil: `aemp`.
  let profile: String?

  /// How long (s) the command may take when nothing is said; nil: for ever.
  ///
  /// Five minutes for what asks and waits, as the original.
  var timeLimit: Double? {
    switch work {
    // What it says there is about the shell's commands.
    case .shell: return nil
    case .action(.monitor), .action(.watch): return options.timeout
    default: return options.timeout ?? 300
    }
  }
}

extension NetworkCommand.Action {
  /// Waits, for what there can be so many of.
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
