import AnyEventMP

/// The commands about one port or node.
extension Errand {
  /// `snd`: done when the message was delivered to the port's node.
  func send(_ message: [Value], to target: PortID) {
    awaited = "\(target.node) to take the message"
    need(target)
    snd(Message([.string(target.id)] + message))
    // The answer comes behind the message.
    snd(target.node, "snd", answerPort { _ in self.finish(.success) })
  }

  /// `cal`: prints the reply, as one line; in JSON `{"reply": [...]}`.
  func call(_ target: PortID, _ message: [Value]) {
    awaited = "an answer of \(target.id)"
    need(target)
    let answer = answerPort { reply in
      self.print("\(Printer.plain(reply))", json: ["reply": .array(reply.values)])
      self.finish(.success)
    }
    snd(Message([.string(target.id)] + message + [.string(answer.id)]))
  }

  /// `mon`: prints the reason; in JSON `{"port": "…", "reason": [...]}`.
  func monitor(_ target: PortID) {
    awaited = "the end of \(target.id)"
    keep(
      mon(target) { (reason: Message) in
        if self.isMissing(target, reason) { return self.lost(target, reason) }
        self.print(
          reason.isEmpty ? "killed" : "killed: \(Printer.plain(reason))",
          json: ["port": .string(target.id), "reason": .array(reason.values)])
        self.finish(reason.isEmpty ? .success : .killed)
      })
  }

  /// `eval`: prints the results, a line each; in JSON `{"results": [...]}`.
  func evaluate(_ code: String, on target: String) {
    awaited = "an answer of \(target)"
    need(PortID(target))
    let answer = answerPort { answer in
      if let problem = Self.problem(answer, of: target) { return self.finish(.failure, problem) }
      let results = answer[1...].values
      if self.printer.isJSON {
        self.print("", json: ["results": .array(results)])
      } else {
        for result in results { self.print("\(Printer.plain(result))", json: [:]) }
      }
      self.finish(.success)
    }
    eval_on(target, code, answer)
  }

  /// `restart`: done when the node has answered, or is gone, which is as good.
  func restart(_ target: String) {
    awaited = "\(target) to restart"
    keep(
      mon(target) { (reason: Message) in
        if self.isMissing(PortID(target), reason) { return self.lost(PortID(target), reason) }
        self.finish(.success)
      })
    let answer = answerPort { answer in
      if let problem = Self.problem(answer, of: target) { return self.finish(.failure, problem) }
      self.finish(.success)
    }
    eval_on(target, Self.restartCode, answer)
  }

  /// What a Perl node evaluates; one of ours knows it by the function's name.
  private static let restartCode = """
    require AnyEvent::Watchdog::Util; \
    AnyEvent::Watchdog::Util::enabled () or die "not run by a supervisor\\n"; \
    AnyEvent::Watchdog::Util::restart (); ()
    """

  private static func problem(_ answer: Message, of node: String) -> String? {
    let problem = answer[0].string ?? ""
    return problem.isEmpty ? nil : "\(node): \(Printer.oneLine(problem))"
  }
}
