/// The bytes that are read.
@frozen public struct PacketBytes {
  /// How many bytes must be readable behind the end.
  package static var slack: Int { 64 }

  /// The next byte.
  @usableFromInline var next: UnsafeRawPointer
  /// The end of the bytes; more are readable.
  @usableFromInline let end: UnsafeRawPointer
  /// The object that lends text out of the bytes, and lives as long as they are read.
  @usableFromInline let lender: Unmanaged<TextLender>?

  @inlinable @inline(__always)
  package init(
    _ next: UnsafeRawPointer, end: UnsafeRawPointer, lender: Unmanaged<TextLender>? = nil
  ) {
    self.next = next
    self.end = end
    self.lender = lender
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

  /// The text without making a string; nil also if the bytes have no lender.
  @inline(__always)
  func borrowedText(_ start: UnsafeRawPointer, _ count: Int, isASCII: Bool) -> BorrowedText? {
    guard let lender, isASCII || isUTF8(start, count) else { return nil }
    return lender._withUnsafeGuaranteedRef { $0.lend(start, count, isASCII: isASCII) }
  }

  private func isUTF8(_ start: UnsafeRawPointer, _ count: Int) -> Bool {
    let span = Span<UInt8>(
      _unsafeStart: start.assumingMemoryBound(to: UInt8.self), count: count)
    return (try? UTF8Span(validating: span)) != nil
  }
}
