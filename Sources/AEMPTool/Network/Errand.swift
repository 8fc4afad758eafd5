import AnyEvent
import AnyEventMP

/// A piece of work that the tool does in the network: asks, waits, prints, and ends with an exit code.
///
/// Its ports, monitors and timers end with it.
final class Errand {
  unowned let session: NetworkSession
  let options: Options
  let printer: Printer
  /// The event that the errand waits for, for a terminal and for the sentence when time is over; empty: none.
  var awaited = "an answer"
  /// Called when time is over, before the errand ends: shows the results known by then.
  var atTimeLimit: (() -> Void)?
  private let ended: (ExitCode, String?) -> Void
  private(set) var isOver = false
  private var guards: [Guard] = []
  private var timeLimit: TimerWatcher?

  /// An errand that calls `ended` once, with a sentence if it did not end well.
  init(
    _ session: NetworkSession, _ options: Options, _ printer: Printer? = nil,
    ended: @escaping (ExitCode, String?) -> Void
  ) {
    self.session = session
    self.options = options
    self.ended = ended
    self.printer = printer ?? Printer(isJSON: options.json)
  }

  /// Begins an action.
  func begin(_ action: NetworkCommand.Action) {
    switch action {
    case .send(let port, let message): send(message, to: port)
    case .call(let port, let message): call(port, message)
    case .monitor(let port): monitor(port)
    case .evaluate(let node, let code): evaluate(code, on: node)
    case .restart(let node): restart(node)
    case .reload(let node): Change(self, node).reload()
    case .leave(let node): Change(self, node).leave()
    case .nodes: listNodes()
    case .get(let family): get(family)
    case .watch(let family): watch(family)
    case .wait(let subject, let name, let count):
      Wait(self, for: subject, name, count: count).begin()
    case .ping(let node): Ping(self, node).begin()
    }
  }

  /// Gives up after so many seconds.
  func limit(to seconds: Double) {
    timeLimit = session.loop.timer(after: seconds) { [unowned self] in
      // Showing results may end the errand, and with that release the last other reference to it.
      let errand = self
      errand.atTimeLimit?()
      var sentence =
        "gave up after \(Printer.number(seconds)) s: still waiting for \(errand.awaited)"
      if let problem = errand.session.seeds.problem { sentence += ", and \(problem)" }
      errand.finish(.timedOut, sentence)
    }
  }

  /// Ends the errand; only the first call counts.
  func finish(_ code: ExitCode, _ sentence: String? = nil) {
    guard !isOver else { return }
    isOver = true
    timeLimit = nil
    atTimeLimit = nil
    guards = []
    ended(code, sentence)
  }

  /// Prints a result; when the output has no reader any more, the errand is over.
  func print(_ text: Shown, json: TextDictionary<Value>) {
    if !isOver, !printer.print(text, json: json) { finish(.failure) }
  }

  /// Keeps a guard until the errand is over.
  func keep(_ guardian: Guard) {
    if !isOver { guards.append(guardian) }
  }

  /// A port that lives as long as the errand.
  func answerPort(_ callback: @escaping (Message) -> Void) -> PortID {
    let answer = port { (message: Message) in callback(message) }
    keep(Guard { kil(answer) })
    return answer
  }

  /// Ends the errand when a port dies, or a node is lost, that it needs.
  func need(_ target: PortID) {
    keep(mon(target) { reason in self.lost(target, reason) })
  }

  /// A port or node that the errand needs is gone.
  func lost(_ target: PortID, _ reason: Message) {
    switch reason[0].string {
    case "transport_error" where session.seeds.refusing.contains(target.node):
      finish(.authenticationRefused, "\(target.node): \(Printer.oneLine(reason[2].string ?? ""))")
    case "transport_error":
      finish(.noSuchNode, "cannot reach \(target.node): \(Printer.oneLine(reason[2].string ?? ""))")
    case "leaving": finish(.noSuchNode, "\(target.node) has left the network")
    case "no_such_port": finish(.noSuchPort, "there is no port \(target.id)")
    case nil where reason.isEmpty: finish(.killed, "\(target.id) was killed")
    default:
      finish(.killed, "\(target.id) was killed: \(Printer.oneLine(Printer.plain(reason)))")
    }
  }

