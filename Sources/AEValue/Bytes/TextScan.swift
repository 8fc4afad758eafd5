internal import CAEBasics

/// Scans of text for characters that JSON has to escape and for bytes that are not ASCII; hot.
///
/// Thirty-two bytes of long texts at a time where the processor can, else sixteen, else eight: ``Words`` has the same
/// without vectors. Nothing beyond the given bytes is read or written.
enum TextScan {
  /// The most bytes that a scan takes at a time; tests hold it to less than the processor can.
  enum Width { case sixteen, thirtyTwo }

  /// Whether so many bytes are scanned by vectors of thirty-two.
  @inline(__always)
  private static func isWide(_ count: Int, _ most: Width) -> Bool {
    most == .thirtyTwo && count >= AE_WIDE_COUNT && ae_is_wide() != 0
  }

  /// Whether so many bytes are scanned by vectors of sixteen, if not by wider ones.
  @inline(__always)
  private static func isVector(_ count: Int) -> Bool { count >= 16 && ae_has_vectors() != 0 }

  /// How many of the bytes come before the first quote, backslash or control character.
  ///
  /// Sets `isASCII` to false if one of them may not be ASCII.
  @inline(__always)
  static func plainCount(
    _ start: UnsafeRawPointer, _ count: Int, isASCII: inout Bool, atMost most: Width = .thirtyTwo
  ) -> Int {
    let isWide = isWide(count, most)
    guard isWide || isVector(count) else {
      return Words.plainCount(start, count, isASCII: &isASCII)
    }
    let bytes = start.assumingMemoryBound(to: UInt8.self)
    var high: CInt = 0
    let plain =
      isWide ? ae_json_plain_wide(bytes, count, &high) : ae_json_plain(bytes, count, &high)
    if high != 0 { isASCII = false }
    return plain
  }

  /// Copies the bytes before the first quote, backslash or control character, and returns how many there are.
  ///
  /// There must be room for all `count` bytes.
  @inline(__always)
  static func copyPlain(
    _ start: UnsafeRawPointer, _ count: Int, to target: UnsafeMutableRawPointer,
    atMost most: Width = .thirtyTwo
  ) -> Int {
    let isWide = isWide(count, most)
    guard isWide || isVector(count) else { return Words.copyPlain(start, count, to: target) }
    let bytes = start.assumingMemoryBound(to: UInt8.self)
    let place = target.assumingMemoryBound(to: UInt8.self)
    return isWide ? ae_json_copy_wide(place, bytes, count) : ae_json_copy(place, bytes, count)
  }

  /// Whether all bytes are ASCII.
  @inline(__always)
  static func isASCII(
    _ start: UnsafeRawPointer, _ count: Int, atMost most: Width = .thirtyTwo
  ) -> Bool {
    let isWide = isWide(count, most)
    guard isWide || isVector(count) else { return Words.isASCII(start, count) }
    let bytes = start.assumingMemoryBound(to: UInt8.self)
    return (isWide ? ae_is_ascii_wide(bytes, count) : ae_is_ascii(bytes, count)) != 0
  }

  /// The same with words of eight bytes.
  enum Words {
    @inline(__always)
    static func plainCount(_ start: UnsafeRawPointer, _ count: Int, isASCII: inout Bool) -> Int {
      var seen: UInt64 = 0
      var plain = 0
      while plain + 8 <= count {
        let word = (start + plain).loadUnaligned(as: UInt64.self)
        if word.hasJSONSpecialByte { break }
        seen |= word
        plain += 8
      }
      while plain < count {
        let byte = (start + plain).loadUnaligned(as: UInt8.self)
        if byte.isJSONSpecial { break }
        seen |= UInt64(byte)
        plain += 1
      }
      if seen & 0x8080_8080_8080_8080 != 0 { isASCII = false }
      return plain
    }

    @inline(__always)
    static func copyPlain(
      _ start: UnsafeRawPointer, _ count: Int, to target: UnsafeMutableRawPointer
    ) -> Int {
      var plain = 0
      while plain + 8 <= count {
        let word = (start + plain).loadUnaligned(as: UInt64.self)
        if word.hasJSONSpecialByte { break }
        (target + plain).storeBytes(of: word, as: UInt64.self)
        plain += 8
      }
      while plain < count {
        let byte = (start + plain).loadUnaligned(as: UInt8.self)
        if byte.isJSONSpecial { break }
        (target + plain).storeBytes(of: byte, as: UInt8.self)
        plain += 1
      }
      return plain
    }

    @inline(__always)
    static func isASCII(_ start: UnsafeRawPointer, _ count: Int) -> Bool {
      if count >= 8 {
        var index = 0
        var seen: UInt64 = 0
        while index + 8 <= count {
          seen |= (start + index).loadUnaligned(as: UInt64.self)
          index += 8
        }
        seen |= (start + count - 8).loadUnaligned(as: UInt64.self)
        return seen & 0x8080_8080_8080_8080 == 0
      }
      var seen: UInt8 = 0
      for index in 0..<count { seen |= (start + index).loadUnaligned(as: UInt8.self) }
      return seen < 0x80
    }
  }
}

extension UInt8 {
  /// Whether JSON does not have it as it is in a string.
  @inline(__always) var isJSONSpecial: Bool {
    self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\")
  }
}

extension UInt64 {
  /// Whether one of the eight bytes is a quote, a backslash or a control character.
  ///
  /// The classic test for a byte below n, exact for bytes up to 0x7F; it never misses one.
  @inline(__always) var hasJSONSpecialByte: Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    let quotes = self ^ (ones &* 0x22)
    let backslashes = self ^ (ones &* 0x5c)
    let found =
      (self &- ones &* 0x20) & ~self | (quotes &- ones) & ~quotes
      | (backslashes &- ones) & ~backslashes
    return found & tops != 0
  }
}
