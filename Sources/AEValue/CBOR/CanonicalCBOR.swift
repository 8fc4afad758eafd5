extension CBOREncoding {
  /// The canonical encoding of a value: equal values, and only those, have the same.
  ///
  /// For comparing, not for sending. Names are sorted by their encoding, numbers are as short as
  /// possible, and whatever a value may have become on its way through JSON or a Perl node makes no
  /// difference: a whole float is written as the integer, bytes as the text of one character each.
  public static func canonical(_ value: Value) -> [UInt8] {
    var bytes: [UInt8] = []
    appendCanonical(value, to: &bytes)
    return bytes
  }

  private static func appendCanonical(_ value: Value, to bytes: inout [UInt8]) {
    switch value {
    case .null: bytes.append(0xf6)
    case .bool(let flag): bytes.append(flag ? 0xf5 : 0xf4)
    case .int(let number):
      appendHead(number < 0 ? 1 : 0, UInt64(number < 0 ? ~number : number), to: &bytes)
    case .uint(let number): appendHead(0, number, to: &bytes)
    case .double(let number): appendCanonical(number, to: &bytes)
    case .string(let text): appendText(text.utf8, to: &bytes)
    case .bytes(let data):
      appendText(textBytes(data), to: &bytes)
    case .array(let elements):
      appendHead(4, UInt64(elements.count), to: &bytes)
      for element in elements { appendCanonical(element, to: &bytes) }
    case .hash(let elements):
      appendHead(5, UInt64(elements.count), to: &bytes)
      let encoded = elements.map { (key: canonical(.string($0.key)), value: $0.value) }
      for element in encoded.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        bytes += element.key
        appendCanonical(element.value, to: &bytes)
      }
    }
  }

  /// Bytes as the text of one character each.
  static func textBytes(_ data: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(data.count + data.count / 2)
    for byte in data {
      if byte < 0x80 {
        bytes.append(byte)
      } else {
        bytes.append(0xc0 | byte >> 6)
        bytes.append(0x80 | byte & 0x3f)
      }
    }
    return bytes
  }

  private static func appendText(_ text: some Collection<UInt8>, to bytes: inout [UInt8]) {
    appendHead(3, UInt64(text.count), to: &bytes)
    bytes.append(contentsOf: text)
  }

  private static func appendCanonical(_ number: Double, to bytes: inout [UInt8]) {
    if let integer = Int(exactly: number) {
      appendCanonical(.int(integer), to: &bytes)
    } else if let integer = UInt64(exactly: number) {
      appendHead(0, integer, to: &bytes)
    } else if let half = number.halfPattern {
      bytes.append(0xf9)
      append(UInt64(half), width: 2, to: &bytes)
    } else if Double(Float(number)) == number {
      bytes.append(0xfa)
      append(UInt64(Float(number).bitPattern), width: 4, to: &bytes)
    } else {
      bytes.append(0xfb)
      append(number.bitPattern, width: 8, to: &bytes)
    }
  }

  private static func appendHead(_ major: UInt8, _ argument: UInt64, to bytes: inout [UInt8]) {
    let kind = major << 5
    switch argument {
    case 0..<24: bytes.append(kind | UInt8(argument))
    case 0..<0x100:
      bytes.append(kind | 24)
      append(argument, width: 1, to: &bytes)
    case 0..<0x1_0000:
      bytes.append(kind | 25)
      append(argument, width: 2, to: &bytes)
    case 0..<0x1_0000_0000:
      bytes.append(kind | 26)
      append(argument, width: 4, to: &bytes)
    default:
      bytes.append(kind | 27)
      append(argument, width: 8, to: &bytes)
    }
  }

  private static func append(_ number: UInt64, width: Int, to bytes: inout [UInt8]) {
    for position in (0..<width).reversed() {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * position)))
    }
  }
}

extension Double {
  /// The half-precision float that is exactly this number, if there is one.
  fileprivate var halfPattern: UInt16? {
    if isNaN { return 0x7e00 }
    let sign: UInt16 = self.sign == .minus ? 0x8000 : 0
    if isInfinite { return sign | 0x7c00 }
    // In units of the smallest half-precision number; normal ones have eleven bits of it.
    let units = magnitude * 0x1p24
    if units < 1024 {
      guard let fraction = UInt16(exactly: units) else { return nil }
      return sign | fraction
    }
    guard exponent <= 15, let significand = UInt16(exactly: self.significand * 1024) else {
      return nil
    }
    return sign | UInt16(exponent + 15) << 10 | significand & 1023
  }
}
