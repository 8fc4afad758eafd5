/// The monitors on one port: nearly always one, which then needs no dictionary.
///
/// A reference in size, since every port has room for it.
indirect enum MonitorList {
  case one(UInt64, Monitor)
  case several([UInt64: Monitor])

  var isEmpty: Bool { count == 0 }

  /// The serial numbers, in no order.
  var serials: [UInt64] {
    switch self {
    case .one(let only, _): [only]
    case .several(let monitors): Array(monitors.keys)
    }
  }

  var count: Int {
    switch self {
    case .one: 1
    case .several(let monitors): monitors.count
    }
  }

  /// The monitor with that serial number.
  subscript(serial: UInt64) -> Monitor? {
    switch self {
    case .one(let only, let monitor): only == serial ? monitor : nil
    case .several(let monitors): monitors[serial]
    }
  }

  /// Adds a monitor by its serial number; made where there is no list yet.
  static func insert(_ monitor: Monitor, _ serial: UInt64, into list: inout MonitorList?) {
    switch list {
    case nil: list = .one(serial, monitor)
    case .one(let first, let other): list = .several([first: other, serial: monitor])
    case .several(var monitors):
      // Not copied: the list gives it up for the moment.
      list = nil
      monitors[serial] = monitor
      list = .several(monitors)
    }
  }

  /// Takes a monitor out and returns it, to be released by the caller; an empty list goes.
  static func remove(_ serial: UInt64, from list: inout MonitorList?) -> Monitor? {
    switch list {
    case nil: return nil
    case .one(let only, let monitor):
      guard only == serial else { return nil }
      list = nil
      return monitor
    case .several(var monitors):
      list = nil
      let monitor = monitors.removeValue(forKey: serial)
      if !monitors.isEmpty { list = .several(monitors) }
      return monitor
    }
  }

  /// Calls `body` for all, in the order in which they were added.
  func visit(_ body: (Monitor) -> Void) {
    switch self {
    case .one(_, let monitor): body(monitor)
    case .several(let monitors):
      for (_, monitor) in monitors.sorted(by: { $0.key < $1.key }) { body(monitor) }
    }
  }
}
