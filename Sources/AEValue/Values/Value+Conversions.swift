extension Value {
  /// ``int`` of everything that is no integer already.
  @usableFromInline var convertedInt: Int? {
    switch self {
    case .int(let number): number
    case .bool(let flag): flag ? 1 : 0
    case .double(let number): Int(exactly: number)
    case .string(let text): NumericText(text)?.int
    case .bytes(let bytes): NumericText(String(decoding: bytes, as: UTF8.self))?.int
    case .null, .uint, .array, .hash: nil
    }
  }

  /// The integer this is or reads as, if it is not negative.
  public var uint: UInt64? {
    switch self {
    case .uint(let number): number
    case .double(let number): UInt64(exactly: number)
    case .string(let text): NumericText(text)?.uint
    default: int.flatMap { UInt64(exactly: $0) }
    }
  }

  /// ``double`` of everything that is no float already.
  @usableFromInline var convertedDouble: Double? {
    switch self {
    case .double(let number): number
    case .int(let number): Double(number)
    case .uint(let number): Double(number)
    case .bool(let flag): flag ? 1 : 0
    case .string(let text): NumericText(text)?.double
    case .bytes(let bytes): NumericText(String(decoding: bytes, as: UTF8.self))?.double
    case .null, .array, .hash: nil
    }
  }

  /// ``string`` of everything that is no text already.
  @usableFromInline var convertedString: String? {
    switch self {
    case .string(let text): text
    case .int(let number): String(number)
    case .uint(let number): String(number)
    case .double(let number): number.perlText
    case .bool(let flag): flag ? "1" : ""
    case .bytes(let bytes): String(utf8OrLatin1: bytes)
    case .null, .array, .hash: nil
    }
  }
}

extension Double {
  /// The number as Perl prints it, but with as many digits as it needs.
  var perlText: String {
    if isNaN { return "NaN" }
    if isInfinite { return self < 0 ? "-Inf" : "Inf" }
    if let integer = Int(exactly: self), integer.magnitude < 1_000_000_000_000_000 {
      return String(integer)
    }
    let text = description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension String {
  /// One byte for each character, nil if there is one beyond U+00FF.
  @usableFromInline var messageBytes: [UInt8]? { latin1 }
}
