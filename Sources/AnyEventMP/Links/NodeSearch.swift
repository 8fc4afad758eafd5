import AnyEvent

/// The way to a node known only by its name: ask where it listens, dial its addresses in turn.
///
/// It ends by the node's connection or by telling why there is none. A node that nobody knows is asked
/// for again for a while: right after a start, a change of masters or the healing of a partition who
/// is asked may be about to hear of it.
final class NodeSearch {
  private unowned let node: Node
  private let id: String
  private let failed: (String) -> Void
  private var timeLimit: TimerWatcher?
  private var next: TimerWatcher?
  /// Ends the search for a node that nobody knows.
  private var giveUp: TimerWatcher?
  /// How long (s) to wait before asking again.
  private var pause = 0.1
  private var addresses: [String] = []
  private var dials: [Dial] = []
  private var lastFailure = "no address could be reached"

  init(node: Node, id: String, failed: @escaping (String) -> Void) {
    self.node = node
    self.id = id
    self.failed = failed
  }

  deinit {
    for dial in dials { dial.cancel() }
  }

  func start() {
    timeLimit = node.loop.timer(after: node.monitorTimeout) { [unowned self] in
      fail("connect timeout")
    }
    node.database.find(id)
  }

  /// The answer to the question where the node listens.
  func found(_ binds: [String]?) {
    guard addresses.isEmpty, dials.isEmpty else { return }
    guard let binds, !binds.isEmpty else { return askAgain() }
    giveUp = nil
    addresses = binds
    dialNext()
  }

  private func askAgain() {
    if giveUp == nil {
      giveUp = node.loop.timer(after: node.connectInterval) { [unowned self] in
        fail("no known address")
      }
    }
    next = node.loop.timer(after: pause) { [unowned self] in
      next = nil
      node.run { node.database.find(id) }
    }
    pause *= 2
  }

  /// Ends the search without a word.
  func cancel() {
    timeLimit = nil
    next = nil
    giveUp = nil
    node.database.cancelFind(id)
    for dial in dials { dial.cancel() }
    dials = []
  }

  private func dialNext() {
    next = nil
    guard !addresses.isEmpty else { return }
    let dial = Dial(address: addresses.removeFirst())
    dials.append(dial)
    dial.failed = { [weak self, weak dial] failure in
      guard let self, let dial else { return }
      ended(dial, failure)
    }
    dial.connected = { [weak self, weak dial] other in
      // When it is the node itself, nodeUp has ended the search already.
      guard let self, let dial else { return }
      ended(dial, .alreadyConnected(node: other))
    }
    if !addresses.isEmpty {
      next = node.loop.timer(after: node.connectInterval) { [unowned self] in dialNext() }
    }
    node.dial(dial)
  }

  private func ended(_ dial: Dial, _ failure: DialFailure) {
    dials.removeAll { $0 === dial }
    switch failure {
    case .unreachable(let reason): lastFailure = reason
    case .ourselves: lastFailure = "\(dial.address) is this node itself"
    case .alreadyConnected(let other):
      // Another connection to the same node is about to win; nodeUp ends the search then.
      if other == id { return }
      lastFailure = "\(dial.address) is \(other)"
    }
    if !addresses.isEmpty {
      dialNext()
    } else if dials.isEmpty {
      fail(lastFailure)
    }
  }

  private func fail(_ reason: String) {
    withExtendedLifetime(self) {
      cancel()
      node.run { failed(reason) }
    }
  }
}
