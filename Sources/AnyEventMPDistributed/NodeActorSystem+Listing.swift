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
        let list = Self.family(kind)
        if system.listed[id.id]?[list] == nil {
          system.listed[id.id, default: [:]][list] = node.database[list].register(id, name)
        } else {
          node.database[list].set(id.id, to: name)
        }
      }
    }
  }

  /// Takes an actor of this node from the list again.
  public func checkOut<Act>(
    _ actor: Act, kind: String = NodeActorSystem.kind(of: Act.self)
  ) where Act: DistributedActor, Act.ActorSystem == NodeActorSystem {
    let id = actor.id
    onLoop { system in
      let list = Self.family(kind)
      let entry = system.listed[id.id]?.removeValue(forKey: list)
      if system.listed[id.id]?.isEmpty == true { system.listed[id.id] = nil }
      system.enter { node in
        if let entry { entry.cancel() } else { node.database[list].remove(id) }
      }
    }
  }

  /// The actors of a type that are listed, and then those that come.
  ///
  /// Each comes once, though its name may change. It ends when the task is cancelled, and when the system, its node or its loop is closed.
  ///
  ///     for await worker in system.listing(of: Worker.self) { … }
  public func listing<Act>(
    of type: Act.Type, kind: String = NodeActorSystem.kind(of: Act.self)
  ) -> AsyncCompactMapSequence<AsyncStream<(id: PortID, name: String)>, Act>
  where Act: DistributedActor, Act.ActorSystem == NodeActorSystem {
    entries(kind, once: true).compactMap { [self] entry in
      try? type.resolve(id: entry.id, using: self)
    }
  }

  /// The first actor that is listed under this name; waits for one.
  ///
  /// - Throws: `CancellationError`, and ``DistributedCallError/systemClosed``.
  public func find<Act>(
    _ type: Act.Type, named name: String, kind: String = NodeActorSystem.kind(of: Act.self)
  ) async throws -> Act where Act: DistributedActor, Act.ActorSystem == NodeActorSystem {
    for await entry in entries(kind, once: false) where Text(entry.name) == Text(name) {
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

  /// The entries of a list, and then those that are added or, unless each is wanted once, changed.
  private func entries(_ kind: String, once: Bool) -> AsyncStream<(id: PortID, name: String)> {
    AsyncStream { entries in
      // A task that waits, because such a wait ends with the loop.
      let task = Task.detached(executorPreference: executor) { [self] in
        _ = try? await watch(Self.family(kind), once: once, for: entries)
        entries.finish()
      }
      entries.onTermination = { _ in task.cancel() }
    }
  }

  /// Gives out the entries of a family until the task is cancelled, or the system or the loop is closed.
  private func watch(
    _ family: String, once: Bool, for entries: AsyncStream<(id: PortID, name: String)>.Continuation
  ) async throws {
    try await suspendedAnywhere(on: loop) { [self] (wait: Suspension<Void>) in
      enter { node in
        guard !isClosed else { return wait.resume(returning: ()) }
        var known: TextSet = []
        let monitor = node.database[family].monitor { family, added, changed, deleted in
          for key in deleted { known.remove(key) }
          for key in (added + changed).sorted() where !once || known.insert(key).inserted {
            let id = PortID(key)
            // Other nodes may write what they like: a key that is no port is no actor.
            if !id.name.isEmpty { entries.yield((id, family[key]?.string ?? "")) }
          }
        }
        let number = addDependent {
          monitor?.cancel()
          wait.resume(returning: ())
        }
        wait.onCancel = { [self] in
          monitor?.cancel()
          removeDependent(number)
        }
      }
    }
  }
}
