/// The reaction to a port's death or the loss of its node.
enum Monitor {
  /// Calls a callback of the program.
  case callback(MonitorCallback)
  /// Tells the node that asked with `mon1`.
  case node(NodeEntry)
}

/// A callback for the death of a port.
struct MonitorCallback {
  let serial: UInt64
  /// The port that asked, in whose context it is called.
  let watcher: LocalPort?
  let call: (Message) throws -> Void
}

/// Names one monitor of ours, to take it back.
struct MonitorToken {
  /// Where the monitor is kept.
  enum Place {
    case local(LocalPort)
    /// In the table of a node, by the port's name.
    case node(NodeEntry, port: String)
    /// Nowhere: this node's own port never dies.
    case nowhere
  }

  let place: Place
  let serial: UInt64
}

/// The monitors on one port: nearly always a single one, which needs no further object.
///
/// The size is that of one reference, since every port has room for a list.
enum MonitorList {
  indirect case callback(MonitorCallback)
  case node(NodeEntry)
  case several(MonitorGroup)

  var isEmpty: Bool { count == 0 }

  var count: Int {
    guard case .several(let group) = self else { return 1 }
    return group.monitors.count
  }

  /// Adds a callback or a node, whose serial number is above all others.
  ///
  /// Makes the list where there is none. A node may be in a list once only.
  static func insert(_ monitor: Monitor, _ serial: UInt64, into list: inout MonitorList?) {
    guard let before = list else {
      switch monitor {
      case .callback(let callback): list = .callback(callback)
      case .node(let entry): list = .node(entry)
      }
      return
    }
    let group: MonitorGroup
    switch before {
    case .callback(let first): group = MonitorGroup(.callback(first), first.serial)
    // The first monitor is the oldest, which 0 says as well as its own number.
    case .node(let first): group = MonitorGroup(.node(first), 0)
    case .several(let several): group = several
    }
    group.insert(monitor, serial)
    list = .several(group)
  }

  /// Takes a callback out and returns it, to be released by the caller; an empty list goes.
  static func remove(_ serial: UInt64, from list: inout MonitorList?) -> MonitorCallback? {
    switch list {
    case nil, .node: return nil
    case .callback(let only):
      guard only.serial == serial else { return nil }
      list = nil
      return only
    case .several(let group):
      guard case .callback(let callback) = group.monitors[serial] else { return nil }
      // The caller still holds the callback here: its release may run code of the program.
      group.monitors[serial] = nil
      if group.monitors.isEmpty { list = nil }
      return callback
    }
  }

  /// Takes a node out; an empty list goes.
  static func remove(_ entry: NodeEntry, from list: inout MonitorList?) {
    switch list {
    case nil, .callback: return
    case .node(let only):
      if only === entry { list = nil }
    case .several(let group):
      guard let serial = group.nodes.removeValue(forKey: ObjectIdentifier(entry)) else { return }
      group.monitors[serial] = nil
      if group.monitors.isEmpty { list = nil }
    }
  }

  /// The nodes among them, in no order.
  var nodes: [NodeEntry] {
    switch self {
    case .callback: return []
    case .node(let entry): return [entry]
    case .several(let group):
      return group.monitors.values.compactMap {
        if case .node(let entry) = $0 { entry } else { nil }
      }
    }
  }

  /// Calls `body` for all, in the order in which they were added.
  func visit(_ body: (Monitor) -> Void) {
    switch self {
    case .callback(let callback): body(.callback(callback))
    case .node(let entry): body(.node(entry))
    case .several(let group): for monitor in group.inOrder { body(monitor) }
    }
  }
}

/// Several monitors on one port.
final class MonitorGroup {
  /// By serial number.
  @exclusivity(unchecked) fileprivate var monitors: [UInt64: Monitor]
  /// The serial numbers of the nodes among them.
  @exclusivity(unchecked) fileprivate var nodes: [ObjectIdentifier: UInt64] = [:]

  fileprivate init(_ first: Monitor, _ serial: UInt64) {
    monitors = [:]
    insert(first, serial)
  }

  fileprivate func insert(_ monitor: Monitor, _ serial: UInt64) {
    monitors[serial] = monitor
    if case .node(let entry) = monitor { nodes[ObjectIdentifier(entry)] = serial }
  }

  /// Oldest first.
  fileprivate var inOrder: [Monitor] {
    monitors.sorted { $0.key < $1.key }.map(\.value)
  }
}

/// A port of another node that we monitor.
///
/// The first callback, nearly always the only one, needs no object of its own.
final class MonitoredPort: Named {
  /// The port's name; the empty one stands for the node.
  let name: String
  @exclusivity(unchecked) private var first: MonitorCallback?
  /// The callbacks behind the first.
  @exclusivity(unchecked) private var more: MonitorList?

  init(name: String, _ first: MonitorCallback) {
    self.name = name
    self.first = first
  }

  var isEmpty: Bool { first == nil && more == nil }

  /// Adds a callback whose serial number is above all others.
  func insert(_ callback: MonitorCallback) {
    MonitorList.insert(.callback(callback), callback.serial, into: &more)
  }

  /// Takes a callback out and returns it, to be released by the caller.
  func remove(_ serial: UInt64) -> MonitorCallback? {
    first?.serial == serial ? first.take() : MonitorList.remove(serial, from: &more)
  }

  /// Calls `body` for all callbacks, oldest first, and releases them.
  @inline(__always)
  func takeAll(_ body: (MonitorCallback) -> Void) {
    let more = more.take()
    if let first = first.take() { body(first) }
    more?.visit { if case .callback(let callback) = $0 { body(callback) } }
  }
}

/// The monitors of one loss that are called one after the other: a callback may take back those behind it.
///
/// No table has these monitors any more, so their serial numbers are noted here.
struct FiringMonitors {
  /// How many lists of monitors are being called: a callback may cause another.
  private var depth = 0
  private var takenBack: Set<UInt64> = []

  /// Begins a series of calls, which ends with ``end()``.
  mutating func begin() { depth += 1 }

  mutating func end() {
    depth -= 1
    if depth == 0, !takenBack.isEmpty { takenBack = [] }
  }

  /// Notes that a monitor which no table has was taken back.
  mutating func takeBack(_ serial: UInt64) {
    if depth > 0 { takenBack.insert(serial) }
  }

  /// Whether a monitor that is about to be called was taken back.
  @inline(__always)
  func isTakenBack(_ serial: UInt64) -> Bool {
    !takenBack.isEmpty && takenBack.contains(serial)
  }
}
