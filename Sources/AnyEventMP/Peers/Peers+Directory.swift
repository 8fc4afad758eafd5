import AEMPWire
import AnyEvent

// The table of nodes, and the events of their coming and going.

extension Peers {
  /// The ids of the connected nodes.
  var connectedNodes: [String] {
    entries.values.filter { $0.link != nil }.map(\.id).sorted()
  }

  /// Whether another node is connected; nil when the node is not in the table.
  func isUp(_ node: String) -> Bool? { entries[node].map { $0.link != nil } }

  /// The link to a node.
  func link(to node: String) -> Link? { entries[node]?.link }

  /// The peer with this id; added to the table when it is new.
  func peer(_ node: String) -> Peer {
    if let known = entries[node] { return known }
    let peer = Peer(id: node, peers: self)
    entries[node] = peer
    return peer
  }

  /// The entry for a node id, which may be that of this node.
  func entry(for node: String) -> NodeEntry {
    node.isEmpty || node == id ? kernel.home : peer(node)
  }

  /// Sends a request to the node port of a node, which may be this one.
  func request(_ node: String, _ values: [Value]) {
    kernel.request(entry(for: node), values)
  }

  /// Removes a peer that nothing depends on; code that still holds it looks the node up again.
  func forgetIfIdle(_ peer: Peer) {
    guard peer.isIdle, peer.isCurrent else { return }
    peer.isCurrent = false
    entries[peer.id] = nil
  }

  /// Searches for a node that is not connected; an ongoing search may become more urgent.
  func connect(to peer: Peer, isUrgent: Bool = true) {
    switch peer.state {
    case .connected, .dropped: break
    case .searching(let search): begin(search, for: peer, isUrgent: isUrgent)
    case .unknown: begin(makeSearch(for: peer), for: peer, isUrgent: isUrgent)
    }
  }

  /// Makes a search for a node that is not searched for; the search does not begin yet.
  func makeSearch(for peer: Peer) -> NodeSearch {
    let search = NodeSearch(peers: self, id: peer.id) { [unowned self] reason in
      nodeDown(peer, transportError: reason)
    }
    peer.state = .searching(search)
    return search
  }

  func begin(_ search: NodeSearch, for peer: Peer, isUrgent: Bool) {
    if isUrgent { search.hurry() }
    guard !search.hasBegun else { return }
    search.hasBegun = true
    if whyUnreachable(peer) == nil { return search.start() }
    // A node without an id, or a closed one, cannot connect, but `configure` may be called before the loop goes on.
    kernel.defer(
      .job { [unowned self] in
        guard peer.search === search else { return }
        guard let reason = whyUnreachable(peer) else { return search.start() }
        nodeDown(peer, transportError: reason)
      })
  }

  /// The reason why a search would be useless; nil when it is not.
  private func whyUnreachable(_ peer: Peer) -> String? {
    if isClosed { return "this node is closed" }
    if peer.id.utf8.count > limits.name { return "no node has a name longer than max_name" }
    return id.isEmpty ? "configure was not called" : nil
  }

  /// Takes the answer to a question for the addresses of a node.
  func found(_ node: String, _ binds: [String]?) {
    entries[node]?.search?.found(binds)
  }

  /// Makes a connection the link to a node and sends it the waiting packets.
  func nodeUp(_ peer: Peer, _ link: Link) {
    let waiting = takeWaiting(peer)
    peer.search?.cancel()
    peer.state = .connected(link)
    AE.log(.info, in: Log.kernel, "\(peer.id) is up.")
    owner.nodeUp(peer.id)
    seeds.nodeUp(peer.id)
    dialPauses.reached(peer.id)
    if let waiting {
      if waiting.isOverHighWater { link.wasOverHighWater() }
      link.send(waiting)
    }
    link.reportsDrain = !peer.drainCallbacks.isEmpty
    heartbeat.start()
    tellWatchers(peer.id, isUp: true, [])
  }

  /// Ends the link to a node or the search for it, with a reason that says what failed.
  func nodeDown(_ peer: Peer, transportError text: String) {
    nodeDown(peer, [.string("transport_error"), .string(peer.id), .string(text)])
  }

