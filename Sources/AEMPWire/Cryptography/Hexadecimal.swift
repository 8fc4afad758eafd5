internal import CSodium

/// Lower-case hexadecimal digits, the only form that authentication lines allow.
enum Hexadecimal {
  /// Two lower-case digits for each byte, made in constant time.
  ///
  /// The corresponding C function is `sodium_bin2hex`.
  static func encode(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    let digits = [UInt8](unsafeUninitializedCapacity: bytes.count * 2 + 1) { buffer, count in
      guard let out = buffer.baseAddress else { return }
      let source = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      out.withMemoryRebound(to: CChar.self, capacity: buffer.count) { out in
        _ = sodium_bin2hex(out, bytes.count * 2 + 1, source, bytes.count)
      }
      count = bytes.count * 2
    }
    return digits
  }

  /// The bytes that pairs of lower-case digits stand for; nil for anything else, upper case too.
  ///
  /// What is decoded came from the other end, so it may be looked at in variable time.
  static func decode(_ digits: some RandomAccessCollection<UInt8>) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var high: UInt8?
    for digit in digits {
      guard let value = value(ofDigit: digit) else { return nil }
      if let upper = high {
        bytes.append(upper << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }

  private static func value(ofDigit digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
