import AEMPWire
import AnyEvent

extension Switchboard {
  /// A connection is given up: closes it, tells who dialled it, and asks those that waited for it.
  func refused(_ connection: PendingConnection, _ refusal: Refusal) {
    remove(connection)
    connection.finish()
    // With the greeting, if it has not left yet: a 2.02 node learns from it which node a seed is.
    connection.stream.flushAndClose()
    if mayHaveLost(connection, refusal) {
      undecided.append(connection)
      connection.linger(for: Self.holdTime) { [unowned self, unowned connection] in
        node.run { conclude(refusal, of: forget(undecided: connection)) }
      }
    } else {
      conclude(refusal, of: connection)
    }
    releaseHeld(of: connection.peer?.nodeID)
  }

  /// Whether the other end may have hung up because of a second connection that it prefers, of which
  /// we may know nothing yet.
  private func mayHaveLost(_ connection: PendingConnection, _ refusal: Refusal) -> Bool {
    guard connection.role == .dialling, refusal.isHangup, let peer = connection.peer,
      node.entries[peer.nodeID]?.link == nil
    else { return false }
    let arbiter = arbiter(for: peer)
    return arbiter.peerAgrees && arbiter.peerDialsFirst
  }

  /// The list keeps it no more; who calls does.
  private func forget(undecided connection: PendingConnection) -> PendingConnection {
    undecided.removeAll { $0 === connection }
    return connection
  }

  /// A node is connected now: that is why it has hung up on what we dialled.
  func concludeLost(to id: String) {
    let lost = undecided.filter { $0.peer?.nodeID == id }
    undecided.removeAll { $0.peer?.nodeID == id }
    for connection in lost {
      connection.finish()
      conclude(alreadyConnected(id), of: connection)
    }
  }

  /// Logs why a connection was given up, and tells who dialled it.
  private func conclude(_ given: Refusal, of connection: PendingConnection) {
    var refusal = given
    if let id = connection.peer?.nodeID, connection.role == .dialling, given.isHangup,
      node.entries[id]?.link != nil || !others(than: connection).isEmpty
    {
      refusal = alreadyConnected(id)
    }
    report(refusal, of: connection)
    let dial = connection.dial
    switch refusal.code {
    case .ownNode: dial?.failed?(.ourselves)
    case .alreadyConnected:
      dial?.failed?(.alreadyConnected(node: connection.peer?.nodeID ?? ""))
    default:
      guard let dial else { return }
      node.failed(dial, refusal.reason, node: connection.peer?.nodeID, code: refusal.code)
    }
  }

  /// A connection that others waited for is gone: they are asked again.
  func releaseHeld(of id: String?) {
    guard let id else { return }
    for connection in table.claiming(id) where connection.isHeld {
      // The one before it may have been taken in its stead.
      if connection.isHeld, table.contains(connection) { ready(connection) }
    }
  }

  /// Gives up several connections to one node, none of which takes the place of another then.
  func refuse(_ connections: [PendingConnection], because refusal: Refusal) {
    for connection in connections { connection.goOn() }
    for connection in connections { connection.refuse(refusal) }
  }

  func report(_ refusal: Refusal, of connection: PendingConnection) {
    let name = connection.peer.map { " (\($0.nodeID))" } ?? ""
    let text = "\(connection.address)\(name): \(refusal.reason)"
    switch (connection.role, refusal.code) {
    case (.dialling, .alreadyConnected), (.dialling, .ownNode):
      AE.log(.trace, in: Log.transport, text)
    case (.dialling, .endOfStream), (.dialling, .timedOut):
      node.logPeer(.warn, text, at: connection.address, about: refusal.code.rawValue)
    case (.dialling, _):
      node.logPeer(.error, text, at: connection.address, about: refusal.code.rawValue)
    case (.accepting, .nodeIDInUse):
      node.logPeer(.error, text, at: connection.address, about: refusal.code.rawValue)
    case (.accepting, _):
      node.logPeer(.warn, text, at: connection.address, about: refusal.code.rawValue)
    }
  }
}

extension Refusal {
  /// Whether the other end closed the connection without our knowing why.
  fileprivate var isHangup: Bool { code == .refusedByPeer || code == .endOfStream }
}

extension Refusal.Code {
  /// The listener has more unauthenticated connections than it may have.
  static let tooManyConnections = Self(rawValue: "tooManyConnections")
  /// Another node of the same id is connected and alive.
  static let nodeIDInUse = Self(rawValue: "nodeIDInUse")
}

extension Refusal {
  fileprivate static let manyStrangers = "too many connections that are not authenticated"
  static func nodeIDInUse(_ id: String, at address: String) -> Refusal {
    Refusal(
      .nodeIDInUse,
      """
      the node id \(id) is in use by a living node, connected with \(address): if these are two \
      nodes, give one of them another nodeid
      """)
  }

  static let tooManyConnections = Refusal(.tooManyConnections, manyStrangers)
  static let tooManyFromOneAddress = Refusal(
    .tooManyConnections, "\(manyStrangers) from one address")
  static let noDescriptors = Refusal(
    .tooManyConnections, "\(manyStrangers), and no descriptors for others (see ulimit -n)")
}