  /// Ends the link to a node or the search for it: waiting packets are dropped, and all monitors fire.
  func nodeDown(_ peer: Peer, _ reason: [Value]) {
    let wasUp = peer.link != nil
    peer.link?.close()
    _ = takeWaiting(peer)
    peer.search?.cancel()
    peer.state = .unknown
    let monitors = peer.monitors.removeAll()
    let drainCallbacks = peer.drainCallbacks
    peer.drainCallbacks = []
    kernel.stopWatching(for: peer)
    if wasUp {
      counts.losses += 1
      AE.log(.info, in: Log.kernel, "\(peer.id) is down (\(Kernel.text(of: reason))).")
      owner.nodeDown(peer.id)
    }
    forgetIfIdle(peer)
    kernel.fire(monitors, reason)
    if wasUp { tellWatchers(peer.id, isUp: false, reason) }
    // After the monitors, because a callback may send by a new connection, and nothing may arrive
    // from there before the monitors have told of the loss.
    kernel.run { for callback in drainCallbacks { callback() } }
    seeds.nodeDown(peer.id)
    switchboard.nodeDown(peer.id)
  }

  /// Calls `callback`, as part of the running port, whenever a node is connected or lost.
  func watch(_ callback: @escaping NodeWatchers.Callback) -> Subscription {
    let serial = watchers.add(kernel.acting, callback)
    return Subscription { [reference] in
      // Its captured objects are released after the list is complete again, because a deinitializer
      // may run code of the program.
      let callback = reference.object?.watchers.remove(serial)
      withExtendedLifetime(callback) {}
    }
  }

  func tellWatchers(_ node: String, isUp: Bool, _ reason: [Value]) {
    for serial in watchers.serials {
      // A callback that ran before may have removed it.
      guard let (port, callback) = watchers.watcher(serial) else { continue }
      kernel.peval(port) { try callback(node, isUp, Message(reason)) }
    }
  }
}

extension Peers {
  /// Dials an address, with all addresses of its host name, when its turn comes.
  func dial(_ dial: Dial, isUrgent: Bool = true) {
    dials.add(dial, isUrgent: isUrgent)
  }

  /// Begins a dial whose turn has come.
  func begin(_ dial: Dial) {
    // Other nodes can name addresses too, so an address must not lead to a socket in our file system.
    guard let (host, port) = parse_hostport(dial.address, String(BindAddress.defaultSeedPort)),
      host != "unix/"
    else {
      return fail(dial, "\(dial.address) is not host:port")
    }
    dial.connecting = surroundings.network.connect(
      to: host, port: port, timeLimit: connectInterval
    ) { [reference] result in
      dial.connecting = nil
      guard let peers = reference.object else { return }
      peers.kernel.run { peers.dialled(dial, result) }
    }
  }

  private func dialled(
    _ dial: Dial, _ result: Result<(StreamConnection, String), SocketError>
  ) {
    switch result {
    case .success((let stream, _)) where isClosed: stream.close()
    case .success((let stream, let peer)): switchboard.dialled(stream, to: peer, for: dial)
    case .failure(let error): failed(dial, error.description)
    }
  }

  /// Reports a failure that is known at once from the loop, like any other.
  private func fail(_ dial: Dial, _ reason: String) {
    kernel.defer(.job { [unowned self] in failed(dial, reason) })
  }

  /// Reports a failed attempt to its dial and to the listener of the node.
  func failed(_ dial: Dial, _ reason: String, node: String? = nil, code: Refusal.Code? = nil) {
    dial.failed?(.unreachable(reason))
    onFailedDial?(
      FailedDial(
        address: dial.address, node: node, reason: reason,
        isRefusedAuthentication: code?.isAboutAuthentication ?? false))
  }
}

extension Refusal.Code {
  fileprivate var isAboutAuthentication: Bool {
    switch self {
    case .noCredentials, .noCommonAuthMethod, .authMethodNotAccepted, .wrongSecret, .refusedByPeer,
      .notSealed, .unusableKey, .tls:
      true
    default: false
    }
  }
}
