import AEMPWire

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
