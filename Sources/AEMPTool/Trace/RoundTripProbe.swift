import AnyEvent
import AnyEventMP

/// Measures the round trip to a node, and by way of it to another one.
///
/// Any node relays a message that it gets by the request `snd`; so one from A to B and back travels tool,
/// A, B, A, tool. The difference to the round trip to A is the round trip of the connection between the
/// two. The least of a few times counts: all others have waited somewhere.
final class RoundTripProbe {
  private let node: String
  let other: String?
  private let done: (RoundTripProbe) -> Void
  private var answerPort: PortID?
  private var timer: TimerWatcher?
  private var roundsLeft: Int
  private var start = ContinuousClock.now
  private var isFinished = false

  /// The least time to the node and back (s).
  private(set) var toNode: Double?
  /// The least time to the node, the other one, and back that way (s).
  private(set) var toOther: Double?

  /// A probe to a node and, unless `other` is nil, from there to another one.
  init(
    _ node: String, _ other: String?, rounds: Int, done: @escaping (RoundTripProbe) -> Void
  ) {
    self.node = node
    self.other = other
    roundsLeft = rounds
    self.done = done
  }

  /// Starts; `done` is called once, at the latest after so many seconds.
  func begin(on loop: Loop, patience: Double) {
    answerPort = port { (message: Message) in self.received(message[0].int) }
    timer = loop.timer(after: patience) { self.finish() }
    sendToNode()
  }

  private func sendToNode() {
    guard let answerPort else { return }
    start = .now
    snd(node, "snd", answerPort, 1)
  }

  private func sendToOther() {
    guard let answerPort, let other else { return finishRound() }
    start = .now
    snd(node, "snd", other, "snd", node, "snd", answerPort, 2)
  }

  private func received(_ way: Int?) {
    let seconds = (ContinuousClock.now - start).seconds
    if way == 1 {
      toNode = min(toNode ?? .infinity, seconds)
      sendToOther()
    } else {
      toOther = min(toOther ?? .infinity, seconds)
      finishRound()
    }
  }

  private func finishRound() {
    roundsLeft -= 1
    if roundsLeft > 0 { sendToNode() } else { finish() }
  }

  private func finish() {
    guard !isFinished else { return }
    cancel()
    done(self)
  }

  /// Ends the probe without calling `done`.
  func cancel() {
    guard !isFinished else { return }
    isFinished = true
    timer = nil
    if let answerPort { kil(answerPort) }
  }
}
