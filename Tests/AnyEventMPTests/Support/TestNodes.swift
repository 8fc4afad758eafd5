import AnyEvent
import AnyEventMP
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
  /// A node with a name of its own that listens on 127.0.0.1.
  static func listening(
    on loop: Loop, _ name: String = "node", seeds: [String] = [], framings: [String]? = nil,
    secret: String = "the tests' secret", monitorTimeout: Double? = nil,
    connectInterval: Double? = nil, limits: LimitArguments = LimitArguments()
  ) throws -> Node {
    let node = Node(on: loop)
    try node.configure(
      ConfigurationArguments(
        "test", nodeid: TestName.next(name), binds: ["127.0.0.1:*"], seeds: seeds, secret: secret,
        monitor_timeout: monitorTimeout, connect_interval: connectInterval,
        framing_format: framings, limits: limits, norc: true))
    return node
  }

  /// The first address that the node listens on.
  var address: String { status.listeners.first ?? "" }

  /// What the node says of its connection to another.
  func connection(to id: String) -> NodeStatus.Connection? { connections.first { $0.node == id } }

  /// Whether the two have a connection.
  func isConnected(to other: Node) -> Bool { connectedNodes.contains(other.id) }
}

/// Runs `body` with two connected nodes, of which the second has the first as its seed.
func withPair(
  framings: [String]? = nil, connectInterval: Double? = nil,
  _ body: (_ global: Node, _ slave: Node, Loop) throws -> Void
) throws {
  try withLoop { loop in
    let first = try Node.listening(
      on: loop, "global", framings: framings, connectInterval: connectInterval)
    defer { first.close() }
    let second = try Node.listening(
      on: loop, "slave", seeds: [first.address], framings: framings,
      connectInterval: connectInterval)
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
