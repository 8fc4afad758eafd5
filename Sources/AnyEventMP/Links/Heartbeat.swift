import AnyEvent

/// Finds out which connected nodes do not live any more.
///
/// A connection on which nothing was received for a while gets a request that any node answers; one
/// that stays silent is closed. One timer for all connections, none for a message: each only notes
/// that it has heard something. Silence is counted in ticks of that timer, of which a stall of our own
/// loop can make one at most; and before a node is convicted the loop looks once more for what may
/// have arrived meanwhile.
final class Heartbeat {
  private unowned let node: Node
  /// Seconds of silence after which a node is asked for a sign of life; 0: never.
  var interval = 15.0 { didSet { restart() } }
  /// Seconds of silence after which a connection is closed.
  var timeout = 45.0 { didSet { restart() } }
  private var timer: TimerWatcher?
  private var lastLook: TimerWatcher?
  /// A port name that no port has: an answer to it is heard and dropped.
  private static let answerPort = "-"

  init(node: Node) {
    self.node = node
  }

  /// Seconds of a tick.
  private var unit: Double { max(0.001, min(interval, timeout) / 3) }

  /// Begins to look after the connections, if that is not under way.
  func start() {
    guard timer == nil, interval > 0, !node.isClosed else { return }
    timer = node.loop.timer(after: unit) { [unowned self] in
      timer = nil
      tick()
    }
  }

  func stop() {
    timer = nil
    lastLook = nil
  }

  private func restart() {
    guard timer != nil || interval > 0 else { return }
    stop()
    start()
  }

  /// Somebody proves to be the node at the other end of this connection, and wants a new one: the
  /// old one must show soon that it lives.
  func suspect(_ link: Link) {
    guard interval > 0, !link.isSuspected else { return }
    link.isSuspected = true
    link.hasHeard = false
    // The tick under way has begun before.
    link.silence = -unit
    ask(link)
    start()
  }

  private func tick() {
    var dead = false
    var isUsed = false
    for entry in node.entries.values {
      guard let link = entry.link else { continue }
      isUsed = true
      if link.hasHeard {
        hear(link)
      } else {
        let before = link.silence
        link.silence += unit
        if before < interval, link.silence >= interval, !link.isSuspected { ask(link) }
        if isDead(link) { dead = true }
      }
    }
    if dead {
      lastLook = node.loop.timer(after: 0) { [unowned self] in convict() }
    }
    if isUsed { start() }
  }

  private func hear(_ link: Link) {
    link.hasHeard = false
    link.silence = 0
    guard link.isSuspected else { return }
    link.isSuspected = false
    node.switchboard.provedAlive(link.entry.id)
  }

  private func isDead(_ link: Link) -> Bool {
    // Ticks are sums of fractions.
    link.silence > (link.isSuspected ? interval : timeout) - unit / 2
  }

  private func convict() {
    lastLook = nil
    let links = node.entries.values.compactMap(\.link).sorted { $0.entry.id < $1.entry.id }
    for link in links where !link.hasHeard && isDead(link) {
      link.fail("no sign of life")
    }
  }

  private func ask(_ link: Link) {
    let message: [Value] = [.string("snd"), .string("\(node.id)#\(Self.answerPort)")]
    message.withUnsafeBufferPointer { link.send(to: "", $0) }
  }
}
