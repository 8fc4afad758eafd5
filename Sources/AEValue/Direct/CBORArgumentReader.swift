/// Reads arguments in CBOR; hot.
@frozen public struct CBORArgumentReader: ArgumentReader {
  /// Where the next byte is.
  public var bytes: PacketBytes
  /// How many arguments there are.
  @usableFromInline let count: Int

  /// A reader of what follows the tag.
  @inlinable @inline(__always)
  package init(_ bytes: PacketBytes, count: Int) {
    self.bytes = bytes
    self.count = count
  }

  /// Whether there are so many arguments.
  @inlinable @inline(__always)
  public func mayHave(_ count: Int) -> Bool { count == self.count }

  /// Reads an integer of the major types 0 and 1.
  @inlinable @inline(__always)
  public mutating func int() -> Int? {
    guard bytes.isBeforeEnd else { return nil }
    let initial = bytes.byte()
    let info = initial & 31
    let sign = 0 &- Int(truncatingIfNeeded: initial >> 5)
    if initial >= 0x40 { return nil }
    if info < 24 {
      bytes.next += 1
      return Int(truncatingIfNeeded: info) ^ sign
    }
    guard let number = argument(info), number <= UInt64(Int.max) else { return nil }
    return Int(truncatingIfNeeded: number) ^ sign
  }

  /// Reads a float of eight bytes.
  public mutating func double() -> Double? {
    guard bytes.isBeforeEnd, bytes.byte() == 0xfb else { return nil }
    let pattern = UInt64(bigEndian: (bytes.next + 1).loadUnaligned(as: UInt64.self))
    bytes.next += 9
    return Double(bitPattern: pattern)
  }

  /// Reads a boolean.
  public mutating func bool() -> Bool? {
    guard bytes.isBeforeEnd, bytes.byte() | 1 == 0xf5 else { return nil }
    let flag = bytes.byte() == 0xf5
    bytes.next += 1
    return flag
  }

  /// Reads text of a known length.
  public mutating func text() -> String? {
    guard let (start, count) = textBytes() else { return nil }
    return bytes.text(start, count, isASCII: TextScan.isASCII(start, count))
  }

  /// Reads text of a known length without making a string.
  public mutating func borrowedText() -> BorrowedText? {
    guard let (start, count) = textBytes() else { return nil }
    return bytes.borrowedText(start, count, isASCII: TextScan.isASCII(start, count))
  }

  /// Skips text of a known length, and says where it lies.
  @inline(__always)
  private mutating func textBytes() -> (UnsafeRawPointer, Int)? {
    guard bytes.isBeforeEnd, bytes.byte() >> 5 == 3 else { return nil }
    let info = bytes.byte() & 31
    var count = Int(info)
    if info < 24 {
      bytes.next += 1
    } else {
      guard let long = argument(info), long <= UInt64(Int.max) else { return nil }
      count = Int(truncatingIfNeeded: long)
    }
    let start = bytes.next
    // The count may be anything, and the start may be behind the end by now.
    guard count <= bytes.end - start else { return nil }
    bytes.next = start + count
    return (start, count)
  }

  /// Whether all that was read lies before the end.
  @inlinable @inline(__always)
  public mutating func isWhole() -> Bool { bytes.next <= bytes.end }

  /// Reads the argument behind an initial byte, and skips both; nil for an indefinite length.
  @inlinable @inline(__always)
  mutating func argument(_ info: UInt8) -> UInt64? {
    if info > 27 { return nil }
    let width = 1 &<< Int(truncatingIfNeeded: info & 3)
    let word = UInt64(bigEndian: (bytes.next + 1).loadUnaligned(as: UInt64.self))
    bytes.next += 1 &+ width
    return word &>> UInt64(truncatingIfNeeded: 64 &- 8 &* width)
  }
}
