import AEMPWire
import AnyEvent

/// The connections of a node that are not authenticated yet, and who may become its link.
final class Switchboard {
  private unowned let node: Node
  private var pending: [PendingConnection] = []
  /// How many strangers may be connected at a time; beyond it the oldest of them is dropped.
  private static let maximumStrangers = 1024
  /// How long (s) our own dial waits for the other node's, well under a 2.02 node's patience.
  private static let holdTime = 1.0

  init(node: Node) {
    self.node = node
  }

  /// How many connections are in their handshake.
  var pendingCount: Int { pending.count }

  /// Somebody connected to us.
  func accepted(_ stream: StreamConnection, from address: String) {
    let strangers = pending.filter { $0.role == .accepting }
    if strangers.count >= Self.maximumStrangers {
      strangers.first?.refuse(
        Refusal(.tooManyConnections, "too many connections that are not authenticated"))
    }
    begin(stream, as: .accepting, address: address, dial: nil)
  }

  /// An address that we dialled answers.
  func dialled(_ stream: StreamConnection, to address: String, for dial: Dial) {
    begin(stream, as: .dialling, address: address, dial: dial)
  }

  /// Closes everything.
  func close() {
    for connection in pending {
      connection.finish()
      connection.stream.close()
    }
    pending = []
  }

  private func begin(
    _ stream: StreamConnection, as role: Handshake.Role, address: String, dial: Dial?
  ) {
    do throws(Refusal) {
      let handshake = try Handshake(
        node.handshakeConfiguration, as: role, peerAddress: address,
        nonce: node.surroundings.makeNonce())
      let connection = PendingConnection(
        stream: stream, handshake: handshake, role: role, address: address, dial: dial
      ) { [unowned self] connection, action in
        node.run { act(connection, action) }
      }
      pending.append(connection)
      connection.start(timeLimit: node.monitorTimeout)
    } catch {
      AE.log(.error, in: Log.transport, "\(address): \(error)")
      stream.close()
      dial?.failed?(.unreachable(error.reason))
    }
  }

  private func act(_ connection: PendingConnection, _ action: HandshakeAction) {
    switch action {
    case .send: break
    case .peerGreeting(let greeting): greeted(connection, greeting)
    case .requestPermission: ready(connection)
    case .established(let result): established(connection, result)
    case .refused(let refusal): refused(connection, refusal)
    }
  }

  private func greeted(_ connection: PendingConnection, _ greeting: Greeting) {
    connection.peer = greeting
    guard greeting.isNodeConnection else {
      return connection.refuse(
        Refusal(.wrongProtocol, "this node does not speak \(greeting.protocolName)"))
    }
    connection.dial?.greeted?(greeting.nodeID)
    if connection.role == .dialling, node.entries[greeting.nodeID]?.link != nil {
      return connection.refuse(alreadyConnected(greeting.nodeID))
    }
    let others = others(than: connection)
    switch arbiter(for: greeting).greeted(
      isDialled: connection.role == .dialling, others: others.map(candidate))
    {
    case .refuse: connection.refuse(alreadyConnected(greeting.nodeID))
    case .goOn, .take, .hold: connection.proceed()
    }
  }

  private func ready(_ connection: PendingConnection) {
    guard let greeting = connection.peer else { return }
    if let link = node.entries[greeting.nodeID]?.link {
      return askForSuccession(connection, to: link)
    }
    let others = others(than: connection)
    switch arbiter(for: greeting).ready(
      isDialled: connection.role == .dialling, others: others.map(candidate))
    {
    case .take:
      for other in others { other.refuse(alreadyConnected(greeting.nodeID)) }
      connection.authenticate()
    case .goOn:
      connection.authenticate()
    case .hold:
      connection.hold(for: Self.holdTime) { [unowned self, unowned connection] in
        node.run { waitedLongEnough(connection) }
      }
    case .refuse:
      connection.refuse(alreadyConnected(greeting.nodeID))
    }
  }

  /// The node at the other end is connected already; but it may have been restarted, or have lost
  /// that connection.
  ///
  /// Only one who has proven to know the secret makes us doubt the old connection.
  private func askForSuccession(_ connection: PendingConnection, to link: Link) {
    guard connection.role == .accepting, node.heartbeat.interval > 0 else {
      return connection.refuse(alreadyConnected(link.entry.id))
    }
    node.heartbeat.suspect(link)
    let peerAgrees = connection.peer.map { arbiter(for: $0).peerAgrees } ?? false
    let patience = peerAgrees ? node.heartbeat.interval * 2 : Self.holdTime
    connection.hold(for: patience) { [unowned self, unowned connection] in
      node.run { waitedLongEnough(connection) }
    }
  }

