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
        peers.kernel.run { conclude(refusal, of: forget(undecided: connection)) }
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
      peers.link(to: peer.nodeID) == nil
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
      peers.link(to: id) != nil
        || others(than: connection).contains(where: { $0.role == .dialling || !$0.isStranger })
    {
      // Who has only said that it is that node shows nothing: anybody can.
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
      peers.failed(dial, refusal.reason, node: connection.peer?.nodeID, code: refusal.code)
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

  /// Logs why a connection was given up: at the default level if somebody at this end can mend it.
  func report(_ refusal: Refusal, of connection: PendingConnection) {
    let name = connection.peer.map { " (\($0.nodeID))" } ?? ""
    let text = "\(connection.address)\(name): \(refusal.reason)"
    if refusal.code == .tooManyConnections {
      // Whoever they are, it is one trouble.
      return peers.kernel.peerLog.log(
        .error, in: Log.transport, text, similarTo: "connections: too many")
    }
    let level = level(of: refusal, connection)
    peers.logPeer(level, text, at: connection.address, about: refusal.code.rawValue)
  }

  /// Who has to know of a refusal at this end.
  ///
  /// What we have dialled is what somebody has configured or announced, so its failure is an error. Who
  /// comes to us may be anybody: only one who greets as a node is somebody's node gone wrong.
  private func level(of refusal: Refusal, _ connection: PendingConnection) -> LogLevel {
    switch (connection.role, refusal.code) {
    case (_, .ownNode), (.dialling, .alreadyConnected): .trace
    case (.dialling, _): .error
    // Who hangs up on us knows why, and says so at its own end.
    case (.accepting, .alreadyConnected), (.accepting, .endOfStream): .warn
    case (.accepting, .wrongVersion), (.accepting, .invalidNodeID), (.accepting, .nodeIDInUse):
      .error
    case (.accepting, _): connection.peer == nil ? .warn : .error
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

  static func nodeIDHeld(_ id: String, at address: String) -> Refusal {
    Refusal(
      .nodeIDInUse,
      """
      the node id \(id) is in use by the connection with \(address), which is not known to be lost: if \
      these are two nodes, give one of them another nodeid; if it was restarted, it gets in when that \
      connection has ended
      """)
  }

  /// What is wrong with TLS, and what to do if it is a certificate.
  static func tls(_ reason: String, _ code: TLSError.Code?) -> Refusal {
    switch code {
    case .foreignCertificate, .certificateNotValidNow, .missingCertificate, .refusedByPeer:
      Refusal(.tls, "TLS: \(reason); compare cert in the configuration file of both hosts")
    case .closed: Refusal(.tls, "TLS: \(reason); its log may say why")
    default: Refusal(.tls, "TLS: \(reason)")
    }
  }

  static let tooManyConnections = Refusal(
    .tooManyConnections, "\(manyStrangers) (see max_strangers)")
  static let tooManyFromOneAddress = Refusal(
    .tooManyConnections, "\(manyStrangers) from one address (see max_strangers_per_address)")
  static let noDescriptors = Refusal(
    .tooManyConnections, "\(manyStrangers), and no descriptors for others (see ulimit -n)")
}
