internal import AEValue
public import AnyEventMP
public import Distributed

// Names: actors are found through the global database, in a family for each kind of actors.

extension NodeActorSystem {
  /// Lists an actor under a name, until it ends or is checked out.
  ///
  /// Any thread may call it. The names are in the family `actors/KIND` of the global database: its keys are the ids
  /// of the actors, its values the names.
  ///
  /// - Parameters:
  ///   - actor: The actor.
  ///   - name: The name; several actors may share it.
  ///   - kind: The list, by default the name of the actor's type without its module.
  public func checkIn<Act>(
    _ actor: Act, as name: String, kind: String = NodeActorSystem.kind(of: Act.self)
  ) where Act: DistributedActor, Act.ActorSystem == NodeActorSystem {
    let id = actor.id
    onLoop { [self] residence in
      guard !isClosed else { return }
      makePorts(on: residence.node)
      let family = residence.node.database[Self.family(kind)]
      family.set(id, to: name)
      let key = Listed(id: id, kind: Text(kind))
      guard residence.listed[key] == nil else { return }
      // An actor has one monitor, however often it is checked in.
      residence.listed[key] = residence.node.monitor(id) { [weak residence] _ in
        family.remove(id)
        residence?.listed[key] = nil
      }
    }
  }

  /// Takes an actor of this node from the list again.
  public func checkOut<Act>(
    _ actor: Act, kind: String = NodeActorSystem.kind(of: Act.self)
  ) where Act: DistributedActor, Act.ActorSystem == NodeActorSystem {
    let id = actor.id
    onLoop { residence in
      residence.listed.removeValue(forKey: Listed(id: id, kind: Text(kind)))?.cancel()
      residence.node.database[Self.family(kind)].remove(id)
    }
  }

  /// The listed actors of a type, and then further ones as they are listed.
  ///
  /// Each is given out once, and again only if it was gone meanwhile. The sequence keeps at most as many actors as
  /// the list has. For one task.
  ///
  /// It ends when the task is cancelled, and when the system, its node or its loop is closed.
  ///
  ///     for await worker in system.listing(of: Worker.self) { … }
  public func listing<Act>(
    of type: Act.Type, kind: String = NodeActorSystem.kind(of: Act.self)
  ) -> AsyncCompactMapSequence<AsyncStream<(id: PortID, name: String)>, Act>
  where Act: DistributedActor, Act.ActorSystem == NodeActorSystem {
    entries(kind, withChanges: false).compactMap { [self] entry in
      try? type.resolve(id: entry.id, using: self)
    }
  }

  /// The first actor that is listed under this name; waits for one.
  ///
  /// - Throws: `CancellationError`, and ``DistributedCallError/systemClosed``.
  public func find<Act>(
    _ type: Act.Type, named name: String, kind: String = NodeActorSystem.kind(of: Act.self)
  ) async throws -> Act where Act: DistributedActor, Act.ActorSystem == NodeActorSystem {
    for await entry in entries(kind, withChanges: true) where Text(entry.name) == Text(name) {
      return try type.resolve(id: entry.id, using: self)
    }
    try Task.checkCancellation()
    throw DistributedCallError.systemClosed
  }

  /// The list that actors of a type are in: the type's name, of a stub made by `@Resolvable` that of its protocol.
  public static func kind<Act: DistributedActor>(of type: Act.Type) -> String {
    let name = "\(type)"
    return name.hasPrefix("$") ? String(name.dropFirst()) : name
  }

  private static func family(_ kind: String) -> String { "actors/" + kind }

  /// The entries of a list, then further ones as they are added, and with changes also those that get another name.
  private func entries(
    _ kind: String, withChanges: Bool
  ) -> AsyncStream<(id: PortID, name: String)> {
    let entries = PendingEntries(withChanges: withChanges)
    // Says that there is something to take: once, however much it is.
    let (signals, signal) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    // A task that waits, because such a wait ends with the loop.
    let task = Task.detached(executorPreference: executor) { [self] in
      try? await waiting { (residence, wait: Suspension<Void>) in
        let monitor = residence.node.database[Self.family(kind)].monitor {
          entries.note($0, added: $1, changed: $2, deleted: $3)
          signal.yield()
        }
        wait.takeBack = { monitor?.cancel() }
      }
      signal.finish()
    }
    signal.onTermination = { _ in task.cancel() }
    return AsyncStream {
      if let entry = entries.take() { return entry }
      for await _ in signals {
        if let entry = entries.take() { return entry }
      }
      return nil
    }
  }
}

/// An actor in a list.
struct Listed: Hashable {
  let id: PortID
  let kind: Text
}
