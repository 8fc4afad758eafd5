import AEMPWire
import AnyEvent

/// The strangers: incoming connections that are not authenticated yet, by the place that they come from.
///
/// The connection to drop when there are too many is found without looking at the others: somebody
/// who opens thousands of connections must not make each further one costly. This structure does
/// not retain the connections.
struct Strangers {
  /// The number of strangers.
  private(set) var count = 0
  private var places: TextDictionary<StrangerPlace> = [:]
  /// The places with one connection, with two, and so on; the last queue is not empty.
  private var levels: [LinkedQueue<StrangerPlace>] = []

  /// The number of strangers from a place.
  func count(at place: String) -> Int { places[place]?.count ?? 0 }

  /// The longest connected stranger from a place.
  func oldest(at place: String) -> PendingConnection? { places[place]?.connections.first }

  /// The connection to drop when there are too many: the oldest of the place that holds most.
  ///
  /// Of several such places it is the one that has held that number longest.
  var surplus: PendingConnection? { levels.last?.first?.connections.first }

  /// Adds a connection, which must not be among the strangers.
  mutating func add(_ connection: PendingConnection) {
    let name = connection.place
    let place = places[name] ?? StrangerPlace(name: name)
    if place.count == 0 { places[name] = place } else { levels[place.count - 1].remove(place) }
    place.connections.append(connection)
    connection.isStranger = true
    place.count += 1
    if levels.count < place.count { levels.append(LinkedQueue()) }
    levels[place.count - 1].append(place)
    count += 1
  }

  /// Removes a connection that is gone or authenticated; does nothing if it is no stranger.
  mutating func remove(_ connection: PendingConnection) {
    guard connection.isStranger, let place = places[connection.place] else { return }
    connection.isStranger = false
    place.connections.remove(connection)
    levels[place.count - 1].remove(place)
    place.count -= 1
    count -= 1
    if place.count > 0 {
      levels[place.count - 1].append(place)
    } else {
      places[place.name] = nil
    }
    while let last = levels.last, last.first == nil { levels.removeLast() }
  }
}

/// A place that strangers come from, and their connections.
final class StrangerPlace: Linked {
  /// The address, or for IPv6 the network that one host may have all addresses of.
  let name: String
  var count = 0
  var connections = LinkedQueue<PendingConnection>()
  // The links of the queue of places with the same count; the dictionary of places retains them.
  unowned(unsafe) var previous: StrangerPlace?
  unowned(unsafe) var next: StrangerPlace?

  init(name: String) {
    self.name = name
  }

  /// The place of `host:port`: for IPv6 the network of 64 bits.
  ///
  /// A host that has one address of such a network usually has all of them.
  static func name(of address: String) -> String {
    // Nearly all addresses have no brackets, so that only the last colon has to be found.
    guard address.utf8.first == UInt8(ascii: "[") else {
      let end = address.utf8.lastIndex(of: UInt8(ascii: ":")) ?? address.endIndex
      return String(address[..<end])
    }
    let host = String(address.dropFirst().prefix { $0 != "]" })
    return SocketAddress.network(of: host) ?? host
  }
}

/// The pending connections, found without looking at all of them.
struct PendingTable {
  private var connections: [UInt64: PendingConnection] = [:]
  /// The connections by the node id that the other end claims, oldest first.
  private var claims: TextDictionary<[PendingConnection]> = [:]
  private(set) var strangers = Strangers()
  private var serial: UInt64 = 0

  /// The number of pending connections.
  var count: Int { connections.count }

  /// All pending connections, oldest first.
  var inOrder: [PendingConnection] { connections.values.sorted { $0.serial < $1.serial } }

  /// The connections whose other end claims that node id, oldest first.
  func claiming(_ id: String) -> [PendingConnection] { claims[id] ?? [] }

  func contains(_ connection: PendingConnection) -> Bool {
    connections[connection.serial] === connection
  }

  mutating func add(_ connection: PendingConnection) {
    serial += 1
    connection.serial = serial
    connections[serial] = connection
    if connection.role == .accepting { strangers.add(connection) }
  }

  /// Files a connection under the node id of its greeting.
  mutating func greeted(_ connection: PendingConnection) {
    guard contains(connection), let id = connection.peer?.nodeID else { return }
    var others = claims.removeValue(forKey: id) ?? []
    let place = others.lastIndex { $0.serial < connection.serial }.map { $0 + 1 } ?? 0
    others.insert(connection, at: place)
    claims[id] = others
  }

  /// Takes a connection out of the strangers, because its other end knows the secret.
  mutating func proved(_ connection: PendingConnection) { strangers.remove(connection) }

  mutating func remove(_ connection: PendingConnection) {
    guard contains(connection) else { return }
    connections[connection.serial] = nil
    strangers.remove(connection)
    guard let id = connection.peer?.nodeID, var others = claims.removeValue(forKey: id) else {
      return
    }
    others.removeAll { $0 === connection }
    if !others.isEmpty { claims[id] = others }
  }

  /// Removes all connections and returns them.
  mutating func removeAll() -> [PendingConnection] {
    let all = inOrder
    for connection in all { strangers.remove(connection) }
    connections = [:]
    claims = [:]
    return all
  }
}
