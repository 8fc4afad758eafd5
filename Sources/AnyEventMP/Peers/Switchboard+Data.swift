import AEMPWire
import AnyEvent

/// Data connections: strangers like any other until they are authenticated, and never candidates for a link.
extension Switchboard {
  func greetedData(_ connection: PendingConnection, _ greeting: Greeting) {
    connection.peer = greeting
    switch connection.role {
    case .accepting:
      guard greeting.protocolName == DialledData.protocolName,
        let id = greeting[key: DialledData.idKey]
      else {
        return connection.refuse(
          Refusal(
            .wrongProtocol,
            """
            the other end wants to speak \(Log.cut(greeting.protocolName, to: 60)), which this node does \
            not: use that program with nodes that do
            """))
      }
      connection.data = DialledData(id: id, node: peers.id)
    case .dialling:
      if let data = connection.data, data.node != greeting.nodeID {
        return connection.refuse(
          Refusal(.unexpectedData, "\(greeting.nodeID) answers there instead of \(data.node)"))
      }
    }
    connection.proceed()
  }

  /// Assigns an incoming connection to its announcement before this end authenticates itself.
  ///
  /// So the other end learns from the handshake when the connection is not wanted.
  func readyData(_ connection: PendingConnection) {
    if connection.role == .accepting, let data = connection.data, let peer = connection.peer {
      guard let expectation = peers.owner.takeExpectation(data.id, from: peer.nodeID) else {
        return connection.refuse(.unexpectedData)
      }
      connection.expectation = expectation
    }
    connection.authenticate()
  }

  func refusedData(_ connection: PendingConnection, _ given: Refusal) {
    let refusal = given.code == .refusedByPeer ? .unwantedData : given
    remove(connection)
    connection.finish()
    connection.stream.flushAndClose()
    report(refusal, of: connection)
    connection.expectation?.fail(refusal.reason)
    connection.dial?.failed?(.unreachable(refusal.reason))
  }

  func establishedData(_ connection: PendingConnection, _ result: EstablishedConnection) {
    remove(connection)
    connection.finish()
    let stream = connection.stream
    guard stream.descriptor != nil, stream.failure == nil else {
      let text = stream.failure?.description ?? "there is no socket for a data connection"
      stream.close()
      connection.expectation?.fail(text)
      connection.dial?.failed?(.unreachable(text))
      return
    }
    // The bytes behind the proof are sealed records, or were decrypted together with the proof.
    let sealed = result.keys.map { SealedTransform($0) }
    let handle = Handle(
      adopting: stream, transform: sealed, clear: sealed == nil ? result.rest : [],
      arrived: sealed == nil ? [] : result.rest)
    AE.log(
      .trace, in: Log.transport,
      "\(connection.address) connected to \(result.peer.nodeID) for data.")
    connection.expectation?.connect(handle)
    connection.dial?.connectedData?(handle)
  }
}

extension Refusal.Code {
  /// The data connection was not announced, or goes to the wrong node.
  static let unexpectedData = Self(rawValue: "unexpectedData")
}

extension Refusal {
  fileprivate static let unexpectedData = Refusal(
    .unexpectedData,
    "nobody has announced this data connection, or not in time: give its request more seconds")
  /// The other end closed the connection after it saw our proof.
  fileprivate static let unwantedData = Refusal(
    .refusedByPeer,
    """
    the other end hung up on our authentication: its log says why, or it does not expect this \
    connection (any more)
    """)
}
