import AEValue

/// The limits of a node that is told none.
enum StandardLimits {
  /// Connections that came in and are not authenticated.
  static let strangers = 1024
  /// How many of them may come from one address.
  static let strangersPerAddress = 256
  /// Connections to others that may be under way at a time.
  static let dials = 64
  /// Addresses of one node that are used.
  static let addresses = 32
  /// Bytes of one packet.
  static let packet = 16 << 20
  /// Levels of nesting of one packet.
  static let depth = CodecLimits.standard.maximumDepth
  /// Values of one packet.
  static let values = 200_000
  /// Bytes of the name of a port, a function, a node, a database family or a key.
  static let name = 4096
  /// Bytes that may wait for one node.
  static let queue = 256 << 20
  /// Bytes that may wait for all nodes together.
  static let queues = 512 << 20
  /// What a packet may be.
  static let codec = CodecLimits(
    maximumSize: packet, maximumDepth: depth, maximumValues: values)
  /// Living ports that one other node may have spawned here.
  static let spawned = 100_000
  /// Bytes of the merged database of a global node.
  static let database = 128 << 20
  /// Database families that one other node may monitor here, and questions of it that wait.
  static let monitors = 10_000
  /// Data connections of one other node that are announced and have not come.
  static let dataConnections = 64
  /// Log messages of one other node that are caught, a second.
  static let caughtLines = 1000
  /// Log lines about similar trouble with one peer, a minute.
  static let logLines = 10
}
