/// Writes arguments as JSON, byte for byte as ``JSONEncoding`` does; hot.
///
/// Each argument has a comma before it.
@frozen public struct JSONArgumentWriter: ArgumentWriter {
  /// Where the next byte goes.
  public var place: PacketPlace

  /// A writer of what follows the tag.
  @inlinable @inline(__always)
  package init(_ place: PacketPlace) { self.place = place }

  /// Writes the end of the packet.
  @inlinable @inline(__always)
  package mutating func end() -> Bool {
    guard place.hasRoom(for: 1) else { return false }
    place.put(UInt8(ascii: "]"))
    return true
  }

  /// Writes an integer.
  public mutating func write(_ number: Int) -> Bool {
    guard place.hasRoom(for: 24) else { return false }
    place.put(UInt8(ascii: ","))
    if number < 0 { place.put(UInt8(ascii: "-")) }
    Decimal.put(UInt64(number.magnitude), at: &place.next)
    return true
  }

  /// Writes an integer.
  public mutating func write(_ number: UInt64) -> Bool {
    guard place.hasRoom(for: 24) else { return false }
    place.put(UInt8(ascii: ","))
    Decimal.put(number, at: &place.next)
    return true
  }

  /// Floats go the general way, since their text is made by the standard library in any case.
  public mutating func write(_ number: Double) -> Bool { false }

  /// Writes a boolean.
  public mutating func write(_ flag: Bool) -> Bool {
    guard place.hasRoom(for: 8) else { return false }
    let word: StaticString = flag ? ",true" : ",false"
    place.copy(word.utf8Start, word.utf8CodeUnitCount)
    return true
  }

  /// Writes text in which nothing has to be escaped.
  public mutating func write(_ text: String) -> Bool {
    text.utf8.withContiguousStorageIfAvailable { write(utf8: $0) } ?? false
  }

  /// Writes text in which nothing has to be escaped.
  @inline(__always)
  public mutating func write(utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    guard place.hasRoom(for: utf8.count &+ 3) else { return false }
    place.put(UInt8(ascii: ","))
    place.put(UInt8(ascii: "\""))
    if let start = utf8.baseAddress {
      guard TextScan.copyPlain(start, utf8.count, to: place.next) == utf8.count else {
        return false
      }
    }
    place.next += utf8.count
    place.put(UInt8(ascii: "\""))
    return true
  }
}

/// Decimal digits, eight at a time.
enum Decimal {
  /// Writes a number, for which there must be room for 24 bytes, and moves the place behind it.
  @inline(__always)
  static func put(_ number: UInt64, at place: inout UnsafeMutableRawPointer) {
    if number < 10 {
      place.storeBytes(of: UInt8(truncatingIfNeeded: 0x30 | number), as: UInt8.self)
      place += 1
    } else if number < 100_000_000 {
      putFirst(UInt32(truncatingIfNeeded: number), at: &place)
    } else {
      putLong(number, at: &place)
    }
  }

  private static func putLong(_ number: UInt64, at place: inout UnsafeMutableRawPointer) {
    let (high, low) = number.quotientAndRemainder(dividingBy: 100_000_000)
    if high < 100 {
      if high >= 10 {
        place.storeBytes(of: UInt8(truncatingIfNeeded: 0x30 + high / 10), as: UInt8.self)
        place += 1
      }
      place.storeBytes(of: UInt8(truncatingIfNeeded: 0x30 + high % 10), as: UInt8.self)
      place += 1
    } else if high < 100_000_000 {
      putFirst(UInt32(truncatingIfNeeded: high), at: &place)
    } else {
      let (highest, middle) = high.quotientAndRemainder(dividingBy: 100_000_000)
      putFirst(UInt32(truncatingIfNeeded: highest), at: &place)
      putAll(UInt32(truncatingIfNeeded: middle), at: &place)
    }
    putAll(UInt32(truncatingIfNeeded: low), at: &place)
  }

  /// The first digits of a number, without zeros in front.
  @inline(__always)
  private static func putFirst(_ number: UInt32, at place: inout UnsafeMutableRawPointer) {
    let digits = eightDigits(number)
    // How many of the first seven digits are zeros.
    let zeros = min(7, (digits ^ 0x3030_3030_3030_3030).trailingZeroBitCount >> 3)
    place.storeBytes(of: (digits >> UInt64(8 * zeros)).littleEndian, as: UInt64.self)
    place += 8 - zeros
  }

  @inline(__always)
  private static func putAll(_ number: UInt32, at place: inout UnsafeMutableRawPointer) {
    place.storeBytes(of: eightDigits(number).littleEndian, as: UInt64.self)
    place += 8
  }

  /// Eight digits, the first in the lowest byte: halves of four, two and one digit are split side by side.
  @inline(__always)
  private static func eightDigits(_ number: UInt32) -> UInt64 {
    let (high, low) = number.quotientAndRemainder(dividingBy: 10_000)
    let fours = UInt64(high) | UInt64(low) << 32
    let hundreds = ((fours &* 10_486) >> 20) & 0x0000_007f_0000_007f
    let twos = ((fours &- 100 &* hundreds) << 16) &+ hundreds
    let tens = ((twos &* 103) >> 10) & 0x000f_000f_000f_000f
    return (tens &+ ((twos &- 10 &* tens) << 8)) | 0x3030_3030_3030_3030
  }
}
