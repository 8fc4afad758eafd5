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

  /// The port whose callback or task is running; outside of both the node's own port.
  var runningPort: PortID {
    if let acting { return PortID(acting) }
    return PortID(RemotePort(owner: serial, home: home, name: ""))
  }

  /// The target of a reference at this moment; text remembers it for the next time.
  func resolve(_ ref: PortRef) -> Destination {
    if ref.owner == serial { return destination(ofResolved: ref) ?? lookUp(ref) }
    guard ref.kind == .unbound, ref.asUnbound.belongs(to: serial) else { return lookUp(ref) }
    let unbound = ref.asUnbound
    if let bound = unbound.bound, let destination = destination(ofResolved: bound) {
      return destination
    }
    let destination = lookUp(ref)
    unbound.bound = destination.reference
    return destination
  }

  /// The target of a reference that this node has resolved before, while that is still good.
  private func destination(ofResolved ref: PortRef) -> Destination? {
    switch ref.kind {
    case .local:
      return ref.asLocal.state == .dead ? nil : .local(ref.asLocal)
    case .remote:
      let home = ref.asRemote.home
      return home.isCurrent && home !== self.home ? .remote(ref.asRemote) : nil
    case .unbound:
      return nil
    }
  }

  private func lookUp(_ ref: PortRef) -> Destination {
    let node = ref.nodeID
    if node.isEmpty || node == id {
      if ref.name.isEmpty { return .ownNode }
      return ports.find(ref.name).map { .local($0) } ?? .gone
    }
    return .remote(RemotePort(owner: serial, home: owner.entry(ofOther: node), name: ref.name))
  }

  /// A living port whose callbacks are about to be set; a spawned port exists from the first time on.
  func receivingPort(_ port: PortID) -> LocalPort? {
    let local = localPort(port, for: "rcv")
    local?.hasReceived = true
    return local
  }

  /// A living port of this node, for setting its callbacks.
  ///
  /// For a port that has died the result is `nil`, with a line in the log, since peers can kill it. A port of
  /// another node is the program's mistake, and stops it.
  func localPort(_ port: PortID, for purpose: String) -> LocalPort? {
    if let local = resolve(port.ref).living { return local }
    require(
      isLocal(port),
      "\(purpose) needs a port of this node, but \(port.id) belongs to another one: call it there")
    logMistake("\(purpose): there is no port \(Log.cut(port.id)) any more, ignored")
    return nil
  }
}
