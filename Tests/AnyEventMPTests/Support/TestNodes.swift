import AnyEvent
import AnyEventMP
import Glibc
import Synchronization
import TestSupport
import Testing

/// Names that no other test of the process uses: log lines of all of them come together.
enum TestName {
  private static let last = Atomic<Int>(0)

  static func next(_ name: String) -> String {
    "test\(last.wrappingAdd(1, ordering: .relaxed).newValue)/\(name)"
  }
}

/// Addresses of 127.0.0.0/8 that no other test uses: ports of 127.0.0.1 come again.
enum TestHost {
  private static let last = Atomic<Int>(0)

  static func next() -> String {
    let number = last.wrappingAdd(1, ordering: .relaxed).newValue
    return "127.\(1 + number / 62_500 % 250).\(1 + number / 250 % 250).\(1 + number % 250)"
  }

  /// An address where nobody listens.
  static func silentAddress(_ loop: Loop) throws -> String {
    let listener = try loop.listen(on: next(), 0) { _ in }
    defer { listener.close() }
    return listener.address.description
  }
}

extension Node {
  /// A node with a name of its own that listens on 127.0.0.1; `surroundings` changes what comes from outside of it.
  static func listening(
    on loop: Loop, _ name: String = "node", binds: [String] = ["127.0.0.1:*"],
    seeds: [String] = [], services: [Value]? = nil, framings: [String]? = nil,
    secret: String = "the tests' secret", secure: Bool? = nil, monitorTimeout: Double? = nil,
    connectInterval: Double? = nil, heartbeat: Double? = nil, heartbeatTimeout: Double? = nil,
    limits: LimitArguments = LimitArguments(), log: LogProbe? = nil,
    surroundings change: (inout NodeSurroundings) -> Void = { _ in }
  ) throws -> Node {
    let node = Node.alone(on: loop, log: log, surroundings: change)
    try node.configure(
      ConfigurationArguments(
        "test", nodeid: TestName.next(name), binds: binds, seeds: seeds, services: services,
        secret: secret, monitor_timeout: monitorTimeout, connect_interval: connectInterval,
        heartbeat: heartbeat, heartbeat_timeout: heartbeatTimeout, framing_format: framings,
        secure: secure, limits: limits, norc: true))
    return node
  }

  /// A node that has no name yet.
  static func alone(
    on loop: Loop, log: LogProbe? = nil,
    surroundings change: (inout NodeSurroundings) -> Void = { _ in }
  ) -> Node {
    var surroundings = NodeSurroundings.machine(loop: loop)
    if let log { surroundings.logSystem = log.system }
    change(&surroundings)
    return Node(on: loop, surroundings: surroundings)
  }

  /// The first address that the node listens on.
  var address: String { status.listeners.first ?? "" }

  /// What the node says of its connection to another.
  func connection(to id: String) -> NodeStatus.Connection? { connections.first { $0.node == id } }

  /// Whether the two have a connection.
  func isConnected(to other: Node) -> Bool { connectedNodes.contains(other.id) }

  /// The bytes that wait for all other nodes.
  var waitingBytes: Int { knownNodes.reduce(0) { $0 + queuedBytes(for: $1) } }

  /// Breaks the connection to another node of this process, as the network between them could.
  func cut(from other: Node, _ location: SourceLocation = #_sourceLocation) {
    let sockets = sockets(to: other.id) + other.sockets(to: id)
    #expect(sockets.count == 1, sourceLocation: location)
    for socket in sockets { shutdown(socket, CInt(SHUT_RDWR)) }
  }

  /// The socket of the connection to another node, if that one has dialled: its address is nobody else's then.
  func sockets(to id: String) -> [CInt] {
    guard let connection = connection(to: id), !connection.isDialled else { return [] }
    return (0..<CInt(min(65_536, sysconf(CInt(_SC_OPEN_MAX))))).filter {
      peerAddress(of: $0) == connection.address
    }
  }
}

/// The `host:port` that a socket is connected with; nil for what is no socket of IPv4.
private func peerAddress(of descriptor: CInt) -> String? {
  var address = sockaddr_in()
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  let status = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) }
  }
  guard status == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
  let host = UInt32(bigEndian: address.sin_addr.s_addr)
  let parts = [24, 16, 8, 0].map { "\(host >> $0 & 255)" }
  return parts.joined(separator: ".") + ":\(UInt16(bigEndian: address.sin_port))"
}

/// Runs `body` with two connected nodes, of which the second has the first as its seed.
func withPair(
  framings: [String]? = nil, monitorTimeout: Double? = nil, connectInterval: Double? = nil,
  limits: LimitArguments = LimitArguments(), logs: (LogProbe, LogProbe)? = nil,
  _ body: (_ global: Node, _ slave: Node, Loop) throws -> Void
) throws {
  try withLoop { loop in
    let first = try Node.listening(
      on: loop, "global", framings: framings, monitorTimeout: monitorTimeout,
      connectInterval: connectInterval, limits: limits, log: logs?.0)
    defer { first.close() }
    let second = try Node.listening(
      on: loop, "slave", seeds: [first.address], framings: framings,
      monitorTimeout: monitorTimeout, connectInterval: connectInterval, limits: limits,
      log: logs?.1)
    defer { second.close() }
    loop.run(until: { first.isConnected(to: second) && second.isConnected(to: first) })
    try body(first, second, loop)
  }
}

/// Runs `body` as code of a node without a name.
func withNode(_ body: (Node, Loop) throws -> Void) rethrows {
  try withLoop { loop in
    let node = Node(on: loop)
    defer { node.close() }
    try node.run { try body(node, loop) }
  }
}
