/// The bytes that are read.
@frozen public struct PacketBytes {
  /// How many bytes must be readable behind the end.
  package static var slack: Int { 64 }

  /// The next byte.
  @usableFromInline var next: UnsafeRawPointer
  /// The end of the bytes; more are readable.
  @usableFromInline let end: UnsafeRawPointer

  @inlinable @inline(__always)
  package init(_ next: UnsafeRawPointer, end: UnsafeRawPointer) {
    self.next = next
    self.end = end
  }

  /// The next byte.
  @inlinable @inline(__always)
  package var place: UnsafeRawPointer { next }

  /// Whether a read may begin.
  @inlinable @inline(__always)
  var isBeforeEnd: Bool { next < end }

  /// The byte at a distance below sixteen.
  @inlinable @inline(__always)
  func byte(_ offset: Int = 0) -> UInt8 { (next + offset).loadUnaligned(as: UInt8.self) }

  /// The text of `count` bytes at the next place, which must lie before the end; nil if it is not UTF-8.
  @inline(__always)
  func text(_ start: UnsafeRawPointer, _ count: Int, isASCII: Bool) -> String? {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    return isASCII ? String(ascii: bytes) : String(validating: bytes, as: UTF8.self)
  }
}
