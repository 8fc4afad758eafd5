/// The requests to a node's own port that are about one other port, `["", request, port name, …]`.
///
/// Many thousands of them may come at once, when a node with many watched ports stops them, so they are
/// written and recognised without a `Value` for each part.
public enum PortRequest: UInt32, CaseIterable, Sendable {
  // The four letters as one big-endian number.
  /// Tell me when the port dies.
  case mon1 = 0x6d6f_6e31
  /// I no longer want to know.
  case mon0 = 0x6d6f_6e30
  /// The port, which you monitor, has died.
  case kil0 = 0x6b69_6c30
  /// Kill the port.
  case kil1 = 0x6b69_6c31

  /// The name of the request.
  public var name: String {
    switch self {
    case .mon1: "mon1"
    case .mon0: "mon0"
    case .kil0: "kil0"
    case .kil1: "kil1"
    }
  }
}

extension CBOREncoding {
  /// Appends the packet `["", request, port, rest…]` to `buffer`.
  ///
  /// - Throws: ``CodecError`` as ``append(_:to:limits:)``; the buffer is then as it was before.
  public static func appendRequest(
    _ request: PortRequest, about port: String, _ rest: UnsafeBufferPointer<Value>,
    to buffer: ByteBuffer, limits: CodecLimits = .standard
  ) throws(CodecError) {
    let writer = CBORWriter(buffer, limits)
    do {
      writer.writeHead(4, UInt64(truncatingIfNeeded: rest.count + 3))
      // The empty name and the head of a text of four bytes.
      let target = buffer.reserve(6)
      target.storeBytes(of: UInt16(0x6064).bigEndian, as: UInt16.self)
      (target + 2).storeBytes(of: request.rawValue.bigEndian, as: UInt32.self)
      buffer.advance(by: 6)
      try writer.write(port)
      for index in 0..<rest.count { try writer.write(rest[index], depth: 2) }
      try writer.checkSize()
      if writer.mayHoldTooMany { try writer.checkCount(3 + rest.elementCount) }
    } catch {
      throw writer.takeBack(error)
    }
  }
}

extension CBOREncoding {
  /// Appends such a packet with a rest of `count` encoded values; false if port or rest are too long.
  public static func appendRequest(
    _ request: PortRequest, about port: String, encoded rest: UnsafeRawBufferPointer, count: Int,
    to buffer: ByteBuffer
  ) -> Bool {
    port.withContiguousUTF8 { name in
      guard count + 3 < 24, name.count < 256 else { return false }
      var target = buffer.reserve(9 + name.count + rest.count)
      target.storeBytes(of: 0x80 | UInt8(truncatingIfNeeded: count + 3), as: UInt8.self)
      (target + 1).storeBytes(of: UInt16(0x6064).bigEndian, as: UInt16.self)
      (target + 3).storeBytes(of: request.rawValue.bigEndian, as: UInt32.self)
      let length = UInt8(truncatingIfNeeded: name.count)
      if length < 24 {
        (target + 7).storeBytes(of: 0x60 | length, as: UInt8.self)
        target += 8
        buffer.advance(by: 8 + name.count + rest.count)
      } else {
        (target + 7).storeBytes(of: UInt16(0x7800 | UInt16(length)).bigEndian, as: UInt16.self)
        target += 9
        buffer.advance(by: 9 + name.count + rest.count)
      }
      if let start = name.baseAddress { target.copyMemory(from: start, byteCount: name.count) }
      if let start = rest.baseAddress {
        (target + name.count).copyMemory(from: start, byteCount: rest.count)
      }
      return true
    }
  }
}

extension CBORReader {
  /// Reads the request and the port's name if a ``PortRequest`` in its usual form is next, otherwise
  /// nothing.
  ///
  /// Unusual forms (names that are empty or not ASCII, strings in chunks, numbers as names) are left to
  /// be read as values.
  @inline(__always)
  mutating func portRequest() throws(CodecError) -> (PortRequest, name: UnsafeRawBufferPointer)? {
    let start = index
    // Text or bytes of length four, and something behind them.
    guard end - index > 5, byte(at: index) | 0x20 == 0x64,
      let request = PortRequest(
        rawValue: UInt32(bigEndian: (base + index + 1).loadUnaligned(as: UInt32.self)))
    else { return nil }
    index += 5
    let initial = byte(at: index)
    if initial >> 5 == 3 || initial >> 5 == 2, initial & 31 != 31 {
      let name = take(try count(initial, of: 1))
      if !name.isEmpty, name.isASCII { return (request, name) }
    }
    index = start
    return nil
  }
}
