import AEMPWire
import AnyEvent

// Which nodes there are, and what their coming and going brings about.

extension Peers {
  /// The ids of the nodes that are connected.
  var connectedNodes: [String] {
    entries.values.filter { $0.link != nil }.map(\.id).sorted()
  }

  /// Whether there is a working connection to another node; nil when nothing is known of it.
  func isUp(_ node: String) -> Bool? { entries[node].map { $0.link != nil } }

  /// The connection to a node.
  func link(to node: String) -> Link? { entries[node]?.link }

  /// What is known of another node; made when it is new.
  func peer(_ node: String) -> Peer {
    if let known = entries[node] { return known }
    let peer = Peer(id: node, peers: self)
    entries[node] = peer
    return peer
  }

  /// What is known of a node, which may be this one.
  func entry(for node: String) -> NodeEntry {
    node.isEmpty || node == id ? kernel.home : peer(node)
  }

  /// Sends a request to the node port of a node, which may be this one.
  func request(_ node: String, _ values: [Value]) {
    kernel.request(entry(for: node), values)
  }

  /// Drops an entry that nothing depends on; who still holds it looks the node up again.
  func forgetIfIdle(_ peer: Peer) {
    guard peer.isIdle, peer.isCurrent else { return }
    peer.isCurrent = false
    entries[peer.id] = nil
  }

  /// Starts to look for a node that is not connected; when that is under way it may get more urgent.
  func connect(to peer: Peer, isUrgent: Bool = true) {
    switch peer.state {
    case .connected, .cut: break
    case .searching(let search): begin(search, for: peer, isUrgent: isUrgent)
    case .unknown: begin(makeSearch(for: peer), for: peer, isUrgent: isUrgent)
    }
  }

  /// The search for a node that is not looked for; it has not begun.
  func makeSearch(for peer: Peer) -> NodeSearch {
    let search = NodeSearch(peers: self, id: peer.id) { [unowned self] reason in
      nodeDown(peer, [.string("transport_error"), .string(peer.id), .string(reason)])
    }
    peer.state = .searching(search)
    return search
  }

  func begin(_ search: NodeSearch, for peer: Peer, isUrgent: Bool) {
    if isUrgent { search.hurry() }
    guard !search.hasBegun else { return }
    search.hasBegun = true
    if whyUnreachable(peer) == nil { return search.start() }
    // Without a name or after its end the node has no network; `configure` may come in a moment.
    kernel.defer(
      .job { [unowned self] in
        guard peer.search === search else { return }
        guard let reason = whyUnreachable(peer) else { return search.start() }
        nodeDown(peer, [.string("transport_error"), .string(peer.id), .string(reason)])
      })
  }

  /// Why a node need not be looked for.
  private func whyUnreachable(_ peer: Peer) -> String? {
    if isClosed { return "this node is closed" }
    if peer.id.utf8.count > limits.name { return "no node has a name longer than max_name" }
    return id.isEmpty ? "configure was not called" : nil
  }

  /// The answer to where a node listens.
  func found(_ node: String, _ binds: [String]?) {
    entries[node]?.search?.found(binds)
  }

  /// A connection of that node is ready for messages.
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

  /// The node is lost, or could not be reached: what waited for it is dropped, all monitors fire.
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
      AE.log(.info, in: Log.kernel, "\(peer.id) is down (\(Kernel.text(of: reason))).")
      owner.nodeDown(peer.id)
    }
    forgetIfIdle(peer)
    kernel.fire(monitors, reason)
    if wasUp { tellWatchers(peer.id, isUp: false, reason) }
    // After the monitors: what is sent here goes by a new connection, and nothing may arrive again
    // before they have told of the loss.
    kernel.run { for callback in drainCallbacks { callback() } }
    seeds.nodeDown(peer.id)
    switchboard.nodeDown(peer.id)
  }

  // MARK: Those who watch all nodes

  /// Calls `callback`, as part of the port that is running now, whenever a node is connected or lost.
  func watch(_ callback: @escaping NodeWatchers.Callback) -> Subscription {
    let serial = watchers.add(kernel.running?.takeUnretainedValue(), callback)
    return Subscription { [reference] in
      // What it captured goes when the list is whole again: its end may run code of the program.
      let callback = reference.object?.watchers.remove(serial)
      withExtendedLifetime(callback) {}
    }
  }

  func tellWatchers(_ node: String, isUp: Bool, _ reason: [Value]) {
    for serial in watchers.serials {
      // One of the others may have ended it.
      guard let (port, callback) = watchers.watcher(serial) else { continue }
      kernel.peval(port) { try callback(node, isUp, Message(reason)) }
    }
  }
}

extension Peers {
  /// Connects to an address, trying all that its host name stands for, as soon as it is its turn.
  func dial(_ dial: Dial, isUrgent: Bool = true) {
    dials.add(dial, isUrgent: isUrgent)
  }

  /// It is the dial's turn.
  func begin(_ dial: Dial) {
    // Addresses come from other nodes too: they must not lead to a socket in our file system.
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

  /// A failure that is known at once is still reported from the loop.
  private func fail(_ dial: Dial, _ reason: String) {
    kernel.defer(.job { [unowned self] in failed(dial, reason) })
  }

  /// Tells who dialled, and who listens in, that an attempt has failed.
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
