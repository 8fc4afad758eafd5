@testable import AEMPWire
@testable import AEValue
@testable import AnyEvent
@testable import AnyEventMP
@testable import AnyEventMPTesting

/// Two nodes hear of the same deaths and have the same ports of theirs killed, one by the short ways, one without: the
/// same monitors fire in the same order with the same reasons, the peer is answered the same, and the same is left.
func fuzzDeaths(_ input: [UInt8]) throws {
  var input = FuzzInput(input)
  let settings = input.byte()
  let framing: Framing = settings & 1 == 0 ? .cbor : .json
  let nodes = [
    try MortalNode(framing, isDirect: true), try MortalNode(framing, isDirect: false),
  ]
  defer { for node in nodes { node.close() } }
  if settings & 2 == 0 {
    while !input.isEmpty {
      let step = DeathStep(&input)
      for node in nodes { try node.perform(step) }
    }
  } else {
    for piece in input.pieces() {
      for node in nodes {
        node.receive(piece, isInReadBuffer: settings & 4 == 0)
        node.settle()
      }
    }
  }
  for node in nodes { try node.perform(.deliver(except: 0, isInReadBuffer: true)) }
  for node in nodes { node.settle() }
  try compare(nodes[0], nodes[1])
}

private func compare(_ quick: MortalNode, _ general: MortalNode) throws {
  try quick.compare(with: general)
  try demand(quick.alive == general.alive, "the same ports are alive")
  try demand(quick.monitored == general.monitored, "the same ports of the peer are monitored")
  try demand(quick.watchingCount == general.watchingCount, "the peer monitors as many ports")
}

/// One thing that happens to a node.
private enum DeathStep {
  /// Requests of the peer about ports in a row, which wait for ``deliver(except:isInReadBuffer:)``.
  case requests(PortRequest, first: UInt8, count: Int, reason: UInt8)
  /// Any bytes behind them.
  case bytes([UInt8])
  /// What waits arrives, but for some bytes at its end.
  case deliver(except: Int, isInReadBuffer: Bool)
  /// The program kills ports in a row, of this node or of the peer.
  case kill(isOwn: Bool, first: UInt8, count: Int, reason: UInt8)
  /// The program monitors ports in a row once more.
  case monitor(first: UInt8, count: Int)
  /// The program takes monitors back.
  case takeBack(first: UInt8, count: Int)
  /// What waits for the loop has its turn.
  case settle

  init(_ input: inout FuzzInput) {
    let kind = input.byte()
    let (first, count) = (input.byte(), Int(kind >> 4) + 1)
    switch kind & 15 {
    case 0...3: self = .requests(.kil0, first: first, count: count, reason: input.byte())
    case 4: self = .requests(.kil1, first: first, count: count, reason: input.byte())
    case 5, 6: self = .requests(.mon1, first: first, count: count, reason: 0)
    case 7: self = .requests(.mon0, first: first, count: count, reason: 0)
    case 8: self = .bytes(input.bytes(Int(first)))
    case 9, 10: self = .deliver(except: Int(first >> 1) * count, isInReadBuffer: first & 1 == 0)
    case 11: self = .kill(isOwn: true, first: first, count: count, reason: input.byte())
    case 12: self = .kill(isOwn: first & 1 == 0, first: first, count: 2 * count, reason: 1)
    case 13: self = .monitor(first: first, count: count)
    case 14: self = .takeBack(first: first, count: count)
    default: self = .settle
    }
  }
}

/// A node that monitors ports of an authenticated peer, which monitors some of its own.
private final class MortalNode: FuzzedNode {
  /// The names of its ports, and of those of the peer that it monitors.
  static let names =
    (0..<48).map { "p\($0)" } + [
      "é", "a name of sixteen", "a name of more than twenty-three bytes",
      String(repeating: "n", count: 300), "", "unknown",
    ]
  private static let reasons: [[Value]] = [
    [], ["bye"], ["bye", 1], [1], [.null], ["a reason of some more bytes", true], ["é"], [["list"]],
    [0.5], [.string(String(repeating: "long ", count: 30))], Array(repeating: 1, count: 9),
    Array(repeating: 1, count: 20), Array(repeating: 1, count: 21), [0], [.double(0)],
    [.bytes([98])], ["by a monitor"],
  ]

  /// What has arrived, but is not read yet.
  private var waiting: [UInt8] = []
  private var monitors: [Subscription?] = Array(repeating: nil, count: names.count)
  /// How many monitors may still be made from within others.
  private var left = 100

  override init(_ framing: Framing, isDirect: Bool) throws {
    try super.init(framing, isDirect: isDirect)
    connect()
    for (index, name) in Self.names.prefix(48).enumerated() { addPort(index, name) }
    for index in Self.names.indices { monitor(index) }
    settle()
  }

  // MARK: What is compared

  var alive: [String] {
    Self.names.filter { node.kernel.ports.find($0)?.state == .alive }
  }

