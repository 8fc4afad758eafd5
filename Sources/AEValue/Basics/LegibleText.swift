/// Makes text of others legible, so that it has no effect on a terminal or in a file.
///
/// Characters that are not printable become their numbers: control characters, marks that turn the
/// direction or join, line separators, and unassigned ones. Such characters would let a text pass for
/// another one, move the cursor or change colours. It takes time linear in the text, and for ASCII only a
/// look at each byte.
package enum LegibleText {
  /// The notation of a character's number.
  package enum Notation {
    /// `\x1b` and `\x{202e}`, as in Perl; the tab stays, as in logs of AnyEvent.
    case perl
    /// `\u{1b}` and `\u{202e}`, as in Swift.
    case swift
    /// `\u007f` and `\u202e`, so that JSON of one line stays JSON of the same value.
    case json
    /// The same for JSON of several lines: the line feeds between elements stay.
    case jsonLines
    /// `&#x202e;`, for attributes in XML; characters that XML cannot hold as in Swift.
    case xml
  }

  /// The text with unprintable characters in that notation.
  package static func text(_ text: String, _ notation: Notation) -> String {
    var text = text
    return text.withUTF8 { bytes in
      var result: [UInt8] = []
      guard append(bytes, notation, to: &result) else { return nil }
      return String(decoding: result, as: UTF8.self)
    } ?? text
  }

  /// Appends UTF-8 with unprintable characters in that notation; false, and nothing appended, if there
  /// are none.
  @discardableResult
  package static func append(
    _ bytes: UnsafeBufferPointer<UInt8>, _ notation: Notation, to result: inout [UInt8]
  ) -> Bool {
    var plain = 0
    var index = 0
    while let found = nextUnprintable(in: bytes, from: index, notation) {
      result.append(contentsOf: bytes[plain..<found.index])
      write(found.value, notation) { result.append($0) }
      index = found.index + found.length
      plain = index
    }
    if plain == 0 { return false }
    result.append(contentsOf: bytes[plain...])
    return true
  }

  /// Passes on UTF-8, byte by byte, with unprintable characters in that notation; without allocating.
  ///
  /// A byte that is no part of a character counts as a character of that number.
  package static func each(
    of bytes: UnsafeBufferPointer<UInt8>, _ notation: Notation, _ put: (UInt8) -> Void
  ) {
    var index = 0
    while let found = nextUnprintable(in: bytes, from: index, notation) {
      for byte in bytes[index..<found.index] { put(byte) }
      write(found.value, notation, put)
      index = found.index + found.length
    }
    for byte in bytes[index...] { put(byte) }
  }

  private static func nextUnprintable(
    in bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ notation: Notation
  ) -> (index: Int, length: Int, value: UInt32)? {
    var index = start
    while index < bytes.count {
      let first = bytes[index]
      if first >= 0x20, first < 0x7f {
        index += 1
        continue
      }
      let (scalar, length) = scalar(in: bytes, at: index)
      guard let scalar else { return (index, length, UInt32(first)) }
      if !isPrintable(scalar, notation) { return (index, length, scalar.value) }
      index += length
    }
    return nil
  }

  private static func isPrintable(_ scalar: Unicode.Scalar, _ notation: Notation) -> Bool {
    if scalar.isASCII {
      switch notation {
      case .perl: return scalar == "\t"
      case .jsonLines: return scalar == "\n"
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

  /// The character that begins there; nil and one byte for invalid UTF-8.
  private static func scalar(
    in bytes: UnsafeBufferPointer<UInt8>, at index: Int
  ) -> (Unicode.Scalar?, length: Int) {
    let first = UInt32(bytes[index])
    if first < 0x80 { return (Unicode.Scalar(bytes[index]), 1) }
    let length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    guard (0xc2...0xf4).contains(first), index + length <= bytes.count else { return (nil, 1) }
    var value = first & (0x7f >> UInt32(length))
    for byte in bytes[index + 1..<index + length] {
      guard byte & 0xc0 == 0x80 else { return (nil, 1) }
      value = value << 6 | UInt32(byte & 0x3f)
    }
    guard let scalar = Unicode.Scalar(value) else { return (nil, 1) }
    return (scalar, length)
  }

  private static func write(_ value: UInt32, _ notation: Notation, _ put: (UInt8) -> Void) {
    func putAll(_ text: StaticString) { text.withUTF8Buffer { for byte in $0 { put(byte) } } }
    switch notation {
    case .xml where isInXML(value):
      putAll("&#x")
      hexadecimal(value, 1, put)
      putAll(";")
    case .swift, .xml:
      putAll("\\u{")
      hexadecimal(value, 1, put)
      putAll("}")
    case .perl where value > 0xff:
      putAll("\\x{")
      hexadecimal(value, 1, put)
      putAll("}")
    case .perl:
      putAll("\\x")
      hexadecimal(value, 2, put)
    case .json, .jsonLines:
      // Beyond 16 bits JSON takes two numbers.
      let rest = value &- 0x10000
      putAll("\\u")
      hexadecimal(value < 0x10000 ? value : 0xd800 | rest >> 10, 4, put)
      guard value >= 0x10000 else { return }
      putAll("\\u")
      hexadecimal(0xdc00 | rest & 0x3ff, 4, put)
    }
  }

  /// Whether XML can hold the character, at least as its number.
  private static func isInXML(_ value: UInt32) -> Bool {
    value >= 0x20 ? value & 0xfffe != 0xfffe : [9, 10, 13].contains(value)
  }

  private static func hexadecimal(_ value: UInt32, _ leastDigits: Int, _ put: (UInt8) -> Void) {
    if value > 0xf || leastDigits > 1 { hexadecimal(value >> 4, leastDigits - 1, put) }
    let digit = UInt8(value & 0xf)
    put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
  }
}
