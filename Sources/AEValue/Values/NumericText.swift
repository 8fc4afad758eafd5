// Not for a name: the standard library's rounding in debug builds needs the C library's maths.
private import Glibc

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
