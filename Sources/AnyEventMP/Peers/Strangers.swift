import AEMPWire
import AnyEvent

/// The connections that came in and are not authenticated, by where they come from.
///
/// Finds who has to go when there are too many without looking at the others: whoever opens
/// thousands of connections must not make each further one costly. It does not keep the
/// connections.
struct Strangers {
  /// How many there are.
  private(set) var count = 0
  private var places: TextDictionary<StrangerPlace> = [:]
  /// The places that hold one connection, two, …; the last queue is not empty.
  private var levels: [LinkedQueue<StrangerPlace>] = []

  /// How many come from that place.
  func count(at place: String) -> Int { places[place]?.count ?? 0 }

  /// The one that has been connected longest of those from a place.
  func oldest(at place: String) -> PendingConnection? { places[place]?.connections.first }

  /// Who has to go when there are too many: the oldest of the place that holds most; of several such
  /// places the one that has held so many longest.
  var surplus: PendingConnection? { levels.last?.first?.connections.first }

  /// Adds one; once only.
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

  /// It is gone, or has proved itself; nothing if that was known.
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

/// Where strangers come from, and which of them are connected.
final class StrangerPlace: Linked {
  /// The address, or the network that one may have all addresses of.
  let name: String
  var count = 0
  var connections = LinkedQueue<PendingConnection>()
  // In the queue of the places that hold as many; the table of places keeps them.
  unowned(unsafe) var previous: StrangerPlace?
  unowned(unsafe) var next: StrangerPlace?

  init(name: String) {
    self.name = name
  }

  /// The place of `host:port`: for IPv6 the network of 64 bits, since whoever has one address there
  /// has all of them.
  static func name(of address: String) -> String {
    // Nearly all have no brackets, and nothing to look at but the last colon.
    guard address.utf8.first == UInt8(ascii: "[") else {
      let end = address.utf8.lastIndex(of: UInt8(ascii: ":")) ?? address.endIndex
      return String(address[..<end])
    }
    let host = String(address.dropFirst().prefix { $0 != "]" })
    return SocketAddress.network(of: host) ?? host
  }
}

/// The connections that are in their handshake, found without looking at all of them.
struct PendingTable {
  private var connections: [UInt64: PendingConnection] = [:]
  /// By the node that the other end claims to be, in the order in which they began.
  private var claims: TextDictionary<[PendingConnection]> = [:]
  /// Those that came in and have not proved themselves.
  private(set) var strangers = Strangers()
  private var serial: UInt64 = 0

  /// How many there are.
  var count: Int { connections.count }

  /// All, in the order in which they began.
  var inOrder: [PendingConnection] { connections.values.sorted { $0.serial < $1.serial } }

  /// Those whose other end claims to be that node, in the order in which they began.
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

  /// The other end has said who it is.
  mutating func greeted(_ connection: PendingConnection) {
    guard contains(connection), let id = connection.peer?.nodeID else { return }
    var others = claims.removeValue(forKey: id) ?? []
    let place = others.lastIndex { $0.serial < connection.serial }.map { $0 + 1 } ?? 0
    others.insert(connection, at: place)
    claims[id] = others
  }

  /// The other end has proved to know the secret.
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

  /// Removes all and hands them out.
  mutating func removeAll() -> [PendingConnection] {
    let all = inOrder
    for connection in all { strangers.remove(connection) }
    connections = [:]
    claims = [:]
    return all
  }
}
