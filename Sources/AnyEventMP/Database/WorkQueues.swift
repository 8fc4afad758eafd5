import AEValue

/// The work of a global node that is left for later turns of the loop, by the node that it is for.
///
/// For each node it is done in order; the nodes take turns.
struct WorkQueues {
  /// The work for one node, which is listed in ``turns`` as long as this exists.
  private struct Queue {
    /// The next one is at `next`; before it there is nothing.
    private var items: [GlobalWork?] = []
    private var next = 0
    /// How many requests of each kind these are.
    private var answers = 0
    private var families = 0
    private var everything = 0
    /// The sum of what they count for.
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

    var isEmpty: Bool { next == items.count }

    mutating func append(_ work: GlobalWork) {
      items.append(work)
      add(1, of: work)
    }

    /// Puts work before all that is there.
    mutating func prepend(_ work: GlobalWork) {
      if next == 0 {
        items.insert(work, at: 0)
      } else {
        next -= 1
        items[next] = work
      }
      add(1, of: work)
    }

    mutating func popFirst() -> GlobalWork? {
      if next == items.count { return nil }
      let work = items[next]
      items[next] = nil
      next += 1
      if let work { add(-1, of: work) }
      if next == items.count || next > 64 && next * 2 > items.count {
        items.removeFirst(next)
        next = 0
      }
      return work
    }
  }

  private var queues: TextDictionary<Queue> = [:]
  /// The nodes in the order of their turns; those before `next` have had theirs.
  private var turns: [String] = []
  private var next = 0
  /// How much work is left.
  private var count = 0
  /// The sum of what that counts for.
  private(set) var weight = 0

  /// Whether no work is left.
  var isEmpty: Bool { count == 0 }

  /// Whether work is left for that node.
  func isWaiting(_ node: String) -> Bool { queues[node]?.isEmpty == false }

  /// How many requests of that node wait for that.
  func count(_ kind: DatabaseRequest.Kind, of node: String) -> Int {
    queues[node]?.count(kind) ?? 0
  }

  /// What the work for that node counts for.
  func weight(of node: String) -> Int { queues[node]?.weight ?? 0 }

  /// Adds work behind what that node has.
  mutating func append(_ work: GlobalWork, for node: String) {
    list(node)
    queues[node]?.append(work)
    count += 1
    weight += work.weight
  }

  /// Adds work before what that node has: what was taken out goes on, or has become this.
  mutating func prepend(_ work: GlobalWork, for node: String) {
    list(node)
    queues[node]?.prepend(work)
    count += 1
    weight += work.weight
  }

  private mutating func list(_ node: String) {
    if queues[node] != nil { return }
    queues[node] = Queue()
    turns.append(node)
  }

  /// Takes the next work of that node out; nil if there is none.
  mutating func popFirst(_ node: String) -> GlobalWork? {
    guard let work = queues[node]?.popFirst() else { return nil }
    count -= 1
    weight -= work.weight
    return work
  }

  /// Whose turn it is: a node with work, whose next turn comes after all others'.
  mutating func nextNode() -> String? {
    while next < turns.count {
      let node = turns[next]
      next += 1
      if next > 64, next * 2 > turns.count {
        turns.removeFirst(next)
        next = 0
      }
      if isWaiting(node) {
        turns.append(node)
        return node
      }
      queues[node] = nil
    }
    turns.removeAll()
    next = 0
    return nil
  }

  /// That node is gone: nothing is to be done for it any more.
  mutating func drop(_ node: String) {
    while popFirst(node) != nil {}
  }
}
