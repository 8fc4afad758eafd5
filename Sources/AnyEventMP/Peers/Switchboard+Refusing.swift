import AEMPWire
import AnyEvent

extension Switchboard {
  /// Closes a refused connection, reports to its dial, and lets connections that waited for it go on.
  func refused(_ connection: PendingConnection, _ refusal: Refusal) {
    remove(connection)
    connection.finish()
    // The greeting is sent first: a 2.02 node learns from it which node a seed is.
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

  /// Whether the other end may have closed the connection in favour of another one, which may not
  /// have arrived here yet.
  private func mayHaveLost(_ connection: PendingConnection, _ refusal: Refusal) -> Bool {
    guard connection.role == .dialling, refusal.isHangup, let peer = connection.peer,
      peers.link(to: peer.nodeID) == nil
    else { return false }
    let arbiter = arbiter(for: peer)
    return arbiter.peerAgrees && arbiter.peerDialsFirst
  }

  /// Takes a connection out of the list; the caller retains it.
  private func forget(undecided connection: PendingConnection) -> PendingConnection {
    undecided.removeAll { $0 === connection }
    return connection
  }

  /// Concludes the dialled connections that the other end closed in favour of the link to this node.
  func concludeLost(to id: String) {
    let lost = undecided.filter { $0.peer?.nodeID == id }
    undecided.removeAll { $0.peer?.nodeID == id }
    for connection in lost {
      connection.finish()
      conclude(alreadyConnected(id), of: connection)
    }
  }

  /// Logs the reason of a refusal, and reports it to the dial.
  private func conclude(_ given: Refusal, of connection: PendingConnection) {
    var refusal = given
    if let id = connection.peer?.nodeID, connection.role == .dialling, given.isHangup,
      peers.link(to: id) != nil
        || others(than: connection).contains(where: { $0.role == .dialling || !$0.isStranger })
    {
      // A stranger's claim to be that node is no evidence, because anybody can make it.
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

  /// Decides again on the connections that were held because of a connection that is gone.
  func releaseHeld(of id: String?) {
    guard let id else { return }
    for connection in table.claiming(id) where connection.isHeld {
      // The decision on the connection before it may have ended the hold of this one.
      if connection.isHeld, table.contains(connection) { ready(connection) }
    }
  }

  /// Refuses several connections to one node, so that none of them takes the place of another.
  func refuse(_ connections: [PendingConnection], because refusal: Refusal) {
    for connection in connections { connection.goOn() }
    for connection in connections { connection.refuse(refusal) }
  }

  /// Logs the reason of a refusal, with the level by ``level(of:_:)``.
  func report(_ refusal: Refusal, of connection: PendingConnection) {
    let name = connection.peer.map { " (\($0.nodeID))" } ?? ""
    let text = "\(connection.address)\(name): \(refusal.reason)"
    if refusal.code == .tooManyConnections {
      // The limit counts the strangers of all places, so all such lines are similar.
      return peers.kernel.peerLog.log(
        .error, in: Log.transport, text, similarTo: "connections: too many")
    }
    let level = level(of: refusal, connection)
    peers.logPeer(level, text, at: connection.address, about: refusal.code.rawValue)
  }

  /// The log level of a refusal.
  ///
  /// The address of a dialled connection was configured or announced, so its failure is an error.
  /// An incoming connection may come from anything that can reach the port: its failure is an error
  /// only if it greeted as a node.
  private func level(of refusal: Refusal, _ connection: PendingConnection) -> LogLevel {
    switch (connection.role, refusal.code) {
    case (_, .ownNode), (.dialling, .alreadyConnected): .trace
    case (.dialling, _): .error
    // The other end has closed the connection, so it knows the reason and logs it.
    case (.accepting, .alreadyConnected), (.accepting, .endOfStream): .warn
    case (.accepting, .wrongVersion), (.accepting, .invalidNodeID), (.accepting, .nodeIDInUse):
      .error
    case (.accepting, _): connection.peer == nil ? .warn : .error
    }
  }
}

extension Refusal {
  /// Whether the other end closed the connection without a reason that is known here.
  fileprivate var isHangup: Bool { code == .refusedByPeer || code == .endOfStream }
}

extension Refusal.Code {
  /// There are more strangers than the limit allows.
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

  /// A refusal because of TLS, with advice if a certificate is the reason.
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
