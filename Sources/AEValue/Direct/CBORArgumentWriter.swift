/// Writes arguments as CBOR, byte for byte as ``CBOREncoding`` does; hot.
@frozen public struct CBORArgumentWriter: ArgumentWriter {
  /// Where the next byte goes.
  public var place: PacketPlace

  /// A writer of what follows the tag.
  @inlinable @inline(__always)
  package init(_ place: PacketPlace) { self.place = place }

  /// Writes an integer.
  @inlinable @inline(__always)
  public mutating func write(_ number: Int) -> Bool {
    guard place.hasRoom(for: 9) else { return false }
    let sign = number >> 63
    head(UInt8(truncatingIfNeeded: sign & 0x20), UInt64(truncatingIfNeeded: number ^ sign))
    return true
  }

  /// Writes an integer.
  @inlinable
  public mutating func write(_ number: UInt64) -> Bool {
    guard place.hasRoom(for: 9) else { return false }
    head(0, number)
    return true
  }

  /// Writes a finite float.
  @inlinable
  public mutating func write(_ number: Double) -> Bool {
    guard number.isFinite, place.hasRoom(for: 9) else { return false }
    place.put(0xfb)
    place.next.storeBytes(of: number.bitPattern.bigEndian, as: UInt64.self)
    place.next += 8
    return true
  }

  /// Writes a boolean.
  @inlinable
  public mutating func write(_ flag: Bool) -> Bool {
    guard place.hasRoom(for: 1) else { return false }
    place.put(flag ? 0xf5 : 0xf4)
    return true
  }

  /// Writes text.
  public mutating func write(_ text: String) -> Bool {
    text.utf8.withContiguousStorageIfAvailable { write(utf8: $0) } ?? false
  }

  /// Writes text.
  @inline(__always)
  public mutating func write(utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    guard place.hasRoom(for: utf8.count &+ 9) else { return false }
    head(0x60, UInt64(truncatingIfNeeded: utf8.count))
    if let start = utf8.baseAddress { place.copy(start, utf8.count) }
    return true
  }

  /// Writes an initial byte, whose major type is in its place, and its argument as short as possible.
  ///
  /// Up to nine bytes are touched, for which there must be room.
  @inlinable @inline(__always)
  mutating func head(_ kind: UInt8, _ argument: UInt64) {
    if argument < 24 { return place.put(kind | UInt8(truncatingIfNeeded: argument)) }
    // 0, 1, 2, 3 for one, two, four, eight bytes
    let width: Int =
      argument <= 0xffff ? (argument > 0xff ? 1 : 0) : (argument > 0xffff_ffff ? 3 : 2)
    let count = 1 &<< width
    place.put(kind | UInt8(truncatingIfNeeded: 24 &+ width))
    let shifted = argument &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count)
    place.next.storeBytes(of: shifted.bigEndian, as: UInt64.self)
    place.next += count
  }
}