  var monitored: [String] {
    let peer = node.peers.entries["peer"]
    return Self.names.filter { peer?.monitors.find($0) != nil } + ["\(peer?.monitors.count ?? 0)"]
  }

  var watchingCount: Int { node.peers.entries["peer"]?.watching.count ?? 0 }

  // MARK: What happens

  func perform(_ step: DeathStep) throws {
    switch step {
    case .requests(let request, let first, let count, let reason):
      let buffer = ByteBuffer()
      for name in Self.names(first, count) { try append(request, name, reason, to: buffer) }
      waiting += buffer.bytes
    case .bytes(let bytes):
      waiting += bytes
    case .deliver(let left, let isInReadBuffer):
      let count = waiting.count > left ? waiting.count - left : waiting.count
      let arriving = Array(waiting.prefix(count))
      waiting.removeFirst(count)
      if !arriving.isEmpty { receive(arriving, isInReadBuffer: isInReadBuffer) }
    case .kill(let isOwn, let first, let count, let reason):
      node.run {
        let values = Self.reasons[Int(reason) % Self.reasons.count]
        for name in Self.names(first, count) {
          let port = PortID("\(isOwn ? node.id : "peer")#\(name)")
          if let only = values.first, values.count == 1 {
            kil(port, only)
          } else {
            port.kill(Message(values))
          }
        }
      }
    case .monitor(let first, let count):
      for index in Self.indices(first, count) { monitor(index) }
    case .takeBack(let first, let count):
      for index in Self.indices(first, count) { monitors[index]?.cancel() }
    case .settle:
      settle()
    }
  }

  private static func indices(_ first: UInt8, _ count: Int) -> [Int] {
    (0..<count).map { (Int(first) + $0) % names.count }
  }

  private static func names(_ first: UInt8, _ count: Int) -> [String] {
    indices(first, count).map { names[$0] }
  }

  private func append(
    _ request: PortRequest, _ name: String, _ reason: UInt8, to buffer: ByteBuffer
  ) throws {
    let values =
      request == .kil0 || request == .kil1
      ? Self.reasons[Int(reason) % Self.reasons.count] : []
    switch framing {
    case .cbor:
      try values.withUnsafeBufferPointer {
        try CBOREncoding.appendRequest(request, about: name, $0, to: buffer)
      }
    case .json:
      let message = [.string(request.name), .string(name)] + values.filter { $0 != .bytes([98]) }
      try message.withUnsafeBufferPointer {
        try JSONEncoding.appendPacket(name: "", $0, to: buffer)
      }
    }
  }

  // MARK: What the program does

  /// A port of this node; some are monitored here too, and with some go objects that run code of the program.
  private func addPort(_ index: Int, _ name: String) {
    let port = PortID(node.kernel.addPort(named: name))
    // It may go after this object, with the node.
    let released = Guard { [weak self] in
      guard let self else { return }
      hear("\(name) goes")
      if index % 12 == 7 { node.run { kil("\(node.id)#p\(index - 5)", "by an object") } }
    }
    node.run {
      rcv(port, "t") { [unowned self] (number: Int) in
        withExtendedLifetime(released) { hear("\(name) gets \(number)") }
      }
      if index % 6 == 1 {
        mon(port) { [unowned self] (reason: Message) in hear("\(name) died: \(reason)") }
      }
      if index % 12 == 3 { mon(port, "\(node.id)#p\(index - 1)") }
    }
  }

  /// Monitors a port of the peer, some in the context of a port of this node.
  private func monitor(_ index: Int) {
    let owner = index % 5 == 0 ? node.kernel.ports.find(Self.names[index % 48]) : nil
    let serial = heard.count
    node.kernel.peval(owner) {
      monitors[index] = node.monitor(PortID("peer#\(Self.names[index])")) {
        [unowned self] reason in
        hear("peer's \(Self.names[index]) (\(serial)): \(reason)")
        try react(index, reason)
      }
    }
  }

  /// What a monitor may do: throw, monitor again, take back another, kill, send, end the connection.
  private func react(_ index: Int, _ reason: Message) throws {
    switch index % 16 {
    case 1, 2:
      if left > 0 {
        left -= 1
        monitor(index)
      }
    case 3: monitors[(index + 1) % monitors.count]?.cancel()
    case 4: kil("\(node.id)#p\(index)", "by a monitor")
    case 5: throw die("in a monitor")
    case 6: kil("peer#p\(index + 1)")
    case 7: snd("peer#x", "died", index)
    case 8: snd("\(node.id)#p\(index)", "t", index)
    case 9: PortID("\(node.id)#p\(index)").kill(reason)
    case 10: if heard.count > 60 { link.fail("by a monitor") }
    case 11: node.kernel.kill(PortID("\(node.id)#p\(index)"), reason: [["other"], 7])
    // Another one of the same port, which has its turn after this one.
    case 12: monitors[index]?.cancel()
    default: break
    }
  }
}
