import AnyEventMP

/// `wait`: ends when there are enough nodes, ports or keys, or, with a count of 0, none any more.
final class Wait {
  private let errand: Errand
  private let subject: NetworkCommand.Subject
  private let name: String
  private let count: Int
  /// The wanted nodes that the database knows.
  private var known: TextSet = []
  /// The known nodes that have answered.
  private var answering: TextSet = []
  /// The monitors at the moment, by node, or by the port's id.
  private var watches: TextDictionary<Guard> = [:]
  /// The number of the last question for a port: answers to earlier ones do not count.
  private var serial = 0
  private lazy var answers = errand.answerPort { answer in
    if let id = answer[0].string { self.answered(id, answer[1].int) }
  }

  /// How long (s) to wait before a missing node or port is asked again.
  private static let pause = 0.1

  init(_ errand: Errand, for subject: NetworkCommand.Subject, _ name: String, count: Int) {
    self.errand = errand
    self.subject = subject
    self.name = name
    self.count = count
  }

  func begin() {
    errand.session.bearsUnreachableSeeds = true
    errand.awaited =
      switch count {
      case 0: "the \(subject.rawValue) \(name) to go"
      case 1: "the \(subject.rawValue) \(name)"
      default: "\(count) of the \(subject.rawValue) \(name)"
      }
    errand.keep(Guard { self.watches = [:] })
    switch subject {
    case .family: waitForFamily()
    case .node: waitForNodes()
    case .port: askForPort()
    }
  }

  private func done() { errand.finish(.success) }

  // MARK: Family

  private func waitForFamily() {
    let check = { (number: Int) in
      if self.count == 0 ? number == 0 : number >= self.count { self.done() }
    }
    // A monitor does not report a family that is empty from the start.
    db_keys(name) { keys in check(keys.count) }
    errand.keep(db_mon(name) { family, _, _, _ in check(family.count) })
  }

  // MARK: Nodes

  private func waitForNodes() {
    db_keys(Errand.listeners) { ids in self.nodesChanged(ids) }
    errand.keep(
      db_mon(Errand.listeners) { family, _, _, _ in self.nodesChanged(Array(family.keys)) })
  }

  /// Asks the nodes that the database knows: they count when they have answered.
  private func nodesChanged(_ ids: [String]) {
    known = TextSet(ids.filter { isWanted($0) && $0 != errand.session.node.id })
    answering.formIntersection(known)
    if count == 0 {
      if known.isEmpty { done() }
    } else {
      for id in known { ask(id) }
    }
  }

  /// Whether a node is wanted: a name that ends in "/" or "*" stands for all ids that begin so.
  private func isWanted(_ id: String) -> Bool {
    if name.hasSuffix("*") { return id.hasPrefix(String(name.dropLast())) }
    return name.hasSuffix("/") ? id.hasPrefix(name) : id == name
  }

  private func ask(_ id: String) {
    guard !errand.isOver, known.contains(id), watches[id] == nil else { return }
    watches[id] = mon(id) {
      self.answering.remove(id)
      after(Self.pause) {
        self.watches[id] = nil
        self.ask(id)
      }
    }
    snd(id, "snd", answers, id)
  }

  private func answered(_ id: String, _ number: Int?) {
    if subject == .port {
      if watches[id] != nil, number == serial { done() }
      return
    }
    if known.contains(id) { answering.insert(id) }
    if answering.count >= count { done() }
  }

  // MARK: Port

  /// Whether a node that cannot be reached is gone: it may be the tool that is cut off.
  private func canTell(of node: String) -> Bool {
    let session = errand.session
    return session.connected.contains(node) || !session.node.connectedNodes.isEmpty
  }

  private func askForPort() {
    guard !errand.isOver else { return }
    let target = PortID(name)
    watches[name] = mon(target) {
      if self.count == 0, self.canTell(of: target.node) { return self.done() }
      self.watches[self.name] = nil
      after(Self.pause) { self.askForPort() }
    }
    // A node without such a port says so before it answers this.
    serial += 1
    if count > 0 { snd(target.node, "snd", answers, name, serial) }
  }
}
