import AnyEvent

/// Finds connected nodes that do not live any more, and sends signs of life of this node.
///
/// One timer serves all links, and a message costs only a flag: each link notes that data arrived, and its
/// ``Liveness`` draws the conclusions. A link on which this node sends nothing gets an empty packet from time to
/// time. Before a link is closed, the loop looks once more for data that has arrived meanwhile.
final class Heartbeat {
  private unowned let peers: Peers
  /// The seconds of silence after which a node is asked for a sign of life, and after which this node gives one.
  ///
  /// With 0 no node is asked, and silence closes no connection.
  var interval = 5.0 { didSet { if interval != oldValue { restart() } } }
  /// The seconds of silence after which a connection is closed.
  var timeout = 15.0 { didSet { if timeout != oldValue { restart() } } }
  private var timer: TimerWatcher?
  private var lastLook: TimerWatcher?
  private var lastTick = 0.0
  /// A port name that no port has, so that the answer is received and dropped.
  private static let answerPort = "-"
  /// The greeting key for the seconds between two signs of life of a node.
  static let greetingKey = "x-heartbeat"

  init(peers: Peers) {
    self.peers = peers
  }

  var rules: Liveness.Rules { Liveness.Rules(heartbeat: interval, timeout: timeout) }

  /// The seconds between two signs of life by the value of the greeting key; nil without a promise.
  static func promise(of greeting: String?) -> Double? {
    greeting.flatMap(Double.init).flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
  }

  /// Starts the timer, unless it runs.
  func start() {
    guard timer == nil, interval > 0, !peers.isClosed else { return }
    lastTick = peers.loop.monotonicNow
    arm()
  }

  private func arm() {
    // A callback of the tick under way may have turned the heartbeat off, or closed the node.
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

  /// Makes a link show soon that it lives, because another connection has proven to be from the same node.
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
    for peer in peers.entries.values {
      guard let link = peer.link else { continue }
      isUsed = true
      link.giveBackIfIdle()
      if link.queuedBytes > 0 { link.stream.noteQueue() }
      let wasSuspected = link.liveness.isSuspected
      let step = link.liveness.tick(after: seconds, link.line, rules)
      link.hasHeard = false
      if wasSuspected, !link.liveness.isSuspected { peers.switchboard.provedAlive(peer.id) }
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
    let links = peers.entries.values.compactMap(\.link).sorted { $0.peer.id < $1.peer.id }
    for link in links where !link.hasHeard && link.liveness.isDead(rules) {
      peers.counts.convictions += 1
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
  /// The activity of the link since the last tick.
  fileprivate var line: Liveness.Line {
    let stream = stream
    return Liveness.Line(
      hasHeard: hasHeard, sent: stream.sentCount, queued: stream.queuedCount,
      traffic: { stream.traffic })
  }
}
