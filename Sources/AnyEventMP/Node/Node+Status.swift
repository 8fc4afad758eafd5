import AEMPWire
import AnyEvent

extension Node {
  /// The present state of this node and its connections.
  ///
  /// To be called on the loop's thread.
  public var status: NodeStatus {
    NodeStatus(
      node: id,
      provider: peers.handshakeConfiguration.keys.last { $0.name == "provider" }?.value ?? "",
      version: LibraryVersion.current, uptime: uptime,
      processID: peers.surroundings.processID, isGlobal: database.isGlobal, master: database.master,
      listeners: boundAddresses, portCount: kernel.ports.count, connections: connections)
  }

  /// The established connections to other nodes, by node id.
  ///
  /// To be called on the loop's thread.
  public var connections: [NodeStatus.Connection] {
    loop.preconditionOnLoop()
    return peers.entries.values.compactMap(\.link).map(\.status).sorted { $0.node < $1.node }
  }
}

extension Link {
  /// The state of the link.
  fileprivate var status: NodeStatus.Connection {
    NodeStatus.Connection(
      node: peer.id, address: address, isDialled: facts.isDialled, provider: facts.provider,
      sendFraming: facts.sendFraming.rawValue, receiveFraming: facts.receiveFraming.rawValue,
      authMethod: facts.authMethod.rawValue, sentAuthMethod: facts.sentAuthMethod.rawValue,
      cipher: facts.cipher, queuedBytes: queuedBytes)
  }
}
