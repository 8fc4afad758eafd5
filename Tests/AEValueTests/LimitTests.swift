import Testing

@testable import AEValue

/// An array nested `depth` deep.
private func nested(_ depth: Int) -> Value {
  (1..<depth).reduce(Value.array([])) { inner, _ in .array([inner]) }
}

@Test("512 levels are sent and read, the packet's own counted; one more is refused both ways")
func depthLimit() throws {
  let unlimited = CodecLimits(maximumDepth: .max)
  for framing in Framing.allCases {
    let good = try encoded(framing, "a", [nested(511)])
    let result = packets(framing, [good])
    #expect(result.error == nil)
    #expect(result.packets.first?.message == [nested(511)])
    #expect(packets(framing, good.map { [$0] }).error == nil)

    let error = #expect(throws: CodecError.self) { try encoded(framing, "a", [nested(512)]) }
    #expect(error?.code == .tooDeep)
    let hash = Value.hash(["a": nested(511)])
    #expect(throws: CodecError.self) { try encoded(framing, "a", [hash]) }

    let buffer = ByteBuffer()
    switch framing {
    case .cbor: try CBOREncoding.append(nested(513), to: buffer, limits: unlimited)
    case .json: try JSONEncoding.append(nested(513), to: buffer, limits: unlimited)
    }
    let bad = Array(buffer.bytes)
    // The first element is no name, but depth shows first where it comes byte by byte.
    #expect(packets(framing, bad.map { [$0] }).error?.code == .tooDeep)
    let decode = framing == .cbor ? { try CBOR.decode(bad) } : { try JSON.decode(bad) }
    let decodeError = #expect(throws: CodecError.self) { try decode() }
    #expect(decodeError?.code == .tooDeep)
  }
}

@Test("whatever the limits say, endless nesting is refused before the stack ends")
func deepestNesting() {
  let limits = CodecLimits(maximumDepth: .max)
  let brackets = Array(repeating: UInt8(ascii: "["), count: 1_000_000)
  let arrays = Array(repeating: UInt8(0x81), count: 1_000_000)
  let json = #expect(throws: CodecError.self) { try JSON.decode(brackets, limits: limits) }
  #expect(json?.code == .tooDeep)
  let cbor = #expect(throws: CodecError.self) { try CBOR.decode(arrays, limits: limits) }
  #expect(cbor?.code == .tooDeep)
  for indefinite in [UInt8(0x9f), 0xbf, 0xa1, 0x81] {
    let bytes = Array(repeating: indefinite, count: 1_000_000)
    #expect(throws: CodecError.self) { try CBOR.decode(bytes, limits: limits) }
    #expect(packets(.cbor, limits: limits, [bytes]).error != nil)
  }
}

@Test("a packet of exactly the largest size passes, one byte more does not, however it is cut")
func sizeLimit() throws {
  for framing in Framing.allCases {
    let packet = try encoded(framing, "port", ["0123456789", [1, 2], "x"])
    let exact = CodecLimits(maximumSize: packet.count)
    let short = CodecLimits(maximumSize: packet.count - 1)
    for pieces in [[packet + packet], (packet + packet).map { [$0] }] {
      #expect(packets(framing, limits: exact, pieces).error == nil)
      #expect(packets(framing, limits: exact, pieces).packets.count == 2)
      #expect(packets(framing, limits: short, pieces).error?.code == .tooLarge)
      #expect(packets(framing, limits: short, pieces).packets.isEmpty)
    }
  }
}

@Test("too large shows in the header, before the body arrives")
func sizeInHeader() {
  let limits = CodecLimits(maximumSize: 1000)
  for header in [
    "8260591000", "82605a7fffffff", "82605bffffffffffffffff", "9a7fffffff", "8260ba000fffff",
  ] {
    for pieces in [[bytes(hex: header)], bytes(hex: header).map { [$0] }] {
      #expect(
        packets(.cbor, limits: limits, pieces, atEnd: false).error?.code == .tooLarge, "\(header)")
    }
  }
}

@Test("a header that promises much takes no memory for it")
func promises() {
  let header = bytes(hex: "9a03ffffff")
  let many = Array(repeating: header, count: 500).flatMap { $0 }
  #expect(packets(.cbor, [many], atEnd: false).error?.code != .truncated)
  let error = #expect(throws: CodecError.self) { try CBOR.decode(many) }
  #expect(error?.code == .truncated)
}

@Test("encoding that fails leaves the buffer as it was")
func rollBack() throws {
  let limits = CodecLimits(maximumSize: 100, maximumDepth: 3)
  let big = String(repeating: "x", count: 101)
  let bad: [Value] = [
    .double(.infinity), .double(.nan), [1, [2, [.double(-.infinity)]]], nested(4), .string(big),
    .bytes(Array(repeating: 0, count: 101)), .array(Array(repeating: 1, count: 101)),
    ["key": nested(3)], .hash([big: 1]),
    .array([.string(String(big.dropLast(50))), "\(big.dropLast(50))"]),
  ]
  for value in bad {
    let buffer = ByteBuffer()
    buffer.append("before")
    for message in [[value], [1, value]] {
      message.withUnsafeBufferPointer { message in
        #expect(throws: CodecError.self) {
          try CBOREncoding.appendPacket(name: "a", message, to: buffer, limits: limits)
        }
        #expect(throws: CodecError.self) {
          try JSONEncoding.appendPacket(name: "a", message, to: buffer, limits: limits)
        }
      }
    }
    #expect(throws: CodecError.self) { try CBOREncoding.append(value, to: buffer, limits: limits) }
    #expect(throws: CodecError.self) { try JSONEncoding.append(value, to: buffer, limits: limits) }
    #expect(String(decoding: buffer.bytes, as: UTF8.self) == "before")
  }
}

@Test(
  "a large packet in small pieces takes work in proportion to its size", arguments: Framing.allCases
)
func linearWork(_ framing: Framing) throws {
  let element: Value = [
    "name": "a string of some length, so that it is not inline", "n": [1, 2, 3],
  ]
  var work: [Int] = []
  for count in [1000, 2000] {
    let packet = try encoded(framing, "port", [.array(Array(repeating: element, count: count))])
    for size in [1, 7, 1000] {
      var decoder = PacketDecoder(framing: framing)
      var delivered = 0
      try packet.withUnsafeBytes { bytes in
        var start = 0
        while start < bytes.count {
          let end = min(start + size, bytes.count)
          try decoder.feed(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) { _, _ in
            delivered += 1
            return true
          }
          start = end
        }
      }
      #expect(delivered == 1)
      // One step a byte at most, and one for each piece that brought too little.
      #expect(decoder.scanningWork <= packet.count + (packet.count + size - 1) / size + 16)
      work.append(decoder.scanningWork)
    }
  }
  for index in 0..<3 { #expect(work[index + 3] <= work[index] * 21 / 10) }
}

@Test("no header makes a sum overflow, even if the limit is the largest number")
func noOverflow() {
  let limits = CodecLimits(maximumSize: .max)
  for header in ["82605b7fffffffffffffff", "82605b7ffffffffffffff0", "9b7fffffffffffffff"]
    + ["8260bb3fffffffffffffff", "8260bb7fffffffffffffff", "82605bffffffffffffffff"]
  {
    for pieces in [[bytes(hex: header)], bytes(hex: header + "60").map { [$0] }] {
      let result = packets(.cbor, limits: limits, pieces)
      #expect(result.error?.code == .truncated || result.error?.code == .tooLarge, "\(header)")
    }
    #expect(throws: CodecError.self) { try CBOR.decode(bytes(hex: header), limits: limits) }
  }
}
