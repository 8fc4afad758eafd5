extension JSONReader {
  /// The place of a string's contents, and their properties that decide how they become text.
  struct RawString {
    var start: Int
    var end: Int
    var isASCII: Bool
    var hasEscapes: Bool
  }

  /// Reads a string, starting at its opening quote.
  @inline(__always) mutating func string() throws(CodecError) -> String {
    let raw = try rawString()
    let bytes = UnsafeRawBufferPointer(start: base + raw.start, count: raw.end - raw.start)
    if raw.isASCII, !raw.hasEscapes { return String(ascii: bytes) }
    return try text(raw)
  }

  /// The text of a string that is not plain ASCII.
  @inline(never) private func text(_ raw: RawString) throws(CodecError) -> String {
    let bytes = UnsafeRawBufferPointer(start: base + raw.start, count: raw.end - raw.start)
    let text: String?
    if raw.hasEscapes {
      text = String(validating: try unescaped(raw), as: UTF8.self)
    } else {
      text = String(validating: bytes, as: UTF8.self)
    }
    guard let text else { throw CodecError(.invalidUTF8, at: raw.start) }
    return text
  }

  /// Finds the closing quote of a string whose opening quote is next, and skips it.
  @inline(__always) mutating func rawString() throws(CodecError) -> RawString {
    let start = index + 1
    var position = start
    let end = end
    var seen: UInt8 = 0
    while position < end {
      let byte = byte(at: position)
      if byte == UInt8(ascii: "\"") {
        index = position + 1
        return RawString(start: start, end: position, isASCII: seen < 0x80, hasEscapes: false)
      }
      if byte == UInt8(ascii: "\\") || byte < 0x20 { break }
      seen |= byte
      position += 1
      if position - start == 16 { break }
    }
    return try longString(start, position, seen)
  }

  /// Goes on after the first bytes, many at a time where they are plain.
  @inline(never)
  private mutating func longString(
    _ start: Int, _ from: Int, _ seenBefore: UInt8
  ) throws(CodecError) -> RawString {
    var position = from
    var isASCII = seenBefore < 0x80
    var hasEscapes = false
    while position < end {
      position += TextScan.plainCount(base + position, end - position, isASCII: &isASCII)
      guard position < end else { break }
      switch byte(at: position) {
      case UInt8(ascii: "\""):
        index = position + 1
        return RawString(start: start, end: position, isASCII: isASCII, hasEscapes: hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        position += 2
      default:
        index = position
        throw fail(.controlCharacter)
      }
    }
    index = end
    throw fail(endCode)
  }

  /// The UTF-8 of a string with its escapes resolved; a surrogate without its partner becomes
  /// U+FFFD.
  func unescaped(_ raw: RawString) throws(CodecError) -> [UInt8] {
    // No escape is shorter than its character.
    var failure: CodecError?
    let bytes = [UInt8](unsafeUninitializedCapacity: raw.end - raw.start) { target, count in
      guard let target = target.baseAddress else { return }
      do throws(CodecError) {
        count = try unescape(raw, into: UnsafeMutableRawPointer(target))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  private func unescape(
    _ raw: RawString, into target: UnsafeMutableRawPointer
  ) throws(CodecError) -> Int {
    var position = raw.start
    var count = 0
    while position < raw.end {
      if raw.end - position >= 8 {
        let word = (base + position).loadUnaligned(as: UInt64.self)
        if !word.hasJSONSpecialByte {
          (target + count).storeBytes(of: word, as: UInt64.self)
          position += 8
          count += 8
          continue
        }
      }
      let byte = byte(at: position)
      if byte != UInt8(ascii: "\\") {
        (target + count).storeBytes(of: byte, as: UInt8.self)
        position += 1
        count += 1
        continue
      }
      // rawString() has checked that one more byte belongs to the string.
      let kind = self.byte(at: position + 1)
      position += 2
      if kind == UInt8(ascii: "u") {
        let scalar = try escapedScalar(&position, raw.end)
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
          (target + count).storeBytes(of: byte, as: UInt8.self)
          count += 1
        }
      } else if let plain = Self.escaped(kind) {
        (target + count).storeBytes(of: plain, as: UInt8.self)
        count += 1
      } else {
        throw CodecError(.invalidEscape, at: position - 2)
      }
    }
    return count
  }

  /// The byte that a letter behind a backslash means.
  @inline(__always) private static func escaped(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0c
    case UInt8(ascii: "n"): 0x0a
    case UInt8(ascii: "r"): 0x0d
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }

  /// Reads the digits after `\u`, and the second half of a surrogate pair with them.
  private func escapedScalar(
    _ position: inout Int, _ end: Int
  ) throws(CodecError) -> Unicode.Scalar {
    let unit = try codeUnit(&position, end)
    if let scalar = Unicode.Scalar(UInt32(unit)) { return scalar }
    guard unit < 0xdc00, end - position >= 6, byte(at: position) == UInt8(ascii: "\\"),
      byte(at: position + 1) == UInt8(ascii: "u")
    else { return "\u{FFFD}" }
    var after = position + 2
    let second = try codeUnit(&after, end)
    guard (0xdc00...0xdfff).contains(second) else { return "\u{FFFD}" }
    position = after
    let code = 0x10000 + (UInt32(unit) - 0xd800) << 10 + (UInt32(second) - 0xdc00)
    return Unicode.Scalar(code) ?? "\u{FFFD}"
  }

  private func codeUnit(_ position: inout Int, _ end: Int) throws(CodecError) -> UInt16 {
    guard end - position >= 4 else { throw CodecError(.invalidEscape, at: position - 2) }
    var unit: UInt16 = 0
    for offset in 0..<4 {
      guard let digit = byte(at: position + offset).hexDigit else {
        throw CodecError(.invalidEscape, at: position - 2)
      }
      unit = unit << 4 | UInt16(digit)
    }
    position += 4
    return unit
  }
}

extension UInt8 {
  /// The value of a hexadecimal digit, nil for any other byte.
  var hexDigit: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
