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

/// What is a byte or little more for each value, in both framings.
private let manyValues: [(name: String, framing: Framing, unit: String, values: Int)] = [
  ("empty hashes", .cbor, "a0", 1), ("empty arrays", .cbor, "80", 1),
  ("empty strings", .cbor, "60", 1), ("empty bytes", .cbor, "40", 1),
  ("small ints", .cbor, "01", 1),
  ("nulls", .cbor, "f6", 1), ("arrays of one", .cbor, "8101", 2),
  ("hashes of one", .cbor, "a16001", 3),
  ("nested hashes", .cbor, "a160a160a0", 5), ("nested arrays", .cbor, "8181818180", 5),
  ("endless arrays", .cbor, "9f01ff", 2), ("endless hashes", .cbor, "bf6001ff", 3),
  ("strings in parts", .cbor, "7f6060ff", 3), ("bytes in parts", .cbor, "5f41fe41feff", 3),
  ("tags", .cbor, "c1c101", 3), ("no UTF-8", .cbor, "62fffe", 3),
  ("parts of UTF-8", .cbor, "63e282e2", 3),
  ("ints", .json, "1,", 1), ("empty arrays", .json, "[],", 1), ("empty hashes", .json, "{},", 1),
  ("empty strings", .json, "\"\",", 1), ("arrays of one", .json, "[1],", 2),
  ("hashes of one", .json, "{\"\":1},", 3), ("nested arrays", .json, "[[[]]],", 3),
]

@Test(
  "so many values are read, one more is refused, whatever they are", arguments: manyValues.indices)
func valueLimit(_ index: Int) throws {
  let (name, framing, unit, values) = manyValues[index]
  let count = 1000
  func packet(_ count: Int) -> [UInt8] {
    switch framing {
    case .cbor:
      // A list in a packet.
      return bytes(hex: "8260990" + String(count, radix: 16))
        + Array(repeating: bytes(hex: unit), count: count).flatMap { $0 }
    case .json:
      return Array(
        ("[\"\",[" + String(String(repeating: unit, count: count).dropLast()) + "]]").utf8)
    }
  }
  let sent = packet(count)
  // The name and the list itself count, too.
  let exact = CodecLimits(maximumValues: 2 + values * count)
  let short = CodecLimits(maximumValues: 1 + values * count)
  for pieces in [[sent], sent.map { [$0] }] {
    let good = packets(framing, limits: exact, pieces)
    #expect(
      good.error == nil && good.packets.count == 1, "\(name): \(String(describing: good.error))")
    #expect(packets(framing, limits: short, pieces).error?.code == .tooManyValues, "\(name)")
  }
}

@Test("a message with too many values is not written, and the buffer stays as it was")
func valuesWritten() throws {
  let many = Value.array(Array(repeating: [1, ["a": nil]], count: 10))  // 10 + 10 · (2 + 2)
  for (limit, fits) in [(52, true), (51, false)] {
    let limits = CodecLimits(maximumValues: limit)
    for framing in Framing.allCases {
      let buffer = ByteBuffer()
      func write() throws {
        try [many].withUnsafeBufferPointer { message in
          switch framing {
          case .cbor: try CBOREncoding.appendPacket(name: "a", message, to: buffer, limits: limits)
          case .json: try JSONEncoding.appendPacket(name: "a", message, to: buffer, limits: limits)
          }
        }
      }
      if fits {
        try write()
        let sent = Array(buffer.bytes)
        #expect(packets(framing, limits: limits, [sent]).error == nil)
      } else {
        let error = #expect(throws: CodecError.self) { try write() }
        #expect(error?.code == .tooManyValues)
        #expect(buffer.isEmpty)
      }
    }
  }
  let buffer = ByteBuffer()
  try [many].withUnsafeBufferPointer { rest in
    let limits = CodecLimits(maximumValues: 53)
    try CBOREncoding.appendRequest(
      .kil1, about: "p", rest, to: buffer, limits: CodecLimits(maximumValues: 54))
    #expect(throws: CodecError.self) {
      try CBOREncoding.appendRequest(.kil1, about: "p", rest, to: buffer, limits: limits)
    }
  }
}

@Test("what headers promise together is no more than the limit, so that it can be reserved")
func promisedValues() {
  // Each announces 60,000 elements; four of them are too many.
  let header = bytes(hex: "99ea60")
  let many =
    Array(repeating: header, count: 500).flatMap { $0 } + Array(repeating: 1, count: 100_000)
  let limits = CodecLimits(maximumValues: 200_000)
  let error = #expect(throws: CodecError.self) { try CBOR.decode(many, limits: limits) }
  #expect(error?.code == .tooManyValues)
  #expect(error?.offset == 3 * 4)
}

@Test("text that is no UTF-8 is repaired as the standard library does it")
func repairedText() throws {
  var state: UInt64 = 1
  func next() -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33)
  }
  // Bytes at the edges of what may follow each other.
  let edges: [UInt8] = [
    0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
    0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
  ]
  for _ in 0..<20_000 {
    let text = (0..<(1 + next() % 23)).map { _ in edges[next() % edges.count] }
    let sent = [0x60 | UInt8(text.count)] + text
    let expected = String(decoding: text, as: UTF8.self)
    let read = try CBOR.decode(sent).string ?? ""
    try #require(Array(read.utf8) == Array(expected.utf8), "\(text)")
  }
}
