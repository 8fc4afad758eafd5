import AEValue
import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

/// Ports with receivers of all kinds on a node, and all that happened to them.
private final class Ear {
  let node: Node
  private(set) var heard: [String] = []
  /// Borrowed texts that are kept, and how often they have come.
  private(set) var texts: [BorrowedText: Int] = [:]
  /// What packets of the tests are for.
  static let names = ["one", "two", "flag", "small", "none", "all", "tags", "text", "throws"]

  init(_ loop: Loop, _ framing: Framing, isDirect: Bool) throws {
    node = try Node.listening(on: loop, framings: [framing.rawValue])
    node.kernel.isDirect = isDirect
    node.run { for name in Self.names { listen(name) } }
  }

  /// What happened, without what differs from node to node.
  var transcript: [String] { heard.map { $0.replacing(node.id, with: "node") } }

  private func hear(_ name: String, _ values: Any...) { heard.append("\(name): \(values)") }

  private func listen(_ name: String) {
    let p = PortID(node.kernel.addPort(named: name))
    switch name {
    case "one": rcv(p, "t") { [unowned self] (a: Int) in hear(name, a) }
    case "two": rcv(p, "t") { [unowned self] (a: Int, b: String) in hear(name, a, b) }
    case "flag":
      rcv(p, "t") { [unowned self] (a: Bool, b: Double, c: UInt64) in hear(name, a, b, c) }
    case "small": rcv(p, "t") { [unowned self] (a: UInt8, b: Int?) in hear(name, a, b as Any) }
    case "none": rcv(p, "t") { [unowned self] in hear(name) }
    case "all": rcv(p, "t") { [unowned self] (message: Message) in hear(name, message) }
    case "text":
      rcv(p, "t") { [unowned self] (a: BorrowedText, b: BorrowedText) in
        hear(name, a, b)
        texts[b, default: 0] += 1
      }
    case "tags":
      rcv(p, "first") { [unowned self] (a: Int) in hear(name, "first", a) }
      rcv(p, "t") { [unowned self] (a: String) in hear(name, "t", a) }
    default:
      rcv(p, "t") { [unowned self] (a: Int) in
        hear(name, a)
        if a % 3 == 0 { throw die("\(a)") }
        // The callback that runs is replaced by another.
        rcv(p, "t") { [unowned self] (b: Int) in
          hear("again", b)
          if b % 2 == 0 { kil(p, "even") }
        }
        hear("replaced", a)
      }
    }
    mon(p) { [unowned self] (reason: Message) in
      heard.append("\(name) died: \(reason)")
      node.run { listen(name) }
    }
  }
}

extension SeededGenerator {
  /// A stream of packets for an ``Ear``; most of the plain form.
  fileprivate mutating func packets(_ framing: Framing) throws -> [UInt8] {
    let buffer = ByteBuffer()
    let name = pick(Ear.names)
    for _ in 0..<number(below: 12) + 1 {
      // In a row for one port, as the short way expects.
      let target = number(below: 5) == 0 ? pick(Ear.names) : name
      let tag = pick(["t", "t", "t", "t", "t", "first", "other", ""])
      var message: [Value] = [.string(tag)]
      for _ in 0..<number(below: 4) {
        message.append(
          pick([
            .int(number(below: 1000)), .int(Int(truncatingIfNeeded: next())), .string("text"),
            .string("a \"quoted\" é"), .bool(true), .double(0.5), .null, .string("12"),
            .int(-number(below: 100_000)), .array([1, "x"]), ["k": 1.5], .bytes([1, 0xff]),
            .string(String(repeating: "long ", count: number(below: 60))),
          ]))
      }
      switch number(below: 8) {
      case 0 where framing == .cbor: odd(message, to: target, buffer)
      case 0: buffer.append(" [\n\"\(target)\" , \"\(tag)\", 1 ]")
      default:
        try message.withUnsafeBufferPointer {
          switch framing {
          case .cbor: try CBOREncoding.appendPacket(name: target, $0, to: buffer)
          case .json: try JSONEncoding.appendPacket(name: target, $0, to: buffer)
          }
        }
      }
    }
    return Array(buffer.bytes)
  }

  /// A packet of CBOR in another form than this library's.
  private mutating func odd(_ message: [Value], to name: String, _ buffer: ByteBuffer) {
    buffer.append(pick([0x9f, 0x98, 0x99]))
    let isOpen = buffer.bytes.last == 0x9f
    if buffer.bytes.last == 0x98 { buffer.append(contentsOf: [3]) }
    if buffer.bytes.last == 0x99 { buffer.append(contentsOf: [0, 3]) }
    buffer.append(contentsOf: [0x78, UInt8(name.utf8.count)] + Array(name.utf8))
    buffer.append(
      contentsOf: pick([[0x61, 0x74], [0x41, 0x74], [0x78, 1, 0x74], [0x7f, 0x61, 0x74, 0xff]]))
    buffer.append(
      contentsOf: pick([
        [0x18, 5], [0x19, 0, 5], [0x1b, 0, 0, 0, 0, 0, 0, 0, 5], [0xf9, 0x3c, 0], [0xc2, 0x41, 5],
        [0xd8, 0x20, 0x05], [0xfa, 0x3f, 0x80, 0, 0],
      ]))
    if isOpen { buffer.append(0xff) }
  }
}

