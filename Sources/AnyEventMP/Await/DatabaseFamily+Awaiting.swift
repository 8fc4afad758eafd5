public import AnyEvent

extension DatabaseFamily {
  /// The contents of the family.
  ///
  /// Waits until there is a global node that answers. Cancelling the task takes the question back. Corresponds to Perl's
  /// `db_family $family => Coro::rouse_cb`.
  /// - Throws: ``NodeClosedError`` when this node is closed; `CancellationError` when the task is cancelled;
  ///   `CondVarError` when the loop is closed.
  public func contents() async throws -> TextDictionary<Value> {
    try await ask(.family).hash ?? [:]
  }

  /// The keys of the family, in no order.
  ///
  /// - Throws: The errors of ``contents()``.
  public func keys() async throws -> [String] {
    (try await ask(.keys).array ?? []).compactMap(\.string)
  }

  /// The values of the family, in no order.
  ///
  /// - Throws: The errors of ``contents()``.
  public func values() async throws -> [Value] { try await ask(.values).array ?? [] }

  private func ask(_ query: DatabaseQuery) async throws -> Value {
    guard let database else { throw NodeClosedError() }
    return try await Node.node(of: database.kernel).suspended { wait in
      let id = database.query(query, name) { wait.resume(returning: $0) }
      wait.takeBack = { [reference = database.reference] in reference.object?.cancelQuery(id) }
    }
  }

  /// The changes of the family from now on; the first is its contents, all keys as added.
  ///
  /// For one task: changes that were not asked for yet are merged by key, so that at most the family, as it was when a
  /// change was last taken and as it is now, is kept. The family is monitored until the sequence and its iterator are
  /// gone. The sequence ends when the task is cancelled, and with the node or the loop. Corresponds to Perl's `db_mon`.
  public var changes: FamilyChanges { FamilyChanges(of: self, database) }
}

/// A change of a family of the global database.
public struct ChangeOfFamily: Sendable {
  /// The contents after the change.
  public let family: TextDictionary<Value>
  /// The keys that are new since the change before, in the order of their bytes.
  public let added: [String]
  /// The keys whose value has changed since then.
  public let changed: [String]
  /// The keys that are gone since then.
  public let deleted: [String]
}

/// The changes of a family, see ``DatabaseFamily/changes``.
public struct FamilyChanges: AsyncSequence {
  /// No error ends it.
  public typealias Failure = Never

  private let source: Source

  /// The subscription, which ends with the last reference.
  fileprivate final class Source {
    let changes = PendingChanges()
    let node: Node?
    private let monitor: Guard?

    init(_ family: DatabaseFamily, _ database: Database?) {
      node = database.map { Node.node(of: $0.kernel) }
      monitor =
        family.monitor { [changes] in changes.add($0, added: $1, changed: $2, deleted: $3) }?
        .guardian
    }
  }

  init(of family: DatabaseFamily, _ database: Database?) { source = Source(family, database) }

  /// An iterator; several share the changes.
  public func makeAsyncIterator() -> Iterator { Iterator(source: source) }

  /// Gives out one change after the other.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let source: Source

    /// The next change, nil at the end.
    public mutating func next(isolation actor: isolated (any Actor)?) async -> ChangeOfFamily? {
      await step()
    }

    /// The next change, for callers that are on the loop's thread.
    public mutating func next() async -> ChangeOfFamily? { await step() }

    private func step() async -> ChangeOfFamily? {
      guard let node = source.node else { return nil }
      node.loop.preconditionAwaiting("the changes of a family")
      while !Task.isCancelled {
        if let change = source.changes.take() { return change }
        guard await source.changes.tasks.wait(on: node) else { return nil }
      }
      return nil
    }
  }
}

/// The changes of a family since they were last taken.
private final class PendingChanges {
  private enum Kind {
    case added
    case changed
    case deleted
  }

  let tasks = WaitingTasks()
  private var family: TextDictionary<Value> = [:]
  private var kinds: TextDictionary<Kind> = [:]
  /// True from the first change until it is taken, even if the family is empty; false afterwards, nil before.
  private var isFirst: Bool?

  func add(
    _ family: TextDictionary<Value>, added: [String], changed: [String], deleted: [String]
  ) {
    self.family = family
    if isFirst == nil { isFirst = true }
    for key in added { kinds[key] = kinds[key] == .deleted ? .changed : .added }
    for key in changed where kinds[key] != .added { kinds[key] = .changed }
    for key in deleted { kinds[key] = kinds[key] == .added ? nil : .deleted }
    if isFirst == true || !kinds.isEmpty { tasks.wake() }
  }

  func take() -> ChangeOfFamily? {
    guard isFirst == true || !kinds.isEmpty else { return nil }
    isFirst = false
    let kinds = kinds
    self.kinds = [:]
    func keys(_ kind: Kind) -> [String] { kinds.filter { $0.value == kind }.map(\.key).sorted() }
    return ChangeOfFamily(
      family: family, added: keys(.added), changed: keys(.changed), deleted: keys(.deleted))
  }
}
