@testable import AEValue
@testable import AnyEventMP

/// The arguments of one packet: whatever a typed receiver takes where it lies is what it gets the general way, the
/// packet ends at the same byte, and nothing behind what has arrived counts.
func fuzzArguments(_ input: [UInt8]) throws {
  var input = FuzzInput(input)
  let settings = input.byte()
  let framing: Framing = settings & 1 == 0 ? .cbor : .json
  let count = Int(settings >> 1 & 3)
  // So many of the bytes have not arrived, but lie behind those that have.
  let missing = Int(input.byte())
  let rest = input.remainder
  let packet = beginning(framing, count) + rest.dropLast(missing)
  let behind = Array(rest.suffix(missing))
  let general = readGenerally(framing, packet)
  for receiver in ArgumentReceiver.all() {
    let direct = receiver.readDirectly(
      framing, count, packet, behind, from: beginning(framing, count).count)
    guard let direct else { continue }
    guard let (values, end) = general else {
      throw FuzzFinding(
        description: "\(receiver.name) takes \(direct.heard), which the general way refuses")
    }
    try demand(receiver.keepsText, "text that is kept is a copy")
    let heard = receiver.readGenerally(values)
    try demand(heard == direct.heard, "\(receiver.name) gets \(direct.heard), not \(heard)")
    try demand(end == direct.end, "\(receiver.name) ends at \(direct.end), not \(end)")
  }
}

/// A packet for the port "p" with the tag "t", up to the arguments.
private func beginning(_ framing: Framing, _ count: Int) -> [UInt8] {
  switch framing {
  case .cbor: [0x82 + UInt8(count), 0x61, UInt8(ascii: "p"), 0x61, UInt8(ascii: "t")]
  case .json: Array("[\"p\",\"t\"".utf8)
  }
}

/// The values of the first packet, without the name, and its end.
private func readGenerally(_ framing: Framing, _ packet: [UInt8]) -> ([Value], Int)? {
  packet.withUnsafeBytes { bytes in
    guard let base = bytes.baseAddress else { return nil }
    let name = ByteBuffer()
    var values = ValueStack()
    defer { values.removeAll() }
    do {
      switch framing {
      case .cbor:
        var reader = CBORReader(bytes, base: base, .standard)
        _ = try reader.packet(into: &values, name, recognizing: true)
        return (Array(values.values), reader.index)
      case .json:
        var reader = JSONReader(bytes, base: base, .standard, .nonFinite)
        _ = try reader.packet(into: &values, name)
        return (Array(values.values), reader.index)
      }
    } catch {
      return nil
    }
  }
}

/// A typed receiver that notes what it gets.
private struct ArgumentReceiver {
  private let types: [any MessageConvertible.Type]
  private let log: Log
  private let receiver: Receiver

  final class Log {
    var heard: [Value] = []
    /// Texts that are held until their bytes are gone, and what they were.
    var borrowed: [(BorrowedText, [UInt8])] = []

    func hear(_ values: Value...) { heard += values }
    func bytes(_ text: String) -> Value { .bytes(Array(text.utf8)) }
    func bytes(_ text: BorrowedText) -> Value {
      let bytes = text.withUTF8 { Array($0) }
      borrowed.append((text, bytes))
      return .bytes(bytes)
    }
  }

  private init(_ types: any MessageConvertible.Type..., make: (Log) -> Receiver) {
    self.types = types
    log = Log()
    receiver = make(log)
  }

  var name: String { "\(types)" }
  /// Whether texts that were borrowed are still what they were.
  var keepsText: Bool {
    log.borrowed.allSatisfy { text, bytes in text.withUTF8 { $0.elementsEqual(bytes) } }
  }

