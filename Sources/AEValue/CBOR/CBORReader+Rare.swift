/// The parts of CBOR that other nodes seldom or never send: tags, short floats, simple values.
extension CBORReader {
  /// Reads a tag and its value.
  ///
  /// Big numbers become numbers. References to earlier values (tags 25 and 29) can't be resolved and
  /// become null. All other tags are ignored, their values stay.
  @inline(never) mutating func tagged(_ first: UInt8, depth: Int) throws(CodecError) -> Value {
    var initial = first
    var tag: UInt64 = 0
    // A loop, because there may be as many tags on tags as the document has bytes.
    while initial >> 5 == 6 {
      try make(1)
      tag = try argument(initial)
      initial = try peek()
    }
    switch tag {
    case 2, 3:
      guard initial >> 5 == 2 else { return try value(depth: depth) }
      return try bigNumber(initial, negative: tag == 3)
    case 25, 29:
      _ = try value(depth: depth)
      return .null
    default: return try value(depth: depth)
    }
  }

  private mutating func bigNumber(_ initial: UInt8, negative: Bool) throws(CodecError) -> Value {
    if initial == 0x5f {
      let digits = try chunks(major: 2)
      return digits.withUnsafeBytes { Value(bigEndian: $0, negative: negative) }
    }
    return Value(bigEndian: take(try count(initial, of: 1)), negative: negative)
  }

  /// Reads a float, a boolean, null or another simple value.
  @inline(never) mutating func simple(_ initial: UInt8) throws(CodecError) -> Value {
    switch initial & 31 {
    case 20, 21:
      index += 1
      return .bool(initial & 31 == 21)
    case 25: return .double(Double(half: UInt16(truncatingIfNeeded: try argument(initial))))
    case 26:
      let pattern = UInt32(truncatingIfNeeded: try argument(initial))
      return .double(Double(Float(bitPattern: pattern)))
    case 27: return .double(Double(bitPattern: try argument(initial)))
    case 24:
      guard end - index >= 2 else { throw fail(endCode) }
      guard byte(at: index + 1) >= 32 else { throw fail(.malformed) }
      index += 2
      return .null
    case 28...31: throw fail(.malformed)
    default:
      // These are null, undefined, and the simple values without a meaning.
      index += 1
      return .null
    }
  }
}

extension Value {
  /// Bytes as the network means them: pure ASCII is text.
  static func bytesOrString(_ bytes: [UInt8]) -> Value {
    bytes.withUnsafeBytes(\.isASCII)
      ? .string(String(decoding: bytes, as: UTF8.self)) : .bytes(bytes)
  }

  /// The number with these digits, or −1 minus it; a float if it does not fit into 64 bits.
  init(bigEndian digits: UnsafeRawBufferPointer, negative: Bool) {
    var significant = digits[...]
    while significant.first == 0 { significant = significant.dropFirst() }
    if significant.count <= 8 {
      let number = significant.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard number > UInt64(Int.max) else {
        let small = Int(truncatingIfNeeded: number)
        self = .int(negative ? ~small : small)
        return
      }
      self = negative ? .double(-1 - Double(number)) : .uint(number)
      return
    }
    // Eight digits hold more bits than a double; a non-zero rest only decides about a tie.
    var leading = significant.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    if significant.dropFirst(8).contains(where: { $0 != 0 }) { leading |= 1 }
    // Beyond the exponents of a double the number is infinite in any case.
    let exponent = min(8 * (significant.count - 8), 2000)
    let magnitude = Double(sign: .plus, exponent: exponent, significand: Double(leading))
    self = .double(negative ? -magnitude : magnitude)
  }
}

extension Double {
  /// The number of a half-precision float.
  init(half pattern: UInt16) {
    let exponent = Int(pattern >> 10 & 31)
    let fraction = Double(pattern & 1023)
    let magnitude: Double =
      switch exponent {
      case 0: fraction * 0x1p-24
      case 31: fraction == 0 ? .infinity : .nan
      default: Double(sign: .plus, exponent: exponent - 25, significand: fraction + 1024)
      }
    self = pattern & 0x8000 == 0 ? magnitude : -magnitude
  }
}