  /// Whether the reason says that the port or its node was never there.
  func isMissing(_ target: PortID, _ reason: Message) -> Bool {
    switch reason[0].string {
    case "no_such_port": true
    case "transport_error": !session.connected.contains(target.node)
    default: false
    }
  }
}

// MARK: - One port or node

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

  /// The code that a Perl node evaluates; a node of this library recognises the function's name in it.
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

// MARK: - The global database

/// The commands about the global database.
extension Errand {
  /// The family that maps each node to the addresses it listens on.
  static let listeners = "'l"
  /// The family of the nodes that keep the merged database.
  static let globals = "'g"

  /// `nodes`: a line a node; in JSON `{"node": "…", "binds": ["…"], "global": true}`.
  func listNodes() {
    awaited = "the list of nodes"
    db_family(Self.listeners) { listeners in
      db_family(Self.globals) { globals in
        for (id, binds) in Self.sorted(listeners) where id != self.session.node.id {
          let addresses = (binds.array ?? []).compactMap(\.string)
          let isGlobal = globals[id] != nil
          self.print(
            Self.line(id, .string(addresses.joined(separator: ","))) + (isGlobal ? "\tglobal" : ""),
            json: [
              "node": .string(id), "binds": .array(addresses.map(Value.string)),
              "global": .bool(isGlobal),
            ])
        }
        self.finish(.success)
      }
    }
  }

  /// `get`: a line a key; in JSON `{"key": "…", "value": …}`.
  func get(_ family: String) {
    awaited = "the family \(family)"
    db_family(family) { contents in
      for (key, value) in Self.sorted(contents) {
        self.print(Self.line(key, value), json: ["key": .string(key), "value": value])
      }
      self.finish(.success)
    }
  }

  /// `watch`: a line a change, all keys as added at first; in JSON
  /// `{"change": "added", "key": "…", "value": …}`.
  func watch(_ family: String) {
    awaited = "changes of the family \(family)"
    var left = options.count ?? .max
    if left == 0 { return finish(.success) }
    session.bearsLostSeeds = true
    keep(
      db_mon(family) { contents, added, changed, deleted in
        let changes: [(FamilyChange, [String])] = [
          (.added, added), (.changed, changed), (.deleted, deleted),
        ]
        for (change, keys) in changes {
          for key in keys.sorted() where left > 0 && !self.isOver {
            self.printChange(change, key, contents[key])
            left -= 1
          }
        }
        if left == 0 { self.finish(.success) }
      })
  }

  private func printChange(_ change: FamilyChange, _ key: String, _ value: Value?) {
    var json: TextDictionary<Value> = ["change": .string(change.rawValue), "key": .string(key)]
    if change != .deleted { json["value"] = value ?? .null }
    print(
      Style.paint("\(change.sign) \(Self.line(key, value ?? .null))", change.style), json: json)
  }

  private static func line(_ key: String, _ value: Value) -> Shown {
    value.isNull ? "\(key)" : "\(key)\t\(Printer.plain(value))"
  }

  private static func sorted(_ family: TextDictionary<Value>) -> [(key: String, value: Value)] {
    family.sorted { $0.key < $1.key }
  }
}

/// How a key of a family has changed.
private enum FamilyChange: String {
  case added, changed, deleted

  var sign: String {
    switch self {
    case .added: "+"
    case .changed: "~"
    case .deleted: "-"
    }
  }

  var style: Style {
    switch self {
    case .added: .good
    case .changed: .notable
    case .deleted: .bad
    }
  }
}