  static func all() -> [ArgumentReceiver] {
    [
      ArgumentReceiver { log in Receiver("t") { log.hear(0) } },
      ArgumentReceiver(Int.self) { log in Receiver("t") { (a: Int) in log.hear(.int(a)) } },
      ArgumentReceiver(String.self) { log in
        Receiver("t") { (a: String) in log.hear(log.bytes(a)) }
      },
      ArgumentReceiver(Double.self) { log in
        Receiver("t") { (a: Double) in log.hear(.uint(a.bitPattern)) }
      },
      ArgumentReceiver(Bool.self) { log in Receiver("t") { (a: Bool) in log.hear(.bool(a)) } },
      ArgumentReceiver(UInt8.self) { log in
        Receiver("t") { (a: UInt8) in log.hear(.int(Int(a))) }
      },
      ArgumentReceiver(UInt64.self) { log in Receiver("t") { (a: UInt64) in log.hear(.uint(a)) } },
      ArgumentReceiver(BorrowedText.self) { log in
        Receiver("t") { (a: BorrowedText) in log.hear(log.bytes(a)) }
      },
      ArgumentReceiver(Int.self, String.self) { log in
        Receiver("t") { (a: Int, b: String) in log.hear(.int(a), log.bytes(b)) }
      },
      ArgumentReceiver(String.self, Bool.self) { log in
        Receiver("t") { (a: String, b: Bool) in log.hear(log.bytes(a), .bool(b)) }
      },
      ArgumentReceiver(Bool.self, Double.self, Int16.self) { log in
        Receiver("t") { (a: Bool, b: Double, c: Int16) in
          log.hear(.bool(a), .uint(b.bitPattern), .int(Int(c)))
        }
      },
      ArgumentReceiver(BorrowedText.self, Int.self, BorrowedText.self) { log in
        Receiver("t") { (a: BorrowedText, b: Int, c: BorrowedText) in
          log.hear(log.bytes(a), .int(b), log.bytes(c))
        }
      },
      ArgumentReceiver(String.self, String.self, String.self) { log in
        Receiver("t") { (a: String, b: String, c: String) in
          log.hear(log.bytes(a), log.bytes(b), log.bytes(c))
        }
      },
    ]
  }

  /// What was heard, and the end of the packet; nil if the packet has to be read the general way.
  func readDirectly(
    _ framing: Framing, _ count: Int, _ packet: [UInt8], _ behind: [UInt8], from index: Int
  ) -> (heard: [Value], end: Int)? {
    // Of just the size that a reader may look at.
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: packet.count + PacketBytes.slack, alignment: 1)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    memory.copyBytes(from: packet + behind.prefix(PacketBytes.slack))
    guard let start = memory.baseAddress.map({ UnsafeRawPointer($0) }) else { return nil }
    let lender = TextLender()
    let bytes = PacketBytes(
      start + index, end: start + packet.count, lender: .passUnretained(lender))
    defer {
      lender.takeBack()
      memory.initializeMemory(as: UInt8.self, repeating: 0xff)
    }
    log.heard = []
    log.borrowed = []
    switch framing {
    case .cbor:
      var reader = CBORArgumentReader(bytes, count: count)
      guard take(.cbor, &reader) else { return nil }
      return (log.heard, reader.bytes.place - start)
    case .json:
      var reader = JSONArgumentReader(bytes)
      guard take(.json, &reader) else { return nil }
      return (log.heard, reader.bytes.place - start)
    }
  }

  private func take<Reader>(_ form: MessageInput.Form, _ reader: inout Reader) -> Bool {
    withUnsafeMutablePointer(to: &reader) {
      (try? receiver.handler(MessageInput(form, 0, UnsafeMutableRawPointer($0)))) ?? true
    }
  }

  /// What is heard of the values: nothing, if they do not fit.
  func readGenerally(_ message: [Value]) -> [Value] {
    log.heard = []
    // Otherwise the error would ask for the node.
    let fits = types.enumerated().allSatisfy { index, type in
      type.init(messageValue: index + 1 < message.count ? message[index + 1] : .null) != nil
    }
    guard fits else { return [] }
    message.withUnsafeBufferPointer { _ = try? receiver.handler(MessageInput($0)) }
    return log.heard
  }
}
