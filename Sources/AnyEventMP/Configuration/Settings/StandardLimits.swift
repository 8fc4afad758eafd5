/// The limits that parts of a node take which were told none.
enum StandardLimits {
  /// Addresses of one node that are used.
  static var addresses: Int { Limit.maxAddresses.standard }
  /// Bytes of the name of a port, a function, a node, a database family or a key.
  static var name: Int { Limit.maxName.standard }
  /// Bytes of the merged database of a global node.
  static var database: Int { Limit.maxDatabase.standard }
  /// Database families that one other node may monitor here, and questions of it that wait.
  static var monitors: Int { Limit.maxMonitors.standard }
}
