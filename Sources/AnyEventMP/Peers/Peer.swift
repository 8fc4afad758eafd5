/// Another node that is connected, searched for, monitored or monitoring, with the state of its connection.
final class Peer: NodeEntry {
  /// The state of the connection to the node.
  enum State {
    /// There is no connection and no search.
    case unknown
    /// The node is searched for; the search holds the waiting packets.
    case searching(NodeSearch)
    /// The waiting packets were dropped because there were too many; the monitors are about to fire with this reason.
    case dropped(String)
    case connected(Link)
  }

  // Unchecked, because every message reads it: the table of peers outlives its peers.
  private unowned(unsafe) let peers: Peers
  @exclusivity(unchecked) var state = State.unknown {
    didSet { dropOutput() }
  }
  /// The callbacks that wait until everything sent to the node has been handed to the kernel.
  var drainCallbacks: [() -> Void] = [] {
    didSet { link?.reportsDrain = !drainCallbacks.isEmpty }
  }

  init(id: String, peers: Peers) {
    self.peers = peers
    super.init(id: id)
  }

  /// The link to the node.
  var link: Link? {
    if case .connected(let link) = state { link } else { nil }
  }

  /// The search for the node.
  var search: NodeSearch? {
    if case .searching(let search) = state { search } else { nil }
  }

  /// Whether the peer can be forgotten: nothing depends on it.
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
    // Not retained, because many deaths may be told in a row: sending never drops a link, and
    // errors are reported from the loop.
    guard case .connected(let link) = state else { return }
    Unmanaged.passUnretained(link)._withUnsafeGuaranteedRef {
      $0.tellDeath(of: port, reason, encoded: encoded)
    }
  }

  override func connect() { peers.connect(to: self) }

  override func forgetIfIdle() { peers.forgetIfIdle(self) }

  /// Closes the connection and drops all callbacks without calling them.
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
  /// Gets the node id, whether the node has come up, and the reason if it has gone.
  typealias Callback = (_ node: String, _ isUp: Bool, _ reason: Message) throws -> Void

  private var watchers: [(serial: UInt64, port: LocalPort?, callback: Callback)] = []
  private var last: UInt64 = 0

  /// Adds a callback that runs as part of a port; the result is an argument of ``remove(_:)``.
  mutating func add(_ port: LocalPort?, _ callback: @escaping Callback) -> UInt64 {
    last += 1
    watchers.append((last, port, callback))
    return last
  }

  /// Removes a callback and returns it, so that the caller releases it.
  mutating func remove(_ serial: UInt64) -> Callback? {
    guard let index = watchers.firstIndex(where: { $0.serial == serial }) else { return nil }
    return watchers.remove(at: index).callback
  }

  /// The serial numbers of all callbacks, oldest first.
  var serials: [UInt64] { watchers.map(\.serial) }

  /// The callback with this serial number; nil when it was removed.
  func watcher(_ serial: UInt64) -> (port: LocalPort?, callback: Callback)? {
    watchers.first { $0.serial == serial }.map { ($0.port, $0.callback) }
  }
}
