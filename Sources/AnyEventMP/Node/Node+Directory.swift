import AnyEvent

extension Node {
  /// The ids of the nodes that are connected.
  ///
  /// Corresponds to Perl's `up_nodes`.
  public var connectedNodes: [String] {
    loop.preconditionOnLoop()
    return entries.values.filter { $0.link != nil }.map(\.id).sorted()
  }

  /// What is known of another node; made when it is new.
  func entry(for node: String) -> NodeEntry {
    if node == id { return home }
    if let known = entries[node] { return known }
    let entry = NodeEntry(id: node)
    entries[node] = entry
    return entry
  }

  /// Sends a request to a node's own port.
  ///
  /// Our own requests to ourselves, as those to our own database, have no limit: none may get lost.
  func request(_ entry: NodeEntry, _ values: [Value]) {
    values.withUnsafeBufferPointer { message in
      if entry === home {
        if isTracing { MessageTrace.sent(message, to: "", of: id) }
        `defer`(.request(values, bytes: 0))
      } else {
        send(message, to: "", of: entry)
      }
    }
  }

  /// Sends a request about a port of ours or of that node.
  @inline(__always)
  func request(
    _ request: PortRequest, _ port: String, of entry: NodeEntry,
    _ rest: UnsafeBufferPointer<Value> = UnsafeBufferPointer(start: nil, count: 0)
  ) {
    if let link = entry.link { return link.send(request, about: port, rest) }
    self.request(entry, [.string(request.name), .string(port)] + rest)
  }

  /// A connection of that node is ready for messages.
  func nodeUp(_ entry: NodeEntry, _ link: Link) {
    entry.link = link
    entry.search?.cancel()
    entry.search = nil
    AE.log(.info, in: Log.kernel, "\(entry.id) is up.")
    database.nodeUp(entry.id)
    seeds.nodeUp(entry.id)
    dialPauses.reached(entry.id)
    if entry.waiting?.isCut == false, let waiting = takeWaiting(entry) {
      if waiting.isOverHighWater { link.wasOverHighWater() }
      link.send(waiting)
    }
    link.reportsDrain = !entry.drainCallbacks.isEmpty
    heartbeat.start()
    tellNodeWatchers(entry.id, isUp: true, [])
  }

  /// The node is lost, or could not be reached: what waited for it is dropped, all monitors fire.
  func nodeDown(_ entry: NodeEntry, _ reason: [Value]) {
    let wasUp = entry.link != nil
    entry.link?.close()
    entry.link = nil
    _ = takeWaiting(entry)
    entry.search?.cancel()
    entry.search = nil
    let monitors = entry.monitors.removeAll()
    let drainCallbacks = entry.drainCallbacks
    entry.drainCallbacks = []
    stopWatching(for: entry)
    if wasUp {
      AE.log(.info, in: Log.kernel, "\(entry.id) is down (\(Self.text(of: reason))).")
      database.nodeDown(entry.id)
    }
    forgetIfIdle(entry)
    firing.begin()
    for port in monitors.sorted(by: { $0.name < $1.name }) { fire(port, reason) }
    firing.end()
    if wasUp { tellNodeWatchers(entry.id, isUp: false, reason) }
    // After the monitors: what is sent here goes by a new connection, and nothing may arrive again
    // before they have told of the loss.
    run { for callback in drainCallbacks { callback() } }
    seeds.nodeDown(entry.id)
    switchboard.nodeDown(entry.id)
  }

  /// Drops an entry that nothing depends on; who still holds it looks the node up again.
  func forgetIfIdle(_ entry: NodeEntry) {
    guard entry !== home, entry.isIdle, entry.isCurrent else { return }
    entry.isCurrent = false
    entries[entry.id] = nil
  }

  /// Logs what is wrong with a peer; of similar lines about one host a few a minute.
  func logPeer(_ level: LogLevel, _ text: String, at address: String, about problem: String) {
    // Who has one address of a network may have them all.
    let place = StrangerPlace.name(of: address)
    peerLog.log(level, in: Log.transport, text, similarTo: "\(place): \(problem)")
  }

  /// Logs a mistake of the program; of those that one node brings about by its messages a few a minute.
  func logMistake(_ text: String) {
    if let sourceNode {
      peerLog.log(.error, in: Log.kernel, text, similarTo: "\(sourceNode.id): mistakes")
    } else {
      AE.log(.error, in: Log.kernel, text)
    }
  }
}
