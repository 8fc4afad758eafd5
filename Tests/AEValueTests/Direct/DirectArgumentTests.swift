import TestSupport
import Testing

@testable import AEValue

/// What is read directly is compared with what the general way makes of the same bytes.
@Suite("arguments that are written and read without a value") struct DirectArgumentTests {
  /// Bytes behind which are others, as they lie in a read buffer.
  private static func withSlack<R>(
    _ bytes: [UInt8], behind rest: [UInt8], _ body: (UnsafeRawPointer, UnsafeRawPointer) -> R
  ) -> R? {
    var padded = bytes + rest
    padded += Array(repeating: 0, count: max(0, PacketBytes.slack - rest.count))
    return padded.withUnsafeBytes { all in
      all.baseAddress.map { body($0, $0 + bytes.count) }
    }
  }

  /// The argument and the number of its bytes, read directly.
  private static func direct<A: MessageConvertible>(
    _: A.Type, _ framing: Framing, _ bytes: [UInt8], behind rest: [UInt8] = []
  ) -> (A, Int)? {
    withSlack(bytes, behind: rest) { start, end in
      let lender = TextLender()
      // Text that is kept is a copy from now on.
      defer { lender.takeBack() }
      let bytes = PacketBytes(start, end: end, lender: .passUnretained(lender))
      switch framing {
      case .cbor:
        var reader = CBORArgumentReader(bytes, count: 1)
        guard let a = A.readArgument(from: &reader), reader.isWhole() else { return nil }
        return (a, reader.bytes.place - start)
      case .json:
        var reader = JSONArgumentReader(bytes)
        guard let a = A.readArgument(from: &reader), reader.isWhole() else { return nil }
        return (a, reader.bytes.place - start)
      }
    } ?? nil
  }

  /// The same, read as a value and converted; JSON stands behind a comma and before a bracket.
  private static func general<A: MessageConvertible>(
    _: A.Type, _ framing: Framing, _ bytes: [UInt8]
  ) -> (A, Int)? {
    bytes.withUnsafeBytes { all -> (A, Int)? in
      guard let base = all.baseAddress else { return nil }
      do {
        switch framing {
        case .cbor:
          var reader = CBORReader(all, base: base, .standard)
          return A(messageValue: try reader.value(depth: 2)).map { ($0, reader.index) }
        case .json:
          var reader = JSONReader(all, base: base, .standard, .nonFinite)
          guard try reader.another(UInt8(ascii: "]")) else { return nil }
          let value = try reader.value(depth: 2)
          guard try !reader.another(UInt8(ascii: "]")) else { return nil }
          return A(messageValue: value).map { ($0, reader.index) }
        }
      } catch {
        return nil
      }
    }
  }

  /// Whatever is taken directly is what the general way takes, and ends where it does.
  private static func compare<A: MessageConvertible & Equatable>(
    _ type: A.Type, _ framing: Framing, _ bytes: [UInt8], behind rest: [UInt8]
  ) {
    guard let (a, end) = direct(type, framing, bytes, behind: rest) else { return }
    guard let (b, generalEnd) = general(type, framing, bytes) else {
      Issue.record("\(type) \(framing) \(bytes): \(a) was read, which the general way refuses")
      return
    }
    #expect(a == b && end == generalEnd, "\(type) \(framing) \(bytes)")
  }

  private static func compareAll(_ framing: Framing, _ bytes: [UInt8], behind rest: [UInt8] = []) {
    compare(Int.self, framing, bytes, behind: rest)
    compare(UInt8.self, framing, bytes, behind: rest)
    compare(Int16.self, framing, bytes, behind: rest)
    compare(UInt64.self, framing, bytes, behind: rest)
    compare(Bool.self, framing, bytes, behind: rest)
    compare(String.self, framing, bytes, behind: rest)
    compare(Double.self, framing, bytes, behind: rest)
    compare(BorrowedText.self, framing, bytes, behind: rest)
  }

  private static func encoded(_ framing: Framing, _ value: Value) throws -> [UInt8] {
    switch framing {
    case .cbor: try CBOR.encode(value)
    case .json: Array(",".utf8) + Array(try JSON.encode(.array([value])).utf8.dropFirst())
    }
  }

