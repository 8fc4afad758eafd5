// No name of it is used: the standard library's rounding in debug builds needs the C library's maths.
private import Glibc

extension Value {
  /// Whether this is `null`, Perl's `undef`.
  @inlinable public var isNull: Bool {
    if case .null = self { return true }
    return false
  }

  /// The integer this is or reads as; nil if there is none.
  ///
  /// Booleans are 1 and 0, floats and strings must be whole numbers: `"123"`, `" 12 "`, `"1e3"` and
  /// 3.0 are integers, `"12abc"`, `""`, 3.5 and null are not (Perl would take 12, 0, 3 and 0).
  @inlinable public var int: Int? {
    if case .int(let number) = self { return number }
    return convertedInt
  }

  /// The number this is or reads as; nil if there is none.
  ///
  /// Booleans are 1 and 0; a string must be a number as a whole, with white space around it
  /// allowed, as in ``int``; `"inf"` and `"nan"` are numbers.
  @inlinable public var double: Double? {
    if case .double(let number) = self { return number }
    return convertedDouble
  }

  /// The text this is or reads as; nil for null, arrays and hashes.
  ///
  /// Numbers are written as Perl does (3.0 is `"3"`), true is `"1"`, false the empty string. Bytes
  /// are read as UTF-8 or, if they are not, as one character each.
  @inlinable public var string: String? {
    if case .string(let text) = self { return text }
    return convertedString
  }

  /// The bytes this is or reads as; nil for null, arrays, hashes and text with characters beyond
  /// U+00FF.
  ///
  /// Text is one byte for each character, as Perl holds binary data and JSON carries it.
  @inlinable public var bytes: [UInt8]? {
    if case .bytes(let bytes) = self { return bytes }
    return string?.latin1
  }

  /// The truth of this in a condition of Perl: false for null, false, 0, `""` and `"0"`.
  @inlinable public var bool: Bool {
    switch self {
    case .null: false
    case .bool(let flag): flag
    case .int(let number): number != 0
    case .uint(let number): number != 0
    case .double(let number): number != 0
    case .string(let text): !text.isEmpty && text != "0"
    case .bytes(let bytes): !bytes.isEmpty && bytes != [0x30]
    case .array, .hash: true
    }
  }

  /// The elements of an array; nil for anything else.
  @inlinable public var array: [Value]? {
    if case .array(let elements) = self { return elements }
    return nil
  }

  /// The elements of a hash; nil for anything else.
  @inlinable public var hash: TextDictionary<Value>? {
    if case .hash(let elements) = self { return elements }
    return nil
  }
}

extension Value {
  /// ``int`` of values other than integers.
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

  /// ``double`` of values other than floats.
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

  /// ``string`` of values other than text.
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

/// A string that is a number as a whole, with white space around it allowed.
struct NumericText {
  private let text: Substring

  /// Nil if `string` can't be a number.
  init?(_ string: String) {
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
    let utf8 = string.utf8
    guard let first = utf8.firstIndex(where: { !isSpace($0) }),
      let last = utf8.lastIndex(where: { !isSpace($0) })
    else { return nil }
    text = string[first...last]
    // Swift would also read hexadecimal floats, Perl does not.
    if text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "x") }) { return nil }
  }

  /// The integer, if it is one and fits.
  var int: Int? { Int(text) ?? double.flatMap { Int(exactly: $0) } }

  /// The integer, if it is one, is not negative and fits.
  var uint: UInt64? { UInt64(text) ?? double.flatMap { UInt64(exactly: $0) } }

  /// The number.
  var double: Double? { Double(text) }
}
