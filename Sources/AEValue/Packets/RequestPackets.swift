// Requests about ports, written and read where they lie, for thousands of ports that die at once.

extension PacketPlace {
  /// The most bytes that such a packet has, with an encoded rest.
  @inlinable @inline(__always)
  package static func sizeOfRequest(
    _ name: UnsafeRawBufferPointer, _ rest: UnsafeRawBufferPointer
  ) -> Int {
    name.count &+ rest.count &+ 9
  }

  /// Writes such a packet, whose name must be shorter than 256 bytes and whose rest is below 21 encoded values.
  ///
  /// There must be room for it; false, and nothing written, for a longer name or rest.
  @inlinable @inline(__always)
  package mutating func putRequest(
    _ request: PortRequest, about name: UnsafeRawBufferPointer,
    encoded rest: UnsafeRawBufferPointer,
    count: Int
  ) -> Bool {
    guard let nameStart = name.baseAddress, count < 21, name.count < 256 else { return false }
    let length = UInt64(truncatingIfNeeded: name.count)
    // Head, empty name, the request's text and the head of the name, in the order of memory.
    let head =
      0x80 | UInt64(truncatingIfNeeded: count + 3) | 0x6460 << 8
      | UInt64(request.rawValue.byteSwapped) << 24
    if length < 24 {
      next.storeBytes(of: (head | (0x60 | length) << 56).littleEndian, as: UInt64.self)
      next += 8
    } else {
      next.storeBytes(of: (head | 0x78 << 56).littleEndian, as: UInt64.self)
      (next + 8).storeBytes(of: UInt8(truncatingIfNeeded: length), as: UInt8.self)
      next += 9
    }
    copy(nameStart, name.count)
    if let restStart = rest.baseAddress { copy(restStart, rest.count) }
    return true
  }
}

/// A packet that begins with a ``PortRequest`` in its usual form, where the next values are compared instead of read.
@frozen public struct RequestStart {
  /// How many values follow the name.
  @usableFromInline package let count: Int
  /// The name of the port that the request is about.
  @usableFromInline package let name: UnsafeRawBufferPointer
  /// The place behind what was taken.
  @usableFromInline package var end: UnsafeRawPointer
  @usableFromInline let limit: UnsafeRawPointer

  /// Whether a packet may begin with a request; eight bytes must be readable.
  @inlinable @inline(__always)
  package static func mayBegin(_ place: UnsafeRawPointer) -> Bool {
    (place + 1).loadUnaligned(as: UInt16.self) == UInt16(0x6064).bigEndian
  }

  /// Whether a request that may begin at a place has no values behind the name.
  @inlinable @inline(__always)
  package static func isWithoutRest(_ place: UnsafeRawPointer) -> Bool {
    place.loadUnaligned(as: UInt8.self) == 0x83
  }

  /// The packet at a place before `limit`, behind which `PacketBytes.slack` bytes are readable.
  ///
  /// Nil if it is not this request in its usual form.
  @inlinable @inline(__always)
  package init?(_ request: PortRequest, at place: UnsafeRawPointer, end limit: UnsafeRawPointer) {
    let word = UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
    let wanted = 0x6460 << 8 | UInt64(request.rawValue.byteSwapped) << 24
    guard word & 0x00ff_ffff_ffff_ff00 == wanted else { return nil }
    let head = word & 0xff
    var length = Int(truncatingIfNeeded: word >> 56)
    var start = place + 8
    guard head &- 0x83 < 0x98 - 0x83 else { return nil }
    if length == 0x78 {
      length = Int(start.loadUnaligned(as: UInt8.self))
      start += 1
    } else {
      length &-= 0x60
      guard length >= 0, length < 24 else { return nil }
    }
    guard length > 0, limit - start >= length else { return nil }
    count = Int(truncatingIfNeeded: head &- 0x83)
    name = UnsafeRawBufferPointer(start: start, count: length)
    end = start + length
    self.limit = limit
  }

  /// Takes the encoded values if they are these bytes, of which there is at least one.
  @inlinable @inline(__always)
  package mutating func skip(_ encoded: UnsafeRawBufferPointer) -> Bool {
    guard !encoded.isEmpty, limit - end >= encoded.count, encoded.isEqual(to: end) else {
      return false
    }
    end += encoded.count
    return true
  }
}

extension UnsafeRawBufferPointer {
  /// Whether as many bytes at that place are the same; short ones are compared without a call.
  @inlinable @inline(__always)
  package func isEqual(to place: UnsafeRawPointer) -> Bool {
    guard let baseAddress else { return true }
    guard count >= 8 else {
      if count >= 4 { return isEqual(to: place, wordsOf: UInt32.self) }
      for index in 0..<count {
        let byte = (baseAddress + index).loadUnaligned(as: UInt8.self)
        if byte != (place + index).loadUnaligned(as: UInt8.self) { return false }
      }
      return true
    }
    var offset = 0
    while offset < count &- 8 {
      let word = (baseAddress + offset).loadUnaligned(as: UInt64.self)
      if word != (place + offset).loadUnaligned(as: UInt64.self) { return false }
      offset &+= 8
    }
    return isEqual(to: place, wordsOf: UInt64.self)
  }

  /// Whether the first and the last word are the same; they may overlap.
  @inlinable @inline(__always)
  func isEqual<Word: FixedWidthInteger & BitwiseCopyable>(
    to place: UnsafeRawPointer, wordsOf type: Word.Type
  ) -> Bool {
    guard let baseAddress else { return true }
    let last = count &- MemoryLayout<Word>.size
    let first = baseAddress.loadUnaligned(as: type) ^ place.loadUnaligned(as: type)
    let second =
      (baseAddress + last).loadUnaligned(as: type) ^ (place + last).loadUnaligned(as: type)
    return first | second == 0
  }
}