  @Test(
    "values, cut anywhere and with any byte changed, are read as the general way reads them",
    arguments: Framing.allCases, Seeds.some(4))
  func reading(_ framing: Framing, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<1500 {
      let bytes = try Self.encoded(framing, random.value(depth: 1))
      Self.compareAll(framing, bytes)
      // Whole bytes behind the end look like what was cut off.
      let cut = random.number(below: bytes.count + 1)
      Self.compareAll(framing, Array(bytes[..<cut]), behind: Array(bytes[cut...]))
      var changed = bytes
      changed[random.number(below: changed.count)] = UInt8(truncatingIfNeeded: random.next())
      Self.compareAll(framing, changed)
      Self.compareAll(
        framing,
        (0..<random.number(below: 12)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }
  }

  @Test("every start of two bytes of CBOR, and every number of JSON of few characters")
  func allShort() {
    for first in UInt8.min...UInt8.max {
      for second in UInt8.min...UInt8.max {
        Self.compareAll(.cbor, [first, second, 0x80, 0x61, 0xff, 0, 1, 2, 3, 4])
      }
    }
    let characters = Array("-019.e+\" ],".utf8)
    for number in 0..<characters.count * characters.count * characters.count * characters.count {
      var rest = number
      var text = Array(",".utf8)
      for _ in 0..<4 {
        text.append(characters[rest % characters.count])
        rest /= characters.count
      }
      Self.compareAll(.json, text + Array("]".utf8))
    }
  }

  @Test("the plain forms are read directly, and nothing behind the end counts")
  func plainForms() {
    #expect(Self.direct(Int.self, .cbor, [0x1a, 0, 1, 0, 0])?.0 == 65536)
    #expect(
      Self.direct(Int.self, .cbor, [0x3b, 0x7f] + Array(repeating: 0xff, count: 7))?.0 == .min)
    #expect(Self.direct(String.self, .cbor, [0x63] + Array("abc".utf8))?.0 == "abc")
    #expect(
      Self.direct(Int.self, .json, Array(",-123456789012345678]".utf8))?.0
        == -123_456_789_012_345_678)
    #expect(Self.direct(String.self, .json, Array(",\"é\"]".utf8))?.0 == "é")
    #expect(Self.direct(Bool.self, .json, Array(",false]".utf8))?.0 == false)
    let cut: [(Framing, [UInt8], [UInt8])] = [
      (.cbor, [0x1a, 0, 1], [0, 0]), (.cbor, [], [0x01]),
      (.json, Array(",12".utf8), Array("]".utf8)),
      (.json, [], Array(",12]".utf8)), (.json, Array(",1".utf8), Array("2]".utf8)),
    ]
    for (framing, bytes, rest) in cut {
      #expect(Self.direct(Int.self, framing, bytes, behind: rest) == nil, "\(framing) \(bytes)")
    }
    #expect(Self.direct(String.self, .cbor, [0x63, 0x61], behind: [0x62, 0x63]) == nil)
  }

  @Test(
    "what is written is what the general way writes", arguments: Framing.allCases, Seeds.some(2))
  func writing(_ framing: Framing, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var written = 0
    for _ in 0..<3000 {
      let value =
        random.number(below: 3) == 0 ? Value.string("plain \(random.next())") : random.value()
      let expected = try Self.encoded(framing, value)
      let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: expected.count + 40, alignment: 1)
      defer { memory.deallocate() }
      guard let base = memory.baseAddress else { continue }
      memory.initializeMemory(as: UInt8.self, repeating: 0xee)
      // Often too small: nothing is written beyond the limit then either.
      let room = random.number(below: memory.count - 16)
      let place = PacketPlace(base, limit: base + room)
      var end: UnsafeMutableRawPointer?
      switch framing {
      case .cbor:
        var writer = CBORArgumentWriter(place)
        if value.writeArgument(to: &writer) { end = writer.place.place }
      case .json:
        var writer = JSONArgumentWriter(place)
        if value.writeArgument(to: &writer), writer.end() { end = writer.place.place }
      }
      #expect(memory[room...].allSatisfy { $0 == 0xee })
      guard let end else { continue }
      written += 1
      #expect(Array(memory[..<(end - base)]) == expected, "\(value)")
    }
    #expect(written > 500)
  }

  @Test("a number of any length is written as the standard library writes it")
  func decimals() {
    var numbers: [Int] = [0, 9, 10, .max, .min]
    var power = 1
    while power < Int.max / 10 {
      power *= 10
      numbers += [power - 1, power, power + 1, -power]
    }
    for number in numbers {
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 40, alignment: 1)
      defer { memory.deallocate() }
      guard let base = memory.baseAddress else { continue }
      var writer = JSONArgumentWriter(PacketPlace(base, limit: base + 40))
      let isWritten = writer.write(number)
      #expect(isWritten)
      let text = String(decoding: memory[..<(writer.place.place - base)], as: UTF8.self)
      #expect(text == ",\(number)")
    }
  }
}
