import AnyEventMP

/// `wait`: ends when there are so many of something, or, with a count of 0, none any more.
final class Wait {
  private let session: NetworkSession
  private let subject: NetworkCommand.Subject
  private let name: String
  private let count: Int
  /// Nodes that have answered, for as long as the database knows them.
  private var answering: Set<String> = []
  private var asked: Set<String> = []
  private var known: Set<String> = []

  /// How long (s) to wait before something is asked again that was not there.
  private static let pause = 0.1

  init(_ session: NetworkSession, for subject: NetworkCommand.Subject, _ name: String) {
    self.session = session
    self.subject = subject
    self.name = name
    count = session.command.options.count ?? 1
  }

  func begin() {
    session.bearsUnreachableSeeds = true
    session.awaited =
      count == 0
      ? "the \(subject.rawValue) \(name) to go"
      : count == 1
        ? "the \(subject.rawValue) \(name)" : "\(count) of the \(subject.rawValue) \(name)"
    switch subject {
    case .family: waitForFamily()
    case .node: waitForNodes()
    case .port: waitForPort()
    }
  }

  private func done() { session.finish(.success) }

  // MARK: Family

  private func waitForFamily() {
    let isEnough = { (keys: Int) in self.count == 0 ? keys == 0 : keys >= self.count }
    // What monitors nothing is told of nothing: so the question, too.
    db_keys(name) { keys in if isEnough(keys.count) { self.done() } }
    db_mon(name) { family, _, _, _ in if isEnough(family.count) { self.done() } }
  }

  // MARK: Nodes

  /// Nodes that the database knows count when they have answered us.
  private func waitForNodes() {
    db_keys(NetworkSession.listeners) { ids in self.nodesChanged(ids) }
    db_mon(NetworkSession.listeners) { family, _, _, _ in self.nodesChanged(Array(family.keys)) }
  }

  private func nodesChanged(_ ids: [String]) {
    known = Set(ids.filter { isWanted($0) && $0 != session.node.id })
    answering.formIntersection(known)
    if count == 0 {
      if known.isEmpty { done() }
    } else {
      for id in known { ask(id) }
      check()
    }
  }

  /// A name that ends in "/" or "*" stands for all that begin so.
  private func isWanted(_ id: String) -> Bool {
    if name.hasSuffix("*") { return id.hasPrefix(String(name.dropLast())) }
    return name.hasSuffix("/") ? id.hasPrefix(name) : id == name
  }

  private func ask(_ id: String) {
    guard !session.isFinished, known.contains(id), asked.insert(id).inserted else { return }
    mon(id) { _ in
      self.answering.remove(id)
      after(Self.pause) {
        self.asked.remove(id)
        self.ask(id)
      }
    }
    let answer = port {
      if self.known.contains(id) { self.answering.insert(id) }
      self.check()
    }
    snd(id, "snd", answer)
  }

  private func check() {
    if answering.count >= count { done() }
  }

  // MARK: Port

  private func waitForPort() {
    guard !session.isFinished else { return }
    let target = PortID(name)
    mon(target) { reason in
      if self.count == 0 { return self.done() }
      after(Self.pause) { self.waitForPort() }
    }
    guard count > 0 else { return }
    // A node that has not answered the question for the port yet answers it before this one.
    var isAlive = true
    let answer = port { if isAlive { self.done() } }
    mon(target) { _ in isAlive = false }
    snd(target.node, "snd", answer)
  }
}
