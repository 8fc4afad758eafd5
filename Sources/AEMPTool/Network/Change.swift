import AnyEventMP

/// `reload` and `leave`: requests that concern a whole node.
///
/// Both requests are sent only to a node that says that it knows them: one in Perl would take them for
/// names of functions.
final class Change {
  private let errand: Errand
  private let target: String
  private var hasAgreed = false

  init(_ errand: Errand, _ target: String) {
    self.errand = errand
    self.target = target
  }

  /// Prints what has changed, a line each; in JSON
  /// `{"setting": "…", "applied": true, "text": "…"}`.
  func reload() {
    errand.awaited = "\(target) to read its configuration"
    errand.need(PortID(target))
    request("x-reload", orElse: "reads it again for no other node") { answer in
      guard let changes = ConfigurationChanges(messageValue: answer[0]) else {
        let problem = Printer.oneLine(
          answer[0].string ?? "it gave an answer that cannot be understood")
        return self.errand.finish(.failure, "\(self.target) goes on as before: \(problem)")
      }
      self.show(changes)
      self.errand.finish(.success)
    }
  }

  private func show(_ changes: ConfigurationChanges) {
    if changes.isEmpty, !errand.printer.isJSON { errand.print("nothing has changed", json: [:]) }
    for (changes, isApplied) in [(changes.applied, true), (changes.kept, false)] {
      for change in changes {
        errand.print(
          "\(change.sentence)",
          json: [
            "setting": .string(change.setting), "applied": .bool(isApplied),
            "text": .string(change.sentence),
          ])
      }
    }
    for warning in changes.warnings {
      errand.print("warning: \(warning)", json: ["warning": .string(warning)])
    }
  }

  /// Done when the node has agreed and is gone.
  func leave() {
    errand.awaited = "\(target) to leave"
    errand.keep(
      mon(target) { (reason: Message) in
        if self.hasAgreed { return self.errand.finish(.success) }
        self.errand.lost(PortID(self.target), reason)
      })
    request("x-leave", orElse: "lets no other node end it") { _ in self.hasAgreed = true }
  }

  /// Sends a request, if the node knows it; otherwise the sentence begins with its name.
  private func request(
    _ name: String, orElse refusal: String, _ take: @escaping (Message) -> Void
  ) {
    ask(["can", .string(name)]) { can in
      if can[0].string == "1" { return self.ask([.string(name)], take) }
      // Every node of this version knows this one.
      self.ask(["can", "x-leaving"]) { can in
        let reason =
          can[0].string == "1"
          ? "\(refusal): it is secure, or its program does not allow it"
          : "cannot do that: it runs an earlier version, or AnyEvent::MP; restart it on its host"
        self.errand.finish(.failure, "\(self.target) \(reason)")
      }
    }
  }

  private func ask(_ request: [Value], _ take: @escaping (Message) -> Void) {
    var port: PortID?
    let answer = errand.answerPort { message in
      // Only the first answer counts.
      if let port { kil(port) }
      take(message)
    }
    port = answer
    snd(Message([.string(target)] + request + [.string(answer.id)]))
  }
}
