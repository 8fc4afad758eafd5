internal import AEValue
import AnyEvent

extension Kernel {
  /// Makes a port: a place on this node that takes messages.
  func port() -> PortID {
    loop.preconditionOnLoop()
    return PortID(addPort(named: nextPortName()))
  }

  func addPort(named name: String) -> LocalPort {
    let port = LocalPort(owner: serial, home: home, name: name)
    ports.insert(port)
    return port
  }

  /// Whether the id names a port of this node, or the node itself; it need not exist any more.
  func isLocal(_ port: PortID) -> Bool {
    let node = port.node
    return node.isEmpty || node == id
  }

  /// The port whose callback is running; outside of one the node's own port.
  var runningPort: PortID {
    if let running { return PortID(running.takeUnretainedValue()) }
    return PortID(RemotePort(owner: serial, home: home, name: ""))
  }

  /// What the reference leads to now: a port of this node or one of another.
  ///
  /// An own port that does not exist is a ``RemotePort`` of ourselves; sending to it does nothing.
  func resolve(_ ref: PortRef) -> PortRef {
    if ref.owner == serial { return resolveAgain(ref) }
    guard ref.kind == .unbound else { return look(upNode: ref.nodeID, name: ref.name) }
    let unbound = unsafeDowncast(ref, to: UnboundPort.self)
    guard unbound.belongs(to: serial) else { return look(upNode: ref.nodeID, name: ref.name) }
    if let bound = unbound.bound {
      let target = resolveAgain(bound)
      if target !== bound { unbound.bound = target }
      return target
    }
    let target = look(upNode: ref.nodeID, name: ref.name)
    unbound.bound = target
    return target
  }

  /// A reference that this node resolved once, if it is still good, or its successor.
  private func resolveAgain(_ ref: PortRef) -> PortRef {
    if ref.kind == .local {
      if unsafeDowncast(ref, to: LocalPort.self).state != .dead { return ref }
    } else {
      let home = unsafeDowncast(ref, to: RemotePort.self).home
      if home.isCurrent, home !== self.home { return ref }
    }
    return look(upNode: ref.nodeID, name: ref.name)
  }

  private func look(upNode node: String, name: String) -> PortRef {
    if node.isEmpty || node == id {
      if !name.isEmpty, let port = ports.find(name) { return port }
      return RemotePort(owner: serial, home: home, name: name)
    }
    return RemotePort(owner: serial, home: owner.entry(ofOther: node), name: name)
  }

  /// The port whose callbacks for messages are set, if it is alive; one that was spawned exists from the first
  /// time on.
  func receivingPort(_ port: PortID) -> LocalPort? {
    let local = localPort(port, for: "rcv")
    local?.hasReceived = true
    return local
  }

  /// A living port of this node, for setting its callbacks.
  ///
  /// A port that has died is no mistake of the program (its peers can kill it): `nil`, and a line in
  /// the log. A port of another node is one, and stops the program.
  func localPort(_ port: PortID, for purpose: String) -> LocalPort? {
    let ref = resolve(port.ref)
    if ref.kind == .local {
      let local = unsafeDowncast(ref, to: LocalPort.self)
      if local.state == .alive { return local }
    }
    require(
      isLocal(port),
      "\(purpose) needs a port of this node, but \(port.id) belongs to another one: call it there")
    logMistake("\(purpose): there is no port \(Log.cut(port.id)) any more, ignored")
    return nil
  }
}
