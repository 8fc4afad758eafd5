@testable import AEMPWire
@testable import AEValue
@testable import AnyEvent
@testable import AnyEventMP
@testable import AnyEventMPTesting

/// A node with ports, monitors and a database, and an authenticated peer that sends it any packets:
/// what the node sends is well-formed, and nothing is left when the peer has gone.
func fuzzNode(_ input: [UInt8]) throws {
  var input = FuzzInput(input)
  let framing: Framing = input.byte() & 1 == 0 ? .json : .cbor
  let network = SimulatedNetwork(seed: 1)
  defer { network.close() }
  let host = try network.addHost("fuzzed")
  guard let node = host.node else { return }
  let wire = FuzzedWire()
  let peer = node.peers.peer("peer")
  let link = Link(
    peers: node.peers, peer: peer, stream: StreamConnection(loop: network.loop, medium: wire),
    address: "10.9.9.9:1", facts: .fuzzed(framing),
    keys: nil)
  node.run { prepare(node) }
  node.peers.nodeUp(peer, link)
  for piece in input.pieces() {
    var piece = piece
    piece.withUnsafeMutableBytes { link.received($0) }
    network.run(for: 0.01)
  }
  network.run(for: 40)
  link.fail("the end")
  network.run(for: 1)
  try demand(node.peers.entries["peer"]?.link == nil, "a lost connection is forgotten")
  try demand(peer.watching.count == 0, "a node that is gone watches nothing")
  var answers = PacketDecoder(framing: framing)
  try wire.sent.withUnsafeBytes { bytes in
    do {
      try answers.feed(bytes) { _, _ in true }
    } catch {
      throw FuzzFinding(description: "does not hold: what a node sends are packets: \(error)")
    }
  }
}

/// Ports `a` and `b`, a function to start more, monitors on the peer and one of its ports, and a
/// monitored family.
private func prepare(_ node: Node) {
  sub("fuzz::init") { (message: Message) in
    rcv(SELF) { (message: Message) in snd("peer#p", Value.array(Array(message))) }
  }
  for name in ["a", "b"] as [Value] {
    [.string(Functions.spawnRequest), name, "fuzz::init"].withUnsafeBufferPointer {
      node.nodePort.handle($0, from: node.kernel.home)
    }
  }
  mon("peer#p") { (message: Message) in snd("\(node.id)#a", Value.array(Array(message))) }
  mon("peer") {}
  db_set("family", "own", 1)
  db_mon("family") { _, _, _, _ in }
}
