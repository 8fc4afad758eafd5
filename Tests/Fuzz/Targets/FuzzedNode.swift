@testable import AEMPWire
@testable import AEValue
@testable import AnyEvent
@testable import AnyEventMP
@testable import AnyEventMPTesting

/// A node with an authenticated peer, whose bytes the fuzzer makes up; one of a pair, of which one goes the short ways
/// and the other one does not.
class FuzzedNode {
  let node: Node
  let link: Link
  let framing: Framing
  private let network = SimulatedNetwork(seed: 1)
  private let wire = FuzzedWire()
  private let peer: Peer
  /// What its callbacks were called with, in their order.
  private(set) var heard: [String] = []

  init(_ framing: Framing, isDirect: Bool) throws {
    guard let node = try network.addHost("fuzzed").node else {
      throw FuzzFinding(description: "there is no node")
    }
    node.kernel.isDirect = isDirect
    self.framing = framing
    self.node = node
    peer = node.peers.peer("peer")
    link = Link(
      peers: node.peers, peer: peer, stream: StreamConnection(loop: network.loop, medium: wire),
      address: "10.9.9.9:1", facts: .fuzzed(framing), keys: nil)
  }

  /// Has the peer be known to be up.
  func connect() { node.peers.nodeUp(peer, link) }

  func close() { network.close() }

  /// Has bytes arrive in the loop's read buffer, behind which others lie, or elsewhere.
  func receive(_ bytes: [UInt8], isInReadBuffer: Bool) {
    var bytes = bytes
    let buffer = network.loop.readBuffer.bytes
    if isInReadBuffer, bytes.count <= buffer.count {
      buffer.copyBytes(from: bytes)
      link.received(UnsafeMutableRawBufferPointer(rebasing: buffer[..<bytes.count]))
    } else {
      bytes.withUnsafeMutableBytes { link.received($0) }
    }
  }

  /// Gives what waits for the loop its turn.
  func settle() { network.run(for: 0.01) }

  func hear(_ what: String) { heard.append(what) }

  /// Demands that the same has happened to this node as to the one that goes the general way.
  func compare(with general: FuzzedNode) throws {
    try demand(heard == general.heard, "\(heard) happens in general: \(general.heard)")
    try demand(
      wire.sent == general.wire.sent, "\(wire.sent) is sent in general: \(general.wire.sent)")
    try demand(link.isOpen == general.link.isOpen, "the connection ends if it does so in general")
    try demand(link.bufferedBytes == general.link.bufferedBytes, "the same bytes are left")
    try demand(
      traffic == general.traffic, "\(traffic) are counted in general: \(general.traffic)")
  }

  /// The packets in both directions.
  private var traffic: [Int] { [link.traffic.messagesIn, link.traffic.messagesOut] }
}
