import AEMPWire
import AnyEvent

extension Node {
  /// What this node can say of itself and its connections now.
  ///
  /// The loop's thread only.
  public var status: NodeStatus {
    NodeStatus(
      node: id, provider: handshakeConfiguration.keys.last { $0.name == "provider" }?.value ?? "",
      version: LibraryVersion.current, uptime: uptime,
      processID: surroundings.processID, isGlobal: database.isGlobal, master: database.master,
      listeners: listeners.map(\.address), portCount: ports.count, connections: connections)
  }

  /// Seconds since the node was made, in whole milliseconds: the loop's clock tells no more.
  private var uptime: Double { ((loop.monotonicNow - startTime) * 1e3).rounded() / 1e3 }

  /// The established connections to other nodes and what each of them runs on, by node id.
  ///
  /// The loop's thread only.
  public var connections: [NodeStatus.Connection] {
    loop.preconditionOnLoop()
    return entries.values.compactMap(\.link).map(\.status).sorted { $0.node < $1.node }
  }

  /// `x-status` port message…: the answer is our ``status``, if the configuration does not say secure.
  func statusRequested(by entry: NodeEntry) throws -> Value {
    if configuration?.secure == true, entry !== home {
      throw RequestError("other nodes are told nothing: the configuration says secure")
    }
    return status.messageValue
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
