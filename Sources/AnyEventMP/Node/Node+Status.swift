import AEMPWire
internal import AEValue
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
      listeners: boundAddresses, portCount: kernel.ports.count, connections: connections,
      load: load, database: database.facts, certificateEnd: peers.tls?.certificateEnd)
  }

  private var load: NodeStatus.Load {
    let blocked = loop.blockedTime
    return NodeStatus.Load(
      traffic: peers.traffic, queuedBytes: peers.queuedBytes, blocked: blocked?.sum,
      longestBlock: blocked?.longest, restarts: restartCount, losses: peers.counts.losses,
      convictions: peers.counts.convictions, memory: SystemCalls.residentMemory)
  }

  /// The established connections to other nodes, by node id.
  ///
  /// To be called on the loop's thread.
  public var connections: [NodeStatus.Connection] {
    loop.preconditionOnLoop()
    return peers.entries.values.compactMap(\.link).map { link in
      // From now on the age of the waiting bytes is known exactly.
      link.stream.noteQueue()
      return link.status
    }.sorted { $0.node < $1.node }
  }

  /// The ids of the nodes of which anything is kept here: a connection, a search, messages that wait, or
  /// monitors; sorted.
  ///
  /// The loop's thread only.
  public var knownNodes: [String] {
    loop.preconditionOnLoop()
    return peers.entries.keys.sorted()
  }

  /// How many connections there are on which the other end has not proven yet who it is.
  ///
  /// The loop's thread only. `max_strangers` bounds those that were accepted.
  public var strangerCount: Int {
    loop.preconditionOnLoop()
    return peers.switchboard.pendingCount
  }

  /// How many ports of another node are monitored from here.
  ///
  /// The loop's thread only.
  public func monitorCount(on node: String) -> Int {
    loop.preconditionOnLoop()
    return peers.entries[node]?.monitors.count ?? 0
  }

  /// How many ports of this node another one monitors.
  ///
  /// The loop's thread only.
  public func monitorCount(by node: String) -> Int {
    loop.preconditionOnLoop()
    return peers.entries[node]?.watching.count ?? 0
  }

  /// How many ports that another node has had started here are alive; `max_spawned` bounds them.
  ///
  /// The loop's thread only.
  public func spawnedCount(by node: String) -> Int {
    loop.preconditionOnLoop()
    return kernel.spawned.count(of: node)
  }

  /// Whether the node has been closed, or has left.
  public var isClosed: Bool { peers.isClosed }
}

extension Link {
  /// The state of the link.
  fileprivate var status: NodeStatus.Connection {
    NodeStatus.Connection(
      node: peer.id, address: address, isDialled: facts.isDialled, provider: facts.provider,
      sendFraming: facts.sendFraming.rawValue, receiveFraming: facts.receiveFraming.rawValue,
      authMethod: facts.authMethod.rawValue, sentAuthMethod: facts.sentAuthMethod.rawValue,
      cipher: facts.cipher, queuedBytes: queuedBytes, traffic: traffic,
      queueAge: stream.oldestAge, roundTrip: roundTrip.seconds)
  }
}