  /// The connection that there is to a node has been heard of: nobody replaces it.
  func provedAlive(_ id: String) {
    for connection in pending where connection.isHeld && connection.peer?.nodeID == id {
      connection.refuse(alreadyConnected(id))
    }
  }

  /// The connection to a node is gone: another one may take its place.
  func nodeDown(_ id: String) {
    releaseHeld(of: id)
  }

  /// The other node's own dial has not come to anything so far: ours goes on if no other has.
  private func waitedLongEnough(_ connection: PendingConnection) {
    guard let id = connection.peer?.nodeID else { return }
    if node.entries[id]?.link != nil
      || others(than: connection).contains(where: \.isCommitted)
    {
      connection.refuse(alreadyConnected(id))
    } else {
      connection.authenticate()
    }
  }

  private func established(_ connection: PendingConnection, _ result: EstablishedConnection) {
    let id = result.peer.nodeID
    let others = others(than: connection)
    remove(connection)
    connection.finish()
    for other in others { other.refuse(alreadyConnected(id)) }
    AE.log(.trace, in: Log.transport, "\(connection.address) connected as \(id).")
    let entry = node.entry(for: id)
    let link = Link(
      node: node, entry: entry, stream: connection.stream, address: connection.address,
      sends: result.sendFraming, receives: result.receiveFraming)
    node.nodeUp(entry, link)
    connection.dial?.connected?(id)
    if !result.rest.isEmpty { result.rest.withUnsafeBytes { link.received($0) } }
  }

  private func refused(_ connection: PendingConnection, _ refusal: Refusal) {
    remove(connection)
    connection.finish()
    connection.stream.close()
    if mayHaveLost(connection, refusal) {
      // The other node may have chosen the connection that it dialled, which may still be under way.
      connection.dial?.patience = node.loop.timer(after: Self.holdTime) {
        [unowned self] in node.run { conclude(refusal, of: connection) }
      }
    } else {
      conclude(refusal, of: connection)
    }
    releaseHeld(of: connection.peer?.nodeID)
  }

  /// Whether the other end may have hung up because of a second connection that it prefers, of which
  /// we may know nothing yet.
  private func mayHaveLost(_ connection: PendingConnection, _ refusal: Refusal) -> Bool {
    guard connection.role == .dialling, refusal.isHangup, let peer = connection.peer else {
      return false
    }
    let arbiter = arbiter(for: peer)
    return arbiter.peerAgrees && arbiter.peerDialsFirst
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
    dial?.patience = nil
    switch refusal.code {
    case .ownNode: dial?.failed?(.ourselves)
    case .alreadyConnected:
      dial?.failed?(.alreadyConnected(node: connection.peer?.nodeID ?? ""))
    default: dial?.failed?(.unreachable(refusal.reason))
    }
  }

  /// A connection that others waited for is gone: they are asked again.
  private func releaseHeld(of id: String?) {
    for connection in pending where connection.isHeld && connection.peer?.nodeID == id {
      ready(connection)
    }
  }

  private func report(_ refusal: Refusal, of connection: PendingConnection) {
    let name = connection.peer.map { " (\($0.nodeID))" } ?? ""
    let text = "\(connection.address)\(name): \(refusal.reason)"
    switch (connection.role, refusal.code) {
    case (.dialling, .alreadyConnected), (.dialling, .ownNode):
      AE.log(.trace, in: Log.transport, text)
    case (.dialling, .endOfStream), (.dialling, .timedOut):
      node.logPeer(.warn, text, at: connection.address, about: refusal.code.rawValue)
    case (.dialling, _):
      node.logPeer(.error, text, at: connection.address, about: refusal.code.rawValue)
    case (.accepting, _):
      node.logPeer(.warn, text, at: connection.address, about: refusal.code.rawValue)
    }
  }

  private func alreadyConnected(_ id: String) -> Refusal {
    Refusal(.alreadyConnected, "\(id) is already connected")
  }

  private func arbiter(for peer: Greeting) -> ConnectionArbiter {
    ConnectionArbiter(
      ownID: node.id, peerID: peer.nodeID, peerAgrees: peer[key: Node.agreementKey] != nil)
  }

  private func candidate(_ connection: PendingConnection) -> ConnectionArbiter.Candidate {
    ConnectionArbiter.Candidate(
      isDialled: connection.role == .dialling, isCommitted: connection.isCommitted)
  }

  private func others(than connection: PendingConnection) -> [PendingConnection] {
    let id = connection.peer?.nodeID
    return pending.filter { $0 !== connection && $0.peer != nil && $0.peer?.nodeID == id }
  }

  private func remove(_ connection: PendingConnection) {
    pending.removeAll { $0 === connection }
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
