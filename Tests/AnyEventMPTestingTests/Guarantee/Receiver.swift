import AnyEventMP

/// A port that checks what it gets: per stream the numbers 0, 1, 2 … and nothing after its death.
final class Receiver {
  /// A call of `kil` with a reason of its own.
  struct Kill {
    let killer: Member
    let reason: [Value]
    /// How many messages each stream of the killer had sent by then.
    let sent: [Int: Int]
  }

  let host: String
  /// The port's text, as a message would carry it to other nodes.
  let id: String
  /// The port id that its own node has made.
  let port: PortID
  /// Whether its own node has said that it is dead.
  private(set) var isDead = false
  /// How many messages of each stream arrived.
  private(set) var delivered: [Int: Int] = [:]
  private var kills: [Kill] = []
  /// Whether so little may wait in its node that it can be too much.
  private let mayBeFlooded: Bool
  /// Whether somebody has ended it without a reason.
  private var wasEnded = false
  /// The last stream that each sending node has used here.
  private var lastStream: [Int: Int] = [:]
  private let report: (String) -> Void

  init(on node: Node, host: String, report: @escaping (String) -> Void) {
    self.host = host
    self.report = report
    mayBeFlooded = node.queueLimit < 1 << 20
    port = node.port()
    id = port.id
    node.run {
      rcv(port, "m") { [unowned self] (sender: Int, stream: Int, n: Int) in
        got(sender, stream, n)
      }
    }
    node.monitor(port) { [unowned self] reason in
      if isDead { report("\(id) died twice") }
      isDead = true
      if !wasKilled(with: reason) { report("\(id) died of \(reason)") }
    }
  }

  /// The node is gone with all its ports.
  func nodeIsGone() { isDead = true }

  /// A node is about to kill it; `reason` is nothing, or one that nobody else gives.
  func willBeKilled(by killer: Member, _ reason: [Value], sent: [Int: Int]) {
    if reason.isEmpty {
      wasEnded = true
    } else {
      kills.append(Kill(killer: killer, reason: reason, sent: sent))
    }
  }

  func kill(with reason: Message) -> Kill? { kills.first { $0.reason == reason.values } }

  func wasKilled(with reason: Message) -> Bool {
    if reason.first == "too_much_queued" { return mayBeFlooded }
    return reason.isEmpty ? wasEnded : kill(with: reason) != nil
  }

  private func got(_ sender: Int, _ stream: Int, _ n: Int) {
    if isDead { report("\(id) is dead and got message \(n) of stream \(stream)") }
    let wanted = delivered[stream, default: 0]
    if n != wanted { report("\(id) got message \(n) of stream \(stream) instead of \(wanted)") }
    delivered[stream] = n + 1
    if let last = lastStream[sender], last > stream {
      report("\(id) got message \(n) of stream \(stream) after stream \(last) had begun")
    }
    lastStream[sender] = stream
    // What the port has put off must not happen either when it is dead.
    if n % 8 == 0 {
      after(0.02) { [unowned self] in if isDead { report("\(id) is dead and goes on") } }
    }
  }
}
