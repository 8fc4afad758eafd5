/// The ports of ours that one other node monitors.
///
/// A port knows its place in the list of the first node that monitors it, in four bytes that were free:
/// nothing is searched, and a hundred thousand ports that die at once leave the list at the cost of a
/// store each. Only for further nodes the ports are in a table. The list does not count references: a
/// port leaves it before the table of ports lets go of it.
struct WatchedPorts: ~Copyable {
  /// Those that know their place; nil where one has left.
  private var places: [Unmanaged<LocalPort>?] = []
  private var placed = 0
  /// Those that another node monitored before.
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

  /// Where the next port goes; before the list would grow, those in it move together if half have left.
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
