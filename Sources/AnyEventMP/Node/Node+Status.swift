import AEMPWire
import AnyEvent

extension Node {
  /// What this node can say of itself and its connections now.
  ///
  /// The loop's thread only.
  public var status: NodeStatus {
    NodeStatus(
      node: id,
      provider: peers.handshakeConfiguration.keys.last { $0.name == "provider" }?.value ?? "",
      version: LibraryVersion.current, uptime: uptime,
      processID: peers.surroundings.processID, isGlobal: database.isGlobal, master: database.master,
      listeners: boundAddresses, portCount: kernel.ports.count, connections: connections)
  }

  /// The established connections to other nodes and what each of them runs on, by node id.
  ///
  /// The loop's thread only.
  public var connections: [NodeStatus.Connection] {
    loop.preconditionOnLoop()
    return peers.entries.values.compactMap(\.link).map(\.status).sorted { $0.node < $1.node }
  }
}

extension Link {
  /// What the connection runs on, and what waits.
  fileprivate var status: NodeStatus.Connection {
    NodeStatus.Connection(
      node: entry.id, address: address, isDialled: facts.isDialled, provider: facts.provider,
      sendFraming: facts.sendFraming.rawValue, receiveFraming: facts.receiveFraming.rawValue,
      authMethod: facts.authMethod.rawValue, sentAuthMethod: facts.sentAuthMethod.rawValue,
      cipher: facts.cipher, queuedBytes: queuedBytes)
  }
}
