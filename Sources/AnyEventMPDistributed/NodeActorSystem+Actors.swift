internal import AEValue
public import AnyEventMP
public import Distributed

// The life of actors: what Swift's runtime calls when they are made, looked up and dropped.

extension NodeActorSystem {
  /// The actor with this id, if it is one of this node; nil makes the runtime use a proxy.
  ///
  /// A port of this node that is no actor gets a proxy, too.
  /// - Throws: ``DistributedCallError/notAnActor(_:)`` for the id of a node.
  public func resolve<Act>(id: PortID, as actorType: Act.Type) throws -> Act?
  where Act: DistributedActor, Act.ID == PortID {
    guard !id.name.isEmpty else { throw DistributedCallError.notAnActor(id) }
    let local = withState { state in
      Text(state.nodeID) == Text(id.node) ? state.actors[id.name] : nil
    }
    return local?.actor as? Act
  }

  /// An id for an actor that is being made.
  public func assignID<Act>(_ actorType: Act.Type) -> PortID
  where Act: DistributedActor, Act.ID == PortID {
    PortID("\(withState { $0.nodeID })#\(nextPortName())")
  }

  /// Takes an actor that was made; from now on it can be called.
  public func actorReady<Act>(_ actor: Act) where Act: DistributedActor, Act.ID == PortID {
    withState { state in
      state.lastActor += 1
      if state.isClosed { return }
      let local = LocalActor(actor, number: state.lastActor)
      state.actors[local.name] = local
      state.newcomers.append(local)
    }
    onLoop { [self] in makePorts(on: $0.node) }
  }

  /// Forgets an actor that has ended, and kills its port.
  public func resignID(_ id: PortID) {
    let local = withState { $0.actors.removeValue(forKey: id.name) }
    withExtendedLifetime(local) {}
    onLoop { $0.node.kill(id) }
  }

  /// Makes the ports of new actors; before anything is sent, since others may know their ids then.
  func makePorts(on node: Node) {
    let newcomers = withState { state in
      defer { state.newcomers = [] }
      return state.newcomers.filter { state.actors[$0.name] === $0 }
    }
    for local in newcomers {
      let port = node.addPort(named: local.name)
      node.setReceiver(of: port, tag: nil) { [weak self] message in self?.serve(local, message) }
      node.monitor(port) { [weak self] _ in self?.forget(local) }
    }
  }

  /// Forgets an actor whose port was killed.
  private func forget(_ local: LocalActor) {
    withState { state in
      if state.actors[local.name] === local { state.actors[local.name] = nil }
    }
  }

  /// Notes the id of the node, which is being configured after the system was made.
  func noteNodeID(_ id: String) {
    let isTooLate = withState { state in
      state.nodeID = id
      return !state.actors.isEmpty
    }
    require(
      !isTooLate,
      "a node was configured after distributed actors were made on it, whose ids others cannot use: call configure before the first of them is made"
    )
  }
}

/// An actor of this node, as its system knows it.
final class LocalActor: Sendable {
  /// The name of its port.
  let name: String
  /// Counts the actors of this node in the order in which they got ready.
  let number: UInt64
  /// The methods that may be called.
  let targets: TextDictionary<TargetMethod>
  /// The actor, while it lives.
  weak let actor: (any DistributedActor)?

  init<Act>(_ actor: Act, number: UInt64) where Act: DistributedActor, Act.ID == PortID {
    name = actor.id.name
    self.number = number
    targets = TargetTable.of(Act.self)
    self.actor = actor
  }
}
