/// Another node that matters at the moment: how it is reached, and what waits for it.
final class Peer: NodeEntry {
  /// How the node is reached.
  enum State {
    /// There is no connection, and nobody wants one.
    case unknown
    /// It is looked for; what waits for it waits in the search.
    case searching(NodeSearch)
    /// What waited was dropped, since it was too much; the monitors are about to fire for this reason.
    case cut(String)
    case connected(Link)
  }

  // Unchecked, as it is looked at for every message: the table of peers lives as long as its entries are used.
  private unowned(unsafe) let peers: Peers
  @exclusivity(unchecked) var state = State.unknown
  /// Who waits until everything sent to the node has been handed to the kernel.
  var drainCallbacks: [() -> Void] = [] {
    didSet { link?.reportsDrain = !drainCallbacks.isEmpty }
  }

  init(id: String, peers: Peers) {
    self.peers = peers
    super.init(id: id)
  }

  /// The established connection.
  var link: Link? {
    if case .connected(let link) = state { link } else { nil }
  }

  /// The attempt to find and reach the node.
  var search: NodeSearch? {
    if case .searching(let search) = state { search } else { nil }
  }

  /// Whether nothing depends on the entry any more.
  var isIdle: Bool {
    guard case .unknown = state else { return false }
    return monitors.isEmpty && watching.isEmpty && drainCallbacks.isEmpty
  }

  override func send(_ message: UnsafeBufferPointer<Value>, to name: String) {
    if case .connected(let link) = state { return link.send(to: name, message) }
    peers.queue(message, to: name, of: self)
  }

  override func send(
    _ request: PortRequest, about port: String, _ rest: UnsafeBufferPointer<Value>
  ) {
    if case .connected(let link) = state { return link.send(request, about: port, rest) }
    let message = [.string(request.name), .string(port)] + rest
    message.withUnsafeBufferPointer { peers.queue($0, to: "", of: self) }
  }

  override func tellDeath(
    of port: String, _ reason: [Value], encoded: UnsafeRawBufferPointer?
  ) {
    // Not retained, as this is done for many ports in a row: sending never lets go of a link, what goes
    // wrong with it is told from the loop.
    guard case .connected(let link) = state else { return }
    Unmanaged.passUnretained(link)._withUnsafeGuaranteedRef {
      $0.tellDeath(of: port, reason, encoded: encoded)
    }
  }

  override func connect() { peers.connect(to: self) }

  override func forgetIfIdle() { peers.forgetIfIdle(self) }

  /// Closes the connection and lets go of everything, without telling anyone.
  func dissolve() {
    isCurrent = false
    link?.close()
    search?.cancel()
    state = .unknown
    _ = watching.removeAll()
    let callbacks = (monitors.removeAll(), drainCallbacks)
    drainCallbacks = []
    withExtendedLifetime(callbacks) {}
  }
}

/// The callbacks of `mon_nodes`.
struct NodeWatchers {
  /// Called with the node id, whether it has come up, and why it has gone.
  typealias Callback = (_ node: String, _ isUp: Bool, _ reason: Message) throws -> Void

  private var watchers: [(serial: UInt64, port: LocalPort?, callback: Callback)] = []
  private var last: UInt64 = 0

  /// Adds a callback that runs as part of a port; the result is for ``remove(_:)``.
  mutating func add(_ port: LocalPort?, _ callback: @escaping Callback) -> UInt64 {
    last += 1
    watchers.append((last, port, callback))
    return last
  }

  /// Takes a callback out; the caller releases it.
  mutating func remove(_ serial: UInt64) -> Callback? {
    guard let index = watchers.firstIndex(where: { $0.serial == serial }) else { return nil }
    return watchers.remove(at: index).callback
  }

  /// All there are now, oldest first.
  var serials: [UInt64] { watchers.map(\.serial) }

  /// One of them, unless it is gone.
  func watcher(_ serial: UInt64) -> (port: LocalPort?, callback: Callback)? {
    watchers.first { $0.serial == serial }.map { ($0.port, $0.callback) }
  }
}
