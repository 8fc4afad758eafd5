import AnyEvent

extension Node {
  /// The largest packet in bytes, 64 MiB by default: to send a larger one is an error of the port that
  /// does, and a connection on which one arrives is closed.
  ///
  /// To be set before anything is sent and before `configure`.
  public var packetLimit: Int {
    get { limits.maximumSize }
    set { limits.maximumSize = newValue }
  }

  /// How many bytes may wait for one node before it is given up.
  var maximumQueue: Int { queueLimit == 0 ? .max : queueLimit }

  /// The ids of the nodes that are connected.
  ///
  /// Corresponds to Perl's `up_nodes`.
  public var connectedNodes: [String] {
    loop.preconditionOnLoop()
    return entries.values.filter { $0.link != nil }.map(\.id).sorted()
  }

  /// Bytes that wait to be sent to a node, for those who want to send no faster than it takes.
  public func queuedBytes(for node: String) -> Int {
    loop.preconditionOnLoop()
    guard let entry = entries[node] else { return 0 }
    return entry.link?.queuedBytes ?? entry.waiting?.count ?? 0
  }

  /// What is known of another node; made when it is new.
  func entry(for node: String) -> NodeEntry {
    if node == id { return home }
    if let known = entries[node] { return known }
    let entry = NodeEntry(id: node)
    entries[node] = entry
    return entry
  }

  /// Calls `callback` once, from the loop, when all that was sent to a node so far has been handed to
  /// the kernel, or when the node is lost.
  ///
  /// Who sends much sends the next part then: what waits for one node is limited, and going over the
  /// limit costs the connection.
  public func whenDrained(_ node: String, _ callback: @escaping () -> Void) {
    loop.preconditionOnLoop()
    let entry = entry(for: node)
    if entry === home || entry.isIdle {
      `defer`(.job(callback))
      forgetIfIdle(entry)
    } else {
      entry.drainCallbacks.append(callback)
    }
  }

  func drained(_ entry: NodeEntry) {
    let callbacks = entry.drainCallbacks
    entry.drainCallbacks = []
    run { for callback in callbacks { callback() } }
  }

  /// Sends a request to a node's own port.
  func request(_ entry: NodeEntry, _ values: [Value]) {
    values.withUnsafeBufferPointer { message in
      if entry === home {
        send(message, to: RemotePort(owner: serial, home: home, name: ""))
      } else {
        send(message, to: "", of: entry)
      }
    }
  }

  /// A connection of that node is ready for messages.
  func nodeUp(_ entry: NodeEntry, _ link: Link) {
    entry.link = link
    entry.search?.cancel()
    entry.search = nil
    AE.log(.info, in: Log.kernel, "\(entry.id) is up.")
    database.nodeUp(entry.id)
    seeds.nodeUp(entry.id)
    if let waiting = entry.waiting, !waiting.isCut {
      entry.waiting = nil
      waiting.drain { name, message in link.send(to: name, message) }
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
    entry.waiting = nil
    entry.search?.cancel()
    entry.search = nil
    let monitors = entry.monitors
    entry.monitors = [:]
    let drainCallbacks = entry.drainCallbacks
    entry.drainCallbacks = []
    for token in entry.watching.values { remove(token) }
    entry.watching = [:]
    if wasUp {
      AE.log(.info, in: Log.kernel, "\(entry.id) is down (\(Self.text(of: reason))).")
      database.nodeDown(entry.id)
      tellNodeWatchers(entry.id, isUp: false, reason)
    }
    forgetIfIdle(entry)
    for (name, watchers) in monitors.sorted(by: { $0.key < $1.key }) {
      fire(watchers, port: name, reason)
    }
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
    let host = parse_hostport(address)?.host ?? address
    peerLog.log(level, in: Log.transport, text, similarTo: "\(host): \(problem)")
  }
}
