extension UnsafeRawBufferPointer {
  /// Whether no byte has its highest bit set.
  @inline(__always) package var isASCII: Bool {
    guard let base = baseAddress else { return true }
    return TextScan.isASCII(base, count)
  }
}

extension String {
  /// A string of bytes that are known to be ASCII.
  @inline(__always) init(ascii bytes: UnsafeRawBufferPointer) {
    // The standard library would look for what is not ASCII once more.
    guard bytes.count > 15, let base = bytes.baseAddress else {
      self.init(decoding: bytes, as: UTF8.self)
      return
    }
    let span = Span<UInt8>(
      _unsafeStart: base.assumingMemoryBound(to: UInt8.self), count: bytes.count)
    self.init(copying: UTF8Span(unchecked: span, isKnownASCII: true))
  }

  /// The text that bytes mean in the network: their UTF-8 if it is valid, else one character each.
  package init(utf8OrLatin1 bytes: [UInt8]) {
    if let text = String(validating: bytes, as: UTF8.self) {
      self = text
    } else {
      // With init(latin1:) here every caller would save more registers.
      self = String(String.UnicodeScalarView(bytes.lazy.map { Unicode.Scalar($0) }))
    }
  }

  /// One character for each byte.
  package init(latin1 bytes: UnsafeRawBufferPointer) {
    if bytes.isASCII {
      self.init(ascii: bytes)
      return
    }
    self.init(unsafeUninitializedCapacity: 2 * bytes.count) { utf8 in
      var count = 0
      for byte in bytes {
        if byte >= 0x80 {
          utf8[count] = 0xc0 | byte >> 6
          count += 1
        }
        utf8[count] = byte < 0x80 ? byte : 0x80 | byte & 0x3f
        count += 1
      }
      return count
    }
  }

  /// One byte for each character, or nil if there is one beyond U+00FF.
  @usableFromInline var latin1: [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(utf8.count)
    for scalar in unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}

/// Makes text of bytes that may be invalid UTF-8, as `String(decoding:as:)` does.
///
/// The standard library takes 40 ns for each replaced byte, and has no limit on their number.
enum RepairedText {
  /// The replacement of invalid bytes, U+FFFD.
  private static var replacement: (UInt8, UInt8, UInt8) { (0xef, 0xbf, 0xbd) }

  /// The text; nil if there are more than `room` replacements, whose number is taken off it.
  static func make(_ bytes: UnsafeRawBufferPointer, room: inout Int) -> String? {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    // The size is counted first, because a string keeps all of its capacity, which could be three times
    // as much.
    var size = 0
    var index = 0
    while index < bytes.count {
      let (length, isWhole) = scalar(bytes, index)
      index += length
      size += isWhole ? length : 3
      if !isWhole {
        room -= 1
        if room < 0 { return nil }
      }
    }
    return String(unsafeUninitializedCapacity: size) { target in
      var index = 0
      var count = 0
      while index < bytes.count {
        let (length, isWhole) = scalar(bytes, index)
        if isWhole {
          for offset in 0..<length { target[count + offset] = bytes[index + offset] }
          count += length
        } else {
          (target[count], target[count + 1], target[count + 2]) = replacement
          count += 3
        }
        index += length
      }
      return count
    }
  }

  /// The number of a scalar's bytes at `index`, and whether the scalar is complete.
  ///
  /// Like the standard library it takes the longest beginning of a scalar at once, otherwise one byte.
  @inline(__always)
  private static func scalar(
    _ bytes: UnsafeRawBufferPointer, _ index: Int
  ) -> (length: Int, isWhole: Bool) {
    let first = bytes[index]
    if first < 0x80 { return (1, true) }
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xbf
    switch first {
    case 0xc2...0xdf: length = 2
    case 0xe0:
      length = 3
      second = 0xa0...0xbf
    case 0xed:
      length = 3
      second = 0x80...0x9f
    case 0xe1...0xef: length = 3
    case 0xf0:
      length = 4
      second = 0x90...0xbf
    case 0xf1...0xf3: length = 4
    case 0xf4:
      length = 4
      second = 0x80...0x8f
    default: return (1, false)
    }
    guard index + 1 < bytes.count, second.contains(bytes[index + 1]) else { return (1, false) }
    for offset in 2..<max(2, length) {
      guard index + offset < bytes.count, bytes[index + offset] & 0xc0 == 0x80 else {
        return (offset, false)
      }
    }
    return (length, true)
  }
}

extension Collection<UInt8> {
  /// The text that the bytes mean: their UTF-8 if it is valid, else one character for each byte.
  ///
  /// In Perl a text and its bytes are the same string. Parts are taken of the bytes, as Perl does:
  /// `data.prefix(size).text`, because a `String` has characters, and takes CR LF for one.
  public var text: String { String(utf8OrLatin1: Array(self)) }
}
