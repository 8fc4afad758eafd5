import AEValue

/// The work that a global node leaves for later turns of the loop, by the node that it is for.
///
/// The work for one node is done in order; the nodes take turns.
struct WorkQueues {
  /// The work for one node, which is listed in ``turns`` while this exists.
  private struct NodeWork {
    private var items = Queue<GlobalWork>()
    /// The number of waiting requests of each kind.
    private var answers = 0
    private var families = 0
    private var everything = 0
    /// The sum of the weights.
    private(set) var weight = 0

    func count(_ kind: DatabaseRequest.Kind) -> Int {
      switch kind {
      case .answer: answers
      case .family: families
      case .everything: everything
      case .nothing: 0
      }
    }

    private mutating func add(_ number: Int, of work: GlobalWork) {
      weight += number * work.weight
      switch work.requestKind {
      case .answer: answers += number
      case .family: families += number
      case .everything: everything += number
      case .nothing, nil: break
      }
    }

    var isEmpty: Bool { items.isEmpty }

    mutating func append(_ work: GlobalWork) {
      items.append(work)
      add(1, of: work)
    }

    /// Puts work before all other work of the node.
    mutating func prepend(_ work: GlobalWork) {
      items.prepend(work)
      add(1, of: work)
    }

    mutating func popFirst() -> GlobalWork? {
      let work = items.popFirst()
      if let work { add(-1, of: work) }
      return work
    }
  }

  private var queues: TextDictionary<NodeWork> = [:]
  /// The nodes in the order of their turns.
  private var turns = Queue<String>()
  /// The number of pieces of work.
  private var count = 0
  /// The sum of their weights.
  private(set) var weight = 0

  /// Whether no work is left.
  var isEmpty: Bool { count == 0 }

  /// Whether work for this node is left.
  func isWaiting(_ node: String) -> Bool { queues[node]?.isEmpty == false }

  /// The number of waiting requests of this kind from one node.
  func count(_ kind: DatabaseRequest.Kind, of node: String) -> Int {
    queues[node]?.count(kind) ?? 0
  }

  /// The sum of the weights of the work for one node.
  func weight(of node: String) -> Int { queues[node]?.weight ?? 0 }

  /// Adds work behind the other work for a node.
  mutating func append(_ work: GlobalWork, for node: String) {
    list(node)
    queues[node]?.append(work)
    count += 1
    weight += work.weight
  }

  /// Puts back work that was begun, before the other work for its node.
  mutating func prepend(_ work: GlobalWork, for node: String) {
    list(node)
    queues[node]?.prepend(work)
    count += 1
    weight += work.weight
  }

  private mutating func list(_ node: String) {
    if queues[node] != nil { return }
    queues[node] = NodeWork()
    turns.append(node)
  }

  /// Takes out the next work for a node; nil if there is none.
  mutating func popFirst(_ node: String) -> GlobalWork? {
    guard let work = queues[node]?.popFirst() else { return nil }
    count -= 1
    weight -= work.weight
    return work
  }

  /// The node whose turn it is, with work left; its next turn comes after those of all others.
  mutating func nextNode() -> String? {
    while let node = turns.popFirst() {
      if isWaiting(node) {
        turns.append(node)
        return node
      }
      queues[node] = nil
    }
    return nil
  }

  /// Drops the work for a node that is gone.
  mutating func drop(_ node: String) {
    while popFirst(node) != nil {}
  }
}
