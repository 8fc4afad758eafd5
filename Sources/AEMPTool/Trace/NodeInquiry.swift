import AnyEvent
import AnyEventMP

/// Asks one node of any program for its connections.
///
/// The first question is whether it knows `x-status`: a Perl node would take that for the name of a
/// function, so it is sent only to nodes that know it. Other nodes are asked which nodes they are
/// connected to, by the expression that Perl's tool uses. Behind each question goes a message that the
/// node relays back: answers come in order, so after that message no answer comes any more.
final class NodeInquiry {
  enum Outcome {
    case status(NodeStatus)
    case upNodes([String])
    /// The node has answered, but not named its connections, for this reason.
    case silent(String)
    case unreachable(String)
  }

  private let id: String
  private let done: (Outcome) -> Void
  private var answerPort: PortID?
  private var monitor: Guard?
  private var timer: TimerWatcher?
  /// Called with the next answer; nil when there was one.
  private var take: ((Message?) -> Void)?
  /// The number of the last question.
  private var serial = 0
  private var isFinished = false
  private var askedAt = ContinuousClock.now
  /// The least time (s) in which a question was answered; the first one may have made the connection.
  private(set) var roundTrip: Double?

  private static let upNodes = "AnyEvent::MP::Kernel::up_nodes"

  init(_ id: String, done: @escaping (Outcome) -> Void) {
    self.id = id
    self.done = done
  }

  /// Starts; `done` is called once, at the latest after so many seconds.
  func begin(on loop: Loop, patience: Double) {
    let answers = port { (message: Message) in self.received(message) }
    answerPort = answers
    monitor = mon(id) { reason in self.finish(.unreachable(Self.text(of: reason))) }
    timer = loop.timer(after: patience) {
      self.finish(.unreachable("no answer within \(Printer.number(patience)) s"))
    }
    ask(["can", "x-status", .string(answers.id)]) { answer in
      if answer?[0].string == "1" { self.askForStatus() } else { self.askForNodes() }
    }
  }

  private func askForStatus() {
    guard let answerPort else { return }
    ask(["x-status", .string(answerPort.id)]) { answer in
      guard let status = answer.flatMap({ NodeStatus(messageValue: $0[0]) }) else {
        return self.askForNodes()
      }
      self.finish(.status(status))
    }
  }

  private func askForNodes() {
    guard let answerPort else { return }
    ask(["eval", .string(Self.upNodes), .string(answerPort.id)]) { answer in
      guard let answer else { return self.finish(.silent("it is secure")) }
      let problem = answer[0].string ?? ""
      guard problem.isEmpty else { return self.finish(.silent(problem)) }
      self.finish(.upNodes(answer[1...].compactMap(\.string)))
    }
  }

  /// Asks; `take` gets the answer without its tag and number, or nil when none will come.
  private func ask(_ request: [Value], _ take: @escaping (Message?) -> Void) {
    guard let answerPort else { return }
    self.take = take
    serial += 1
    askedAt = .now
    snd(Message([.string(id)] + request + ["answer", .int(serial)]))
    snd(id, "snd", answerPort, "end", serial)
  }

  private func received(_ message: Message) {
    guard message[1].int == serial, let take else { return }
    roundTrip = min(roundTrip ?? .infinity, (ContinuousClock.now - askedAt).seconds)
    self.take = nil
    take(message[0].string == "answer" ? message[2...] : nil)
  }

  private func finish(_ outcome: Outcome) {
    guard !isFinished else { return }
    cancel()
    done(outcome)
  }

  /// Ends the inquiry without calling `done`.
  func cancel() {
    guard !isFinished else { return }
    isFinished = true
    take = nil
    monitor = nil
    timer = nil
    if let answerPort { kil(answerPort) }
  }

  /// The sentence in the reason of a monitor.
  private static func text(of reason: Message) -> String {
    reason[0].string == "transport_error" && reason.count > 2
      ? reason[2].string ?? "" : Printer.plain(reason)
  }
}
