extension JSONReader {
  /// Reads a number whose first byte is `first`, a digit or a minus sign.
  @inline(__always) mutating func number(_ first: UInt8) throws(CodecError) -> Value {
    // Up to 18 digits can't overflow; all other numbers go the long way.
    var position = index
    let negative = first == UInt8(ascii: "-")
    if negative { position += 1 }
    let digits = position
    let limit = min(end, digits + 18)
    var number = 0
    while position < limit {
      let digit = byte(at: position) &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      number = number &* 10 &+ Int(digit)
      position += 1
    }
    if position < limit, position > digits,
      byte(at: digits) != UInt8(ascii: "0") || position == digits + 1
    {
      switch byte(at: position) {
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): break
      default:
        index = position
        return .int(negative ? -number : number)
      }
    }
    return try longNumber(negative)
  }

  /// Checks a number against the grammar, then converts it.
  @inline(never) private mutating func longNumber(_ negative: Bool) throws(CodecError) -> Value {
    let start = index
    if negative { index += 1 }
    let integer = index
    guard index < end else { throw fail(endCode) }
    if dialect.contains(.nonFinite), negative,
      byte(at: index) | 0x20 == UInt8(ascii: "i")
        || byte(at: index) | 0x20 == UInt8(ascii: "n")
    {
      return try nonFinite(negative: true)
    }
    if byte(at: index) == UInt8(ascii: "0") {
      index += 1
      if index < end, byte(at: index).isDigit { throw fail(.invalidNumber) }
    } else {
      try skipDigits()
    }
    let integerEnd = index
    var isInteger = true
    if index < end, byte(at: index) == UInt8(ascii: ".") {
      isInteger = false
      index += 1
      try skipDigits()
    }
    if index < end, byte(at: index) | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      index += 1
      if index < end, byte(at: index) == UInt8(ascii: "+") || byte(at: index) == UInt8(ascii: "-") {
        index += 1
      }
      try skipDigits()
    }
    if isInteger, let value = integerValue(integer, integerEnd, negative) { return value }
    let text = UnsafeRawBufferPointer(start: base + start, count: index - start)
    guard let number = Double(String(ascii: text)) else {
      throw CodecError(.invalidNumber, at: start)
    }
    return .double(number)
  }

  /// Skips one digit or more.
  private mutating func skipDigits() throws(CodecError) {
    guard index < end else { throw fail(endCode) }
    guard byte(at: index).isDigit else { throw fail(.invalidNumber) }
    while index < end, byte(at: index).isDigit { index += 1 }
  }

  /// The integer with these digits, nil if it needs more than 64 bits.
  private func integerValue(_ start: Int, _ end: Int, _ negative: Bool) -> Value? {
    var magnitude: UInt64 = 0
    for position in start..<end {
      let (tens, carry) = magnitude.multipliedReportingOverflow(by: 10)
      let digit = UInt64(byte(at: position) - UInt8(ascii: "0"))
      let (sum, carry2) = tens.addingReportingOverflow(digit)
      if carry || carry2 { return nil }
      magnitude = sum
    }
    if negative {
      return magnitude <= Int.min.magnitude
        ? .int(Int(truncatingIfNeeded: 0 &- magnitude)) : nil
    }
    return magnitude <= Int.max.magnitude
      ? .int(Int(truncatingIfNeeded: magnitude)) : .uint(magnitude)
  }

  /// Reads `inf`, `infinity` or `nan` in any case.
  mutating func nonFinite(negative: Bool) throws(CodecError) -> Value {
    let start = index
    while index < end, index - start < 9, byte(at: index).isLetter { index += 1 }
    // The rest of the word may not have arrived yet.
    guard index < end else { throw fail(endCode) }
    let word = UnsafeRawBufferPointer(start: base + start, count: index - start)
    switch String(ascii: word).lowercased() {
    case "inf", "infinity": return .double(negative ? -.infinity : .infinity)
    case "nan": return .double(.nan)
    default: throw CodecError(.malformed, at: start)
    }
  }
}

extension UInt8 {
  /// Whether this is an ASCII digit.
  @inline(__always) package var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }

  /// Whether this is an ASCII letter.
  @inline(__always) var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }
}
