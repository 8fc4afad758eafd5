import AnyEvent
import AnyEventMP
import TestSupport
import Testing

/// A node, and another one in the hands of the test that sends it requests.
final class RequestBench {
  let node: Node
  let loop: Loop
  let peer: WirePeer
  private var marks = 0

  init(_ node: Node, _ loop: Loop) throws {
    self.node = node
    self.loop = loop
    peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
    // It says at once whether it is global.
    sync()
    _ = answers()
  }

  /// The id of a port of the other node.
  func port(_ name: String) -> Value { .string("\(peer.id)#\(name)") }

  /// Sends a request and runs the loop until it was handled.
  func request(_ message: Value...) { request(message) }

  func request(_ message: [Value]) {
    peer.send(packet: message)
    sync()
  }

  /// Runs the loop until everything that was sent was handled.
  func sync() {
    marks += 1
    peer.send("", "snd", port("mark"), .int(marks))
    loop.run(until: { peer.packets.last { $0.port == "mark" }?.message == [.int(marks)] })
    loop.settle()
  }

  /// What the node has sent since the last call, behind the names of the ports.
  func answers() -> [[Value]] {
    peer.takePackets().filter { $0.port != "mark" }.map { [.string($0.port)] + $0.message }
  }
}

/// Runs `body` as code of a node that another one sends requests.
func withBench(
  secure: Bool? = nil, seeds: [String] = [], limits: LimitArguments = LimitArguments(),
  _ body: (RequestBench) throws -> Void
) throws {
  try withLoop { loop in
    let node = try Node.listening(on: loop, seeds: seeds, secure: secure, limits: limits)
    defer { node.close() }
    let bench = try RequestBench(node, loop)
    try node.run { try body(bench) }
  }
}
