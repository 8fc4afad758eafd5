import AEMPWire
import AnyEvent

/// The pending connections of a node, and the decision which of them becomes a link.
final class Switchboard {
  unowned let peers: Peers
  private(set) var table = PendingTable()
  /// Dialled connections that the other end closed, perhaps because it prefers another one.
  var undecided: [PendingConnection] = []
  /// The seconds that our own dial waits for that of the other node, well below the patience of a 2.02 node.
  static let holdTime = 1.0

  init(peers: Peers) {
    self.peers = peers
  }

  /// The number of pending connections.
  var pendingCount: Int { table.count }

  /// The pending connections, oldest first.
  var pending: [PendingConnection] { table.inOrder }

  /// Takes an incoming connection and begins its handshake.
  func accepted(_ stream: StreamConnection, from address: String) {
    makeRoom(for: StrangerPlace.name(of: address))
    begin(stream, as: .accepting, address: address, dial: nil)
  }

  /// Drops a stranger when one more would be too many.
  private func makeRoom(for place: String) {
    if table.strangers.count(at: place) >= peers.limits.strangersPerAddress {
      table.strangers.oldest(at: place)?.refuse(.tooManyFromOneAddress)
    } else if table.strangers.count >= peers.limits.strangers {
      table.strangers.surplus?.refuse(.tooManyConnections)
    }
  }

  /// Drops a stranger, so that another connection gets its descriptor; false if there is none.
  func freeDescriptor() -> Bool {
    guard let surplus = table.strangers.surplus else { return false }
    surplus.refuse(.noDescriptors)
    return true
  }

  /// Takes a connection that a dial has made and begins its handshake.
  func dialled(_ stream: StreamConnection, to address: String, for dial: Dial) {
    begin(stream, as: .dialling, address: address, dial: dial)
  }

  /// Closes all pending connections.
  func close() {
    for connection in table.removeAll() {
      connection.finish()
      connection.stream.close()
    }
    undecided = []
  }

  private func begin(
    _ stream: StreamConnection, as role: Handshake.Role, address: String, dial: Dial?
  ) {
    do throws(Refusal) {
      let handshake = try Handshake(
        peers.handshakes(for: dial?.data), as: role, peerAddress: address,
        nonce: peers.surroundings.makeNonce())
      let connection = PendingConnection(
        stream: stream, handshake: handshake, role: role, address: address, dial: dial,
        tls: peers.tls
      ) { [unowned self] connection, action in
        peers.kernel.run { act(connection, action) }
      }
      table.add(connection)
      connection.start(timeLimit: peers.handshakeTimeout)
    } catch {
      peers.logPeer(.error, "\(address): \(error)", at: address, about: error.code.rawValue)
      stream.close()
      if let dial { peers.failed(dial, error.reason, code: error.code) }
    }
  }

  private func act(_ connection: PendingConnection, _ action: HandshakeAction) {
    switch action {
    case .send, .startTLS: break
    case .peerGreeting(let greeting): greeted(connection, greeting)
    case .requestPermission:
      // The other end of an incoming connection authenticates itself before this end does.
      if connection.role == .accepting { table.proved(connection) }
      if connection.data != nil { readyData(connection) } else { ready(connection) }
    case .established(let result):
      if connection.data != nil {
        establishedData(connection, result)
      } else {
        established(connection, result)
      }
    case .refused(let refusal):
      if connection.data != nil {
        refusedData(connection, refusal)
      } else {
        refused(connection, refusal)
      }
    }
  }

