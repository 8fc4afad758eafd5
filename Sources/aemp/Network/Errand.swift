import AnyEvent
import AnyEventMP

/// One thing that the tool does in the network: asks, waits, prints, and ends with an exit code.
///
/// What it began (ports, monitors, timers) ends with it.
final class Errand {
  unowned let session: NetworkSession
  let options: Options
  let printer: Printer
  /// What is waited for, for a terminal and for the sentence when time is over; empty: nothing.
  var awaited = "an answer"
  /// Called when time is over, before the errand ends: for what is known by then.
  var atTimeLimit: (() -> Void)?
  private let ended: (ExitCode, String?) -> Void
  private(set) var isOver = false
  private var guards: [Guard] = []
  private var timeLimit: TimerWatcher?

  /// An errand that calls `ended` once, with a sentence if there is something to say.
  init(
    _ session: NetworkSession, _ options: Options, _ printer: Printer? = nil,
    ended: @escaping (ExitCode, String?) -> Void
  ) {
    self.session = session
    self.options = options
    self.ended = ended
    self.printer = printer ?? Printer(isJSON: options.json)
  }

  /// Begins to do what a command says.
  func begin(_ action: NetworkCommand.Action) {
    switch action {
    case .send(let port, let message): send(message, to: port)
    case .call(let port, let message): call(port, message)
    case .monitor(let port): monitor(port)
    case .evaluate(let node, let code): evaluate(code, on: node)
    case .restart(let node): restart(node)
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
      // What is shown first may end it, and with that be the end of the last other reference to it.
      let errand = self
      errand.atTimeLimit?()
      var sentence =
        "gave up after \(Printer.number(seconds)) s: still waiting for \(errand.awaited)"
      if let problem = errand.session.seeds.problem { sentence += ", and \(problem)" }
      errand.finish(.timedOut, sentence)
    }
  }

  /// The errand is done; the first call counts.
  func finish(_ code: ExitCode, _ sentence: String? = nil) {
    guard !isOver else { return }
    isOver = true
    timeLimit = nil
    atTimeLimit = nil
    guards = []
    ended(code, sentence)
  }

  /// Prints a result; when nobody reads it, the errand is over.
  func print(_ text: Shown, json: TextDictionary<Value>) {
    if !isOver, !printer.print(text, json: json) { finish(.failure) }
  }

  /// Lets something go when the errand is over.
  func keep(_ guardian: Guard) {
    if !isOver { guards.append(guardian) }
  }

  /// A port that lives as long as the errand.
  func answerPort(_ callback: @escaping (Message) -> Void) -> PortID {
    let answer = port { (message: Message) in callback(message) }
    keep(Guard { kil(answer) })
    return answer
  }

  /// Ends the errand when a port dies, or a node is lost, that it cannot do without.
  func need(_ target: PortID) {
    keep(mon(target) { reason in self.lost(target, reason) })
  }

  /// A port or node that the errand cannot do without is gone.
  func lost(_ target: PortID, _ reason: Message) {
    switch reason[0].string {
    case "transport_error" where session.seeds.refusing.contains(target.node):
      finish(.authenticationRefused, "\(target.node): \(Printer.oneLine(reason[2].string ?? ""))")
    case "transport_error":
      finish(.noSuchNode, "cannot reach \(target.node): \(Printer.oneLine(reason[2].string ?? ""))")
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
