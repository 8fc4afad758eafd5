/// A place for one packet in a connection's output.
///
/// Bytes that are written there count only once the buffer is told of them by `ByteBuffer.take`.
@frozen public struct PacketPlace {
  /// The next byte.
  @usableFromInline var next: UnsafeMutableRawPointer
  /// The first byte that must not be written.
  @usableFromInline package let limit: UnsafeMutableRawPointer

  @inlinable @inline(__always)
  package init(_ next: UnsafeMutableRawPointer, limit: UnsafeMutableRawPointer) {
    self.next = next
    self.limit = limit
  }

  /// The next byte.
  @inlinable @inline(__always)
  package var place: UnsafeMutableRawPointer { next }

  /// Whether there is room for so many bytes more.
  @inlinable @inline(__always)
  func hasRoom(for count: Int) -> Bool { limit - next >= count }

  /// Writes a byte, for which there must be room.
  @inlinable @inline(__always)
  package mutating func put(_ byte: UInt8) {
    next.storeBytes(of: byte, as: UInt8.self)
    next += 1
  }

  /// Copies bytes, for which there must be room; short ones without a call.
  @inlinable @inline(__always)
  mutating func copy(_ source: UnsafeRawPointer, _ count: Int) {
    if count > 16 {
      next.copyMemory(from: source, byteCount: count)
    } else if count >= 8 {
      // Two words that may overlap.
      let first = source.loadUnaligned(as: UInt64.self)
      let last = (source + (count - 8)).loadUnaligned(as: UInt64.self)
      next.storeBytes(of: first, as: UInt64.self)
      (next + (count - 8)).storeBytes(of: last, as: UInt64.self)
    } else if count >= 4 {
      let first = source.loadUnaligned(as: UInt32.self)
      let last = (source + (count - 4)).loadUnaligned(as: UInt32.self)
      next.storeBytes(of: first, as: UInt32.self)
      (next + (count - 4)).storeBytes(of: last, as: UInt32.self)
    } else {
      var index = 0
      while index < count {
        (next + index).storeBytes(
          of: (source + index).loadUnaligned(as: UInt8.self), as: UInt8.self)
        index &+= 1
      }
    }
    next += count
  }
}
