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
    onLoop { system in
      system.enter { node in
        guard !system.isClosed else { return }
        system.makePorts(on: node)
        node.database[Self.family(kind)].register(id, name)
      }
    }
  }

  /// Takes an actor of this node from the list again.
  public func checkOut<Act>(
    _ actor: Act, kind: String = NodeActorSystem.kind(of: Act.self)
  ) where Act: DistributedActor, Act.ActorSystem == NodeActorSystem {
    let id = actor.id
    onLoop { system in system.enter { $0.database[Self.family(kind)].remove(id) } }
  }

  /// The actors of a type that are listed, and then those that come, until the task is cancelled or the system closed.
  ///
  ///     for await worker in system.listing(of: Worker.self) { … }
  public func listing<Act>(
    of type: Act.Type, kind: String = NodeActorSystem.kind(of: Act.self)
  ) -> AsyncCompactMapSequence<AsyncStream<(id: PortID, name: String)>, Act>
  where Act: DistributedActor, Act.ActorSystem == NodeActorSystem {
    entries(kind).compactMap { [self] entry in try? type.resolve(id: entry.id, using: self) }
  }

  /// The first actor that is listed under this name; waits for one.
  ///
  /// - Throws: `CancellationError`, and ``DistributedCallError/systemClosed``.
  public func find<Act>(
    _ type: Act.Type, named name: String, kind: String = NodeActorSystem.kind(of: Act.self)
  ) async throws -> Act where Act: DistributedActor, Act.ActorSystem == NodeActorSystem {
    for await entry in entries(kind) where Text(entry.name) == Text(name) {
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

  /// The entries of a list, and then those that are added or changed.
  private func entries(_ kind: String) -> AsyncStream<(id: PortID, name: String)> {
    AsyncStream { entries in
      let isOpen = onLoop { system in
        system.enter { node in
          guard !system.isClosed else { return entries.finish() }
          let subscription = node.database[Self.family(kind)].monitor { family, added, changed, _ in
            for key in (added + changed).sorted() {
              entries.yield((PortID(key), family[key]?.string ?? ""))
            }
          }
          let number = system.addDependent { entries.finish() }
          let end = LoopBound {
            subscription?.cancel()
            system.removeDependent(number)
          }
          entries.onTermination = { [unowned system] _ in system.onLoop { _ in end.call() } }
        }
      }
      if !isOpen { entries.finish() }
    }
  }
}

/// What only the loop's thread calls.
private struct LoopBound: @unchecked Sendable {
  let call: () -> Void

  init(_ call: @escaping () -> Void) { self.call = call }
}
