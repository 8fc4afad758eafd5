import AnyEvent

/// Finds out which connected nodes do not live any more, and lets the others know that we do.
///
/// One timer for all connections, none for a message: each only notes that it has heard something, and a
/// ``Liveness`` says what follows from that. A node on whose connection we send nothing hears from us
/// nevertheless; before one is convicted the loop looks once more for what may have arrived meanwhile.
final class Heartbeat {
  private unowned let peers: Peers
  /// Seconds of silence after which a node is asked for a sign of life, and after which we give one
  /// ourselves; 0: never, and nobody is convicted.
  var interval = 5.0 { didSet { restart() } }
  /// Seconds of silence after which a connection is closed.
  var timeout = 15.0 { didSet { restart() } }
  private var timer: TimerWatcher?
  private var lastLook: TimerWatcher?
  private var lastTick = 0.0
  /// A port name that no port has: an answer to it is heard and dropped.
  private static let answerPort = "-"
  /// The key in our greeting which says how often (s) we say something.
  static let greetingKey = "x-heartbeat"

  init(peers: Peers) {
    self.peers = peers
  }

  var rules: Liveness.Rules { Liveness.Rules(heartbeat: interval, timeout: timeout) }

  /// How often (s) a node says something that greets us like this; nil: it does not say.
  static func promise(of greeting: String?) -> Double? {
    greeting.flatMap(Double.init).flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
  }

  /// Begins to look after the connections, if that is not under way.
  func start() {
    guard timer == nil, interval > 0, !peers.isClosed else { return }
    lastTick = peers.loop.monotonicNow
    arm()
  }

  private func arm() {
    // A callback of the tick under way may have turned it off, or closed the node.
    guard interval > 0, !peers.isClosed else { return }
    timer = peers.loop.timer(after: rules.unit) { [unowned self] in
      timer = nil
      tick()
    }
  }

  func stop() {
    timer = nil
    lastLook = nil
  }

  private func restart() {
    stop()
    start()
  }

  /// Somebody proves to be the node at the other end of this connection, and wants a new one: the
  /// old one must show soon that it lives.
  func suspect(_ link: Link) {
    guard interval > 0, !link.liveness.isSuspected else { return }
    link.hasHeard = false
    link.liveness.suspect(rules)
    ask(link)
    start()
  }

  private func tick() {
    let rules = rules
    let seconds = peers.loop.monotonicNow - lastTick
    lastTick += seconds
    var isAnyDead = false
    var isUsed = false
    for entry in peers.entries.values {
      guard let link = entry.link else { continue }
      isUsed = true
      let wasSuspected = link.liveness.isSuspected
      let step = link.liveness.tick(after: seconds, link.line, rules)
      link.hasHeard = false
      if wasSuspected, !link.liveness.isSuspected { peers.switchboard.provedAlive(entry.id) }
      switch step {
      case .nothing: break
      case .sayHello: link.sendKeepAlive()
      case .ask: ask(link)
      case .giveUp: isAnyDead = true
      }
    }
    if isAnyDead, interval > 0 {
      lastLook = peers.loop.timer(after: 0) { [unowned self] in convict(rules) }
    }
    if isUsed { arm() }
  }

  private func convict(_ rules: Liveness.Rules) {
    lastLook = nil
    let links = peers.entries.values.compactMap(\.link).sorted { $0.entry.id < $1.entry.id }
    for link in links where !link.hasHeard && link.liveness.isDead(rules) {
      link.fail("no sign of life")
    }
  }

  private func ask(_ link: Link) {
    let message: [Value] = [.string("snd"), .string("\(peers.id)#\(Self.answerPort)")]
    message.withUnsafeBufferPointer { link.send(to: "", $0) }
    link.liveness.asked(link.line, rules)
  }
}

extension Link {
  /// What the connection has been doing, and whether it has heard anything since the last tick.
  fileprivate var line: Liveness.Line {
    let stream = stream
    return Liveness.Line(
      hasHeard: hasHeard, sent: stream.sentCount, queued: stream.queuedCount,
      traffic: { stream.traffic })
  }
}
