/// Text that others have written, for a terminal or a file: nothing in it has an effect there.
///
/// What is not printable becomes its number: control characters, marks that turn the direction or
/// join, line separators, and what Unicode has not assigned. Such characters would let a text pass
/// for another one, move the cursor or change colours. Takes time linear in the text, and for ASCII
/// no more than a look at each byte.
package enum LegibleText {
  /// How the number of a character is written.
  package enum Notation {
    /// `\x1b` and `\x{202e}`, as in Perl; the tab stays, as in logs of AnyEvent.
    case perl
    /// `\u{1b}` and `\u{202e}`, as in Swift.
    case swift
    /// `\u007f` and `\u202e`, so that JSON stays JSON of the same value; what is below the space is left
    /// as it is, because JSON has escaped it in texts and line feeds stand between elements.
    case json
  }

  /// The text with what is not printable in that notation.
  package static func text(_ text: String, _ notation: Notation) -> String {
    var text = text
    return text.withUTF8 { bytes in
      var result: [UInt8] = []
      guard append(bytes, notation, to: &result) else { return nil }
      return String(decoding: result, as: UTF8.self)
    } ?? text
  }

  /// Appends valid UTF-8 with what is not printable in that notation; false, and nothing appended,
  /// if all of it is printable.
  @discardableResult
  package static func append(
    _ bytes: UnsafeBufferPointer<UInt8>, _ notation: Notation, to result: inout [UInt8]
  ) -> Bool {
    var plain = 0
    var index = 0
    while index < bytes.count {
      let first = bytes[index]
      if first >= 0x20, first < 0x7f {
        index += 1
        continue
      }
      let (scalar, length) = scalar(in: bytes, at: index)
      if !isPrintable(scalar, notation) {
        result.append(contentsOf: bytes[plain..<index])
        write(scalar.value, notation, to: &result)
        plain = index + length
      }
      index += length
    }
    if plain == 0 { return false }
    result.append(contentsOf: bytes[plain...])
    return true
  }

  private static func isPrintable(_ scalar: Unicode.Scalar, _ notation: Notation) -> Bool {
    if scalar.isASCII {
      switch notation {
      case .perl where scalar == "\t": return true
      case .json: return scalar != "\u{7f}"
      default: return false
      }
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse,
      .surrogate:
      return false
    default: return true
    }
  }

  /// The character that begins there, in UTF-8 that is valid.
  private static func scalar(
    in bytes: UnsafeBufferPointer<UInt8>, at index: Int
  ) -> (Unicode.Scalar, length: Int) {
    let first = UInt32(bytes[index])
    if first < 0x80 { return (Unicode.Scalar(bytes[index]), 1) }
    let length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    guard index + length <= bytes.count else { return ("\u{fffd}", bytes.count - index) }
    var value = first & (0x7f >> UInt32(length))
    for byte in bytes[index + 1..<index + length] { value = value << 6 | UInt32(byte & 0x3f) }
    return (Unicode.Scalar(value) ?? "\u{fffd}", length)
  }

  private static func write(_ value: UInt32, _ notation: Notation, to result: inout [UInt8]) {
    let digits = String(value, radix: 16)
    switch notation {
    case .swift: result.append(contentsOf: "\\u{\(digits)}".utf8)
    case .perl where value > 0xff: result.append(contentsOf: "\\x{\(digits)}".utf8)
    case .perl:
      result.append(contentsOf: (digits.utf8.count == 1 ? "\\x0\(digits)" : "\\x\(digits)").utf8)
    case .json:
      // Beyond 16 bits JSON takes two numbers.
      let rest = value &- 0x10000
      for unit in value < 0x10000 ? [value] : [0xd800 | rest >> 10, 0xdc00 | rest & 0x3ff] {
        let digits = String(unit, radix: 16)
        result.append(contentsOf: "\\u".utf8)
        result.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
        result.append(contentsOf: digits.utf8)
      }
    }
  }
}
