import AnyEventMP

/// The commands about one port.
extension NetworkSession {
  /// `snd`: done when the message was delivered to the port's node.
  func send(_ message: [Value], to target: PortID) {
    awaited = "\(target.node) to take the message"
    mon(target) { reason in self.ended(target, reason) }
    snd(Message([.string(target.id)] + message))
    // The answer comes behind the message.
    let delivered = port { self.finish(.success) }
    snd(target.node, "snd", delivered)
  }

  /// `cal`: prints the reply, as one line; in JSON `{"reply": [...]}`.
  func call(_ target: PortID, _ message: [Value]) {
    awaited = "an answer of \(target.id)"
    mon(target) { reason in self.ended(target, reason) }
    let reply = port { (reply: Message) in
      self.print(Printer.plain(reply), json: ["reply": .array(reply.values)])
      self.finish(.success)
    }
    snd(Message([.string(target.id)] + message + [.string(reply.id)]))
  }

  /// `mon`: prints the reason; in JSON `{"port": "…", "reason": [...]}`.
  func monitor(_ target: PortID) {
    awaited = "the end of \(target.id)"
    mon(target) { reason in
      if reason.isEmpty || !self.isMissing(target, reason) {
        self.print(
          reason.isEmpty ? "killed" : "killed: \(Printer.plain(reason))",
          json: ["port": .string(target.id), "reason": .array(reason.values)])
        self.finish(reason.isEmpty ? .success : .killed)
      } else {
        self.ended(target, reason)
      }
    }
  }

  /// `eval`: prints the results, a line each; in JSON `{"results": [...]}`.
  func evaluate(_ code: String, on target: String) {
    awaited = "an answer of \(target)"
    mon(target) { reason in self.ended(PortID(target), reason) }
    let answer = port { (answer: Message) in
      let problem = answer[0].string ?? ""
      guard problem.isEmpty else {
        return self.finish(.failure, "\(target): \(Self.oneLine(problem))")
      }
      let results = answer[1...].values
      if self.printer.isJSON {
        self.print("", json: ["results": .array(results)])
      } else {
        for result in results { self.print(Printer.plain(result), json: [:]) }
      }
      self.finish(.success)
    }
    eval_on(target, code, answer)
  }

  /// `restart`: done when the node has answered, or is gone, which is as good.
  func restart(_ target: String) {
    awaited = "\(target) to restart"
    mon(target) { reason in
      if self.isMissing(PortID(target), reason) { return self.ended(PortID(target), reason) }
      self.finish(.success)
    }
    let answer = port { (answer: Message) in
      let problem = answer[0].string ?? ""
      if problem.isEmpty { return self.finish(.success) }
      self.finish(.failure, "\(target): \(Self.oneLine(problem))")
    }
    eval_on(target, Self.restartCode, answer)
  }

  /// What a Perl node evaluates; one of ours knows it by the function's name.
  private static let restartCode = """
    require AnyEvent::Watchdog::Util; \
    AnyEvent::Watchdog::Util::enabled () or die "not run by a supervisor\\n"; \
    AnyEvent::Watchdog::Util::restart (); ()
    """

  /// A port or node that the command cannot do without is gone.
  func ended(_ target: PortID, _ reason: Message) {
    switch reason[0].string {
    case "transport_error" where seeds.refusing.contains(target.node):
      finish(.authenticationRefused, "\(target.node): \(Self.oneLine(reason[2].string ?? ""))")
    case "transport_error":
      finish(.noSuchNode, "cannot reach \(target.node): \(Self.oneLine(reason[2].string ?? ""))")
    case "no_such_port": finish(.noSuchPort, "there is no port \(target.id)")
    default:
      finish(.killed, "\(target.id) was killed: \(Self.oneLine(Printer.plain(reason)))")
    }
  }

  /// Whether the reason says that the port or its node was never there.
  private func isMissing(_ target: PortID, _ reason: Message) -> Bool {
    switch reason[0].string {
    case "no_such_port": true
    case "transport_error": !connected.contains(target.node)
    default: false
    }
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
