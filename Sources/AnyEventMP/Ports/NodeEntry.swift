internal import AEValue

/// A node as references to its ports know it: its id, and the monitors in both directions.
///
/// The entry of this node itself is of this class, whose sends do nothing; entries of other nodes are of the subclass
/// `Peer`.
class NodeEntry {
  /// The node id; that of our own entry is empty until `configure`.
  final var id: String
  /// Whether the table of nodes still holds this entry: a ``RemotePort`` may hold it longer.
  @exclusivity(unchecked) final var isCurrent = true
  /// The node's ports that this node monitors; the empty name stands for the node.
  @exclusivity(unchecked) final var monitors = NamedTable<MonitoredPort>()
  /// The ports here that the node monitors.
  @exclusivity(unchecked) final var watching = WatchedPorts()

  /// Where packets for the node are written, while it is connected; the entry retains it.
  ///
  /// Not a reference, since each message would count it.
  @exclusivity(unchecked) final private(set) var output: Unmanaged<ByteBuffer>?
  @exclusivity(unchecked) final private(set) var outputIsJSON = false

  init(id: String) {
    self.id = id
  }

  deinit { output?.release() }

  /// Lets messages be written straight into the output of a connection, in its framing, where its window is open.
  final func setOutput(_ buffer: ByteBuffer, isJSON: Bool) {
    if output?.toOpaque() != Unmanaged.passUnretained(buffer).toOpaque() {
      dropOutput()
      output = .passRetained(buffer)
    }
    outputIsJSON = isJSON
  }

  /// Has all messages go the general way.
  final func dropOutput() {
    let before = output
    output = nil
    before?.release()
  }

  /// Sends a message to one of the node's ports.
  func send(_ message: UnsafeBufferPointer<Value>, to name: String) {}

  /// Sends a request about a port of either node.
  func send(_ request: PortRequest, about port: String, _ rest: UnsafeBufferPointer<Value>) {}

  /// Sends a request that has no further arguments.
  final func send(_ request: PortRequest, about port: String) {
    send(request, about: port, UnsafeBufferPointer(start: nil, count: 0))
  }

  /// Tells the node that a port here has died; `encoded` is the reason in CBOR, if it is known.
  func tellDeath(of port: String, _ reason: [Value], encoded: UnsafeRawBufferPointer?) {}

  /// Connects to the node, unless there is a connection.
  func connect() {}

  /// Forgets the entry if nothing depends on it any more.
  func forgetIfIdle() {}
}

/// The ports here that one other node monitors.
///
/// A port knows its place in the list of the first node that monitors it, in four bytes that were free. So a
/// hundred thousand ports that die at once leave the list without a search, at the cost of a store each.
/// Further nodes have the port in a table. The list counts no references: a port leaves it before the table
/// of ports releases it.
struct WatchedPorts: ~Copyable {
  /// The ports that know their place; nil where one has left.
  private var places: [Unmanaged<LocalPort>?] = []
  private var placed = 0
  /// The ports that another node monitored before.
  private var others = IdentityTable<LocalPort>()

  var count: Int { placed + others.count }

  var isEmpty: Bool { count == 0 }

  /// All ports, in no order.
  var all: [LocalPort] { places.compactMap { $0?.takeUnretainedValue() } + others.all }

  func contains(_ port: LocalPort) -> Bool { isPlaced(port) || others.contains(port) }

  /// Adds a port that is not in the set.
  mutating func insert(_ port: LocalPort) {
    guard port.watchedPlace == LocalPort.noPlace, let place = nextPlace() else {
      return others.insert(port)
    }
    port.watchedPlace = place
    places.append(.passUnretained(port))
    placed += 1
  }

  /// Removes a port; false when it is not in the set.
  @discardableResult
  @inline(__always)
  mutating func remove(_ port: LocalPort) -> Bool {
    guard isPlaced(port) else { return others.remove(port) }
    places[Int(port.watchedPlace)] = nil
    port.watchedPlace = LocalPort.noPlace
    placed -= 1
    if placed == 0 { places = [] }
    return true
  }

  /// Empties the set and returns what was in it.
  mutating func removeAll() -> [LocalPort] {
    let ports = all
    for port in ports where isPlaced(port) { port.watchedPlace = LocalPort.noPlace }
    self = WatchedPorts()
    return ports
  }

  /// Whether the place that the port knows is one in this list.
  @inline(__always)
  private func isPlaced(_ port: LocalPort) -> Bool {
    let place = Int(port.watchedPlace)
    return place < places.count
      && places[place]?.toOpaque() == Unmanaged.passUnretained(port).toOpaque()
  }

  /// The place of the next port; before the list grows, its ports move together if half of them have left.
  private mutating func nextPlace() -> UInt32? {
    if places.count == places.capacity, placed * 2 <= places.count { close(up: places) }
    return UInt32(exactly: places.count).flatMap { $0 == LocalPort.noPlace ? nil : $0 }
  }

  private mutating func close(up before: [Unmanaged<LocalPort>?]) {
    places = []
    for case let port? in before {
      port._withUnsafeGuaranteedRef { $0.watchedPlace = UInt32(truncatingIfNeeded: places.count) }
      places.append(port)
    }
  }
}

/// A reference to an object that becomes nil when the object goes.
///
/// It stands in for `weak`, which makes every retain and release of its object several times as expensive,
/// also on the hot path. The loop's thread only.
final class Reference<Object: AnyObject> {
  private var unmanaged: Unmanaged<Object>?

  init(_ object: Object) {
    unmanaged = .passUnretained(object)
  }

  /// The object, while it lives.
  var object: Object? { unmanaged?.takeUnretainedValue() }

  /// Forgets the object, which is about to go.
  func clear() {
    unmanaged = nil
  }
}
