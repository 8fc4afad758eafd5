@testable import AEMPWire
@testable import AEValue
@testable import AnyEvent
@testable import AnyEventMP
@testable import AnyEventMPTesting

/// Two nodes get the same packets, one by the short ways, one without: their ports hear the same and die of the same,
/// and the connections hold the same bytes and end for the same reason.
func fuzzReceiving(_ input: [UInt8]) throws {
  var input = FuzzInput(input)
  let settings = input.byte()
  let framing: Framing = settings & 1 == 0 ? .cbor : .json
  let isInReadBuffer = settings & 2 == 0
  let name = ListeningNode.names[Int(settings >> 2) % ListeningNode.names.count]
  // From the third packet in a row on those for a port are read where they lie.
  let start = try Array(repeating: packet(framing, name), count: 2)
  let nodes = [
    try ListeningNode(framing, isDirect: true), try ListeningNode(framing, isDirect: false),
  ]
  defer { for node in nodes { node.close() } }
  for (index, piece) in (start + input.pieces()).enumerated() {
    for node in nodes {
      node.receive(piece, isInReadBuffer: isInReadBuffer)
      // What waits for the loop has its turn now and then.
      if index % 8 == 7 { node.settle() }
    }
  }
  for node in nodes { node.settle() }
  try nodes[0].compare(with: nodes[1])
  try demand(nodes[0].texts == nodes[1].texts, "texts that are kept are the same")
}

private func packet(_ framing: Framing, _ name: String) throws -> [UInt8] {
  let buffer = ByteBuffer()
  try [Value.string("t")].withUnsafeBufferPointer { message in
    switch framing {
    case .cbor: try CBOREncoding.appendPacket(name: name, message, to: buffer)
    case .json: try JSONEncoding.appendPacket(name: name, message, to: buffer)
    }
  }
  return Array(buffer.bytes)
}

/// A node with a port for each kind of receiver, and an authenticated peer that sends it any packets.
private final class ListeningNode: FuzzedNode {
  static let names = ["i", "s", "d", "is", "bdu", "n", "m", "v", "u", "b", "x"]

  /// How often texts have come to port "b".
  private(set) var texts: [BorrowedText: Int] = [:]

  override init(_ framing: Framing, isDirect: Bool) throws {
    try super.init(framing, isDirect: isDirect)
    node.run {
      for name in Self.names { listen(name) }
      mon("peer#p") { [unowned self] (reason: Message) in hear("end", reason) }
    }
    connect()
  }

  private func hear(_ name: String, _ values: Any...) { hear("\(name): \(values)") }

  /// Makes a port anew whenever it dies.
  private func listen(_ name: String) {
    let p = PortID(node.kernel.addPort(named: name))
    switch name {
    case "i": rcv(p, "t") { [unowned self] (a: Int) in hear(name, a) }
    case "s": rcv(p, "t") { [unowned self] (a: String) in hear(name, Array(a.utf8)) }
    case "d": rcv(p, "t") { [unowned self] (a: Double) in hear(name, a.bitPattern) }
    case "is":
      rcv(p, "t") { [unowned self] (a: Int, b: String) in hear(name, a, Array(b.utf8)) }
    case "bdu":
      rcv(p, "t") { [unowned self] (a: Bool, b: Double, c: UInt64) in
        hear(name, a, b.bitPattern, c)
      }
    case "b":
      rcv(p, "t") { [unowned self] (a: BorrowedText, b: BorrowedText) in
        hear(name, a, b)
        // As a key it is kept.
        texts[a, default: 0] += 1
        if texts.count > 3 { kil(p, a.description) }
      }
    case "n": rcv(p, "t") { [unowned self] in hear(name) }
    case "m": rcv(p, "t") { [unowned self] (message: Message) in hear(name, message) }
    case "v": rcv(p, "t") { [unowned self] (a: Value, b: Value) in hear(name, a, b) }
    case "u":
      rcv(p, "first") { [unowned self] (a: Int?) in hear(name, "first", a as Any) }
      rcv(p, "t") { [unowned self] (a: UInt8, b: Bool) in hear(name, a, b) }
    default: rcv(p, "t") { [unowned self] (a: Int) in try replace(p, a) }
    }
    mon(p) { [unowned self] (reason: Message) in
      hear("\(name) died", reason)
      node.run { listen(name) }
    }
  }

  /// What a callback may do: throw, replace itself, kill its port, send to another.
  private func replace(_ p: PortID, _ number: Int) throws {
    hear("x", number)
    if number % 3 == 0 { throw die("\(number)") }
    if number % 5 == 0 { snd(PortID("\(node.id)#i"), "t", number) }
    rcv(p, "t") { [unowned self] (a: Int) in
      hear("again", a)
      if a % 2 == 0 { kil(p, "even") }
    }
    hear("replaced", number)
  }
}
