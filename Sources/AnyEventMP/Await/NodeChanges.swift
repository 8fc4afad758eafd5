import AnyEvent

extension Node {
  /// The nodes that are connected or lost from now on: `for await (node, isUp) in node.nodeChanges`.
  ///
  /// Nodes that are connected already are in ``connectedNodes``. For one task: changes that were not asked for yet are
  /// merged by node, so that at most one of each node is kept. The sequence ends when the task is cancelled, and with the
  /// node or the loop. Corresponds to Perl's `mon_nodes`.
  public var nodeChanges: NodeChanges {
    loop.preconditionAwaiting("nodeChanges")
    return NodeChanges(of: self)
  }
}

/// The nodes that are connected or lost, see ``Node/nodeChanges``.
public struct NodeChanges: AsyncSequence {
  /// No error ends it.
  public typealias Failure = Never

  private let source: Source

  /// The subscription, which ends with the last reference.
  fileprivate final class Source {
    let changes: PendingNodes
    let node: Node
    private let subscription: Guard

    init(_ node: Node) {
      self.node = node
      changes = PendingNodes(node.connectedNodes)
      subscription =
        node.watchNodes { [changes] in
          changes.add($0, isUp: $1)
          _ = $2
        }.guardian
    }
  }

  init(of node: Node) { source = Source(node) }

  /// An iterator; several share the changes.
  public func makeAsyncIterator() -> Iterator { Iterator(source: source) }

  /// Gives out one change after the other.
  public struct Iterator: AsyncIteratorProtocol {
    /// A node's id, and whether it is connected.
    public typealias Element = (node: String, isUp: Bool)

    fileprivate let source: Source

    /// The next change, nil at the end.
    public mutating func next(isolation actor: isolated (any Actor)?) async -> Element? {
      await step()
    }

    /// The next change, for callers that are on the loop's thread.
    public mutating func next() async -> Element? { await step() }

    private func step() async -> Element? {
      source.node.loop.preconditionAwaiting("nodeChanges")
      while !Task.isCancelled {
        if let change = source.changes.take() { return change }
        guard await source.changes.tasks.wait(on: source.node) else { return nil }
      }
      return nil
    }
  }
}

/// The nodes whose state is another one than was last told.
private final class PendingNodes {
  let tasks = WaitingTasks()
  private var told: TextSet
  private var pending: TextDictionary<Change> = [:]
  private var order = WaitingLine<Change>()

  /// A change that was not told yet.
  private final class Change: WaitingMember {
    let node: String
    let isUp: Bool
    var isOver = false

    init(_ node: String, isUp: Bool) {
      self.node = node
      self.isUp = isUp
    }
  }

  init(_ connected: [String]) { told = TextSet(connected) }

  func add(_ node: String, isUp: Bool) {
    guard told.contains(node) != isUp else {
      // Up and down again, or the other way round.
      if let change = pending[node] { forget(change) }
      return
    }
    guard pending[node] == nil else { return }
    let change = Change(node, isUp: isUp)
    pending[node] = change
    order.append(change)
    tasks.wake()
  }

  func take() -> (node: String, isUp: Bool)? {
    guard let change = order.first() else { return nil }
    forget(change)
    if change.isUp { told.insert(change.node) } else { told.remove(change.node) }
    return (change.node, change.isUp)
  }

  private func forget(_ change: Change) {
    pending.removeValue(forKey: change.node)
    change.isOver = true
    order.memberLeft()
  }
}