  private func greeted(_ connection: PendingConnection, _ greeting: Greeting) {
    if connection.data != nil || !greeting.isNodeConnection {
      return greetedData(connection, greeting)
    }
    connection.peer = greeting
    table.greeted(connection)
    connection.dial?.greeted?(greeting.nodeID)
    if connection.role == .dialling, peers.link(to: greeting.nodeID) != nil {
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

  func ready(_ connection: PendingConnection) {
    guard let greeting = connection.peer else { return }
    if let link = peers.link(to: greeting.nodeID) {
      return askForSuccession(connection, to: link)
    }
    let others = others(than: connection)
    switch arbiter(for: greeting).ready(
      isDialled: connection.role == .dialling, others: others.map(candidate))
    {
    case .take:
      // Refusing one of the others would ask the held ones again, but this connection is chosen now.
      for decided in others + [connection] { decided.isHeld = false }
      connection.goOn()
      refuse(others, because: alreadyConnected(greeting.nodeID))
      connection.authenticate()
    case .goOn:
      connection.authenticate()
    case .hold:
      connection.hold(for: Self.holdTime) { [unowned self, unowned connection] in
        peers.kernel.run { waitedLongEnough(connection) }
      }
    case .refuse:
      connection.refuse(alreadyConnected(greeting.nodeID))
    }
  }

  /// Holds a connection from a node that is connected already: it may have been restarted, or have
  /// lost the old connection.
  ///
  /// Only a connection whose other end has proven to know the secret casts doubt on the old one.
  private func askForSuccession(_ connection: PendingConnection, to link: Link) {
    guard connection.role == .accepting else {
      return connection.refuse(alreadyConnected(link.peer.id))
    }
    guard peers.heartbeat.interval > 0 else {
      return connection.refuse(.nodeIDHeld(link.peer.id, at: link.address))
    }
    peers.heartbeat.suspect(link)
    let peerAgrees = connection.peer.map { arbiter(for: $0).peerAgrees } ?? false
    // Within this time the old connection is cleared of the suspicion, or it is gone.
    let rules = peers.heartbeat.rules
    let patience = peerAgrees ? rules.suspicion + 3 * rules.unit : Self.holdTime
    connection.hold(for: patience) { [unowned self, unowned connection] in
      peers.kernel.run { waitedLongEnough(connection) }
    }
  }

  /// Refuses the connections that wait to replace the link to a node, because that link is alive.
  func provedAlive(_ id: String) {
    let held = table.claiming(id).filter(\.isHeld)
    let address = peers.link(to: id)?.address
    // The other end of a held incoming connection has proven to know the secret, so it is a node of
    // the network and no stranger.
    refuse(
      held.filter { $0.role == .accepting }, because: .nodeIDInUse(id, at: address ?? "elsewhere"))
    refuse(held.filter { $0.role == .dialling }, because: alreadyConnected(id))
  }

  /// Lets another connection take the place of a lost link.
  func nodeDown(_ id: String) {
    releaseHeld(of: id)
  }

  /// Goes on with our own dial, unless another connection to the node has got further meanwhile.
  private func waitedLongEnough(_ connection: PendingConnection) {
    guard let id = connection.peer?.nodeID else { return }
    if let link = peers.link(to: id) {
      // The other end of a held incoming connection has proven to know the secret, so the refusal
      // may name the address.
      connection.refuse(
        connection.role == .accepting
          ? .nodeIDHeld(id, at: link.address) : alreadyConnected(id))
    } else if others(than: connection).contains(where: \.isCommitted) {
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
    refuse(others, because: alreadyConnected(id))
    if case .dropped(let reason)? = peers.entries[id]?.state {
      // The monitors must tell of the dropped packets before anything new arrives from the node.
      connection.stream.close()
      if let dial = connection.dial { peers.failed(dial, reason, node: id) }
      return
    }
    let facts = LinkFacts(
      result, isDialled: connection.role == .dialling, tlsCipher: connection.tlsCipher)
    AE.log(.trace, in: Log.transport, "\(connection.address) connected as \(id): \(facts).")
    let peer = peers.peer(id)
    let link = Link(
      peers: peers, peer: peer, stream: connection.stream, address: connection.address,
      facts: facts, keys: result.keys)
    peers.nodeUp(peer, link)
    concludeLost(to: id)
    connection.dial?.connected?(id)
    // A callback may have closed the link meanwhile.
    guard !result.rest.isEmpty, peer.link === link else { return }
    // Bytes behind the authentication line are records on a sealed connection; on one with TLS they
    // were decrypted together with that line.
    var rest = result.rest
    rest.withUnsafeMutableBytes { bytes in
      if result.keys == nil { link.received(bytes) } else { connection.stream.arrived(bytes) }
    }
  }

  func alreadyConnected(_ id: String) -> Refusal {
    Refusal(.alreadyConnected, "\(id) is already connected")
  }

  func arbiter(for peer: Greeting) -> ConnectionArbiter {
    ConnectionArbiter(
      ownID: peers.id, peerID: peer.nodeID,
      peerAgrees: peer[key: ConnectionArbiter.greetingKey] != nil)
  }

  private func candidate(_ connection: PendingConnection) -> ConnectionArbiter.Candidate {
    ConnectionArbiter.Candidate(
      isDialled: connection.role == .dialling, isCommitted: connection.isCommitted)
  }

  func others(than connection: PendingConnection) -> [PendingConnection] {
    guard let id = connection.peer?.nodeID else { return [] }
    return table.claiming(id).filter { $0 !== connection }
  }

  func remove(_ connection: PendingConnection) {
    table.remove(connection)
  }
}