@Suite("The short ways of messages do what the general way does") struct DirectMessageTests {
  @Test(
    "any stream of packets, cut anywhere, some with a byte changed, has the same effect",
    arguments: Framing.allCases, Seeds.some(40))
  func streams(_ framing: Framing, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    try withLoop { loop in
      let ears = [
        try Ear(loop, framing, isDirect: true), try Ear(loop, framing, isDirect: false),
      ]
      defer { for ear in ears { ear.node.close() } }
      var ends: [Message?] = [nil, nil]
      let id = TestName.next("peer")
      let peers = try ears.map {
        try WirePeer.connect($0.node.address, id: id, loop, framings: [framing])
      }
      for (index, ear) in ears.enumerated() {
        ear.node.monitor(PortID("\(id)#p")) { ends[index] = $0 }
      }
      loop.run(until: { ears.allSatisfy { $0.node.peers.entries[id]?.link != nil } })
      let links = ears.compactMap { $0.node.peers.entries[id]?.link }
      for _ in 0..<6 {
        var bytes = try random.packets(framing)
        if random.number(below: 6) == 0 {
          bytes[random.number(below: bytes.count)] = UInt8(truncatingIfNeeded: random.next())
        }
        while !bytes.isEmpty {
          let isCut = random.number(below: 3) == 0
          let count = isCut ? random.number(below: bytes.count) + 1 : bytes.count
          let isInReadBuffer = random.number(below: 2) == 0
          for link in links {
            Self.deliver(Array(bytes[..<count]), to: link, isInReadBuffer: isInReadBuffer)
          }
          bytes.removeFirst(count)
          loop.settle()
        }
      }
      #expect(links[0].isOpen == links[1].isOpen)
      #expect(ears[0].transcript == ears[1].transcript)
      #expect(ears[0].texts == ears[1].texts)
      #expect(links[0].bufferedBytes == links[1].bufferedBytes)
      if !links[0].isOpen { loop.run(until: { ends[0] != nil && ends[1] != nil }) }
      #expect(ends[0]?[2] == ends[1]?[2])
      withExtendedLifetime(peers) {}
    }
  }

  /// Has the link take bytes as if they had arrived, in the loop's read buffer, behind which others lie, or elsewhere.
  private static func deliver(_ bytes: [UInt8], to link: Link, isInReadBuffer: Bool) {
    var bytes = bytes
    let buffer = link.kernel.loop.readBuffer.bytes
    if isInReadBuffer, bytes.count <= buffer.count {
      buffer.copyBytes(from: bytes)
      link.received(UnsafeMutableRawBufferPointer(rebasing: buffer[..<bytes.count]))
    } else {
      bytes.withUnsafeMutableBytes { link.received($0) }
    }
  }

  @Test(
    "a message of any types between ports of a node arrives the same", arguments: [true, false])
  func local(isDirect: Bool) {
    withLoop { loop in
      let node = Node(on: loop)
      node.kernel.isDirect = isDirect
      var heard: [String] = []
      var reasons: [String] = []
      node.run {
        func receiver() -> PortID {
          let p = port()
          mon(p) { (reason: Message) in reasons.append("\(reason[0])") }
          return p
        }
        let one = rcv(receiver(), "t") { (a: Int) in heard.append("\(a)") }
        snd(one, "t", 1)
        snd(one, "t", "2")
        snd(one, "t", 3 as UInt8)
        snd(one, "t", 4, 5)
        snd(one, "t", 6.0)
        snd(one, "t", Value.int(7))
        snd(one, "t" => 8)
        snd(one, "other", 9)
        let text = rcv(receiver(), "a tag of more than fifteen bytes") { (a: String, b: Double) in
          heard.append("\(a) \(b)")
        }
        snd(text, "a tag of more than fifteen bytes", "x", 0.5)
        snd(text, ["a tag of", "more than fifteen bytes"].joined(separator: " "), "y", 1.5)
        let value = rcv(receiver(), "t") { (a: Value, b: Value, c: Bool) in
          heard.append("\(a) \(b) \(c)")
        }
        snd(value, "t", Value.null, Value.array([1]), true)
        snd(value, "t", 1, 2, 0)
        let none = rcv(receiver(), "t") { heard.append("none") }
        snd(none, "t")
        snd(none, "t", 1)
        let wrong = rcv(receiver(), "t") { (_: UInt8) in heard.append("wrong") }
        snd(wrong, "t", 300)
      }
      loop.settle()
      #expect(
        heard == [
          "1", "2", "3", "4", "6", "7", "8", "x 0.5", "y 1.5", "null [1] true", "1 2 false", "none",
          "none",
        ])
      #expect(reasons.sorted() == ["die", "unhandled_message"])
    }
  }

  @Test(
    "a callback that replaces itself, or whose port dies, lives until it returns",
    arguments: [true, false])
  func lifetime(isDirect: Bool) {
    withLoop { loop in
      let node = Node(on: loop)
      node.kernel.isDirect = isDirect
      final class Tracked {
        let end: () -> Void
        init(_ end: @escaping () -> Void) { self.end = end }
        deinit { end() }
      }
      var events: [String] = []
      node.run {
        let p = port()
        func install() {
          let tracked = Tracked { events.append("released") }
          rcv(p, "t") { (a: Int) in
            rcv(p, "t") { (b: Int) in events.append("second \(b)") }
            events.append("first \(a)")
            withExtendedLifetime(tracked) {}
          }
        }
        install()
        snd(p, "t", 1)
        snd(p, "t", 2)
      }
      #expect(events == ["first 1", "released", "second 2"])
    }
  }
}
