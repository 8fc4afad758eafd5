/// One document of CBOR at a time.
public enum CBOR {
  /// Reads the one value that `bytes` hold.
  ///
  /// - Throws: ``CodecError`` when they hold none, more than one, or go beyond the limits.
  public static func decode(
    _ bytes: UnsafeRawBufferPointer, limits: CodecLimits = .standard
  ) throws(CodecError) -> Value {
    guard let base = bytes.baseAddress else { throw CodecError(.truncated, at: 0) }
    var reader = CBORReader(bytes, base: base, limits)
    let value = try reader.value(depth: 1)
    guard reader.index == bytes.count else { throw reader.fail(.trailingData) }
    return value
  }

  /// Reads the one value that `bytes` hold.
  ///
  /// - Throws: ``CodecError`` as the form for memory.
  public static func decode(
    _ bytes: [UInt8], limits: CodecLimits = .standard
  ) throws(CodecError) -> Value {
    try bytes.withUnsafeBytesTyped { (bytes) throws(CodecError) in
      try decode(bytes, limits: limits)
    }
  }

  /// Writes `value`.
  ///
  /// - Throws: ``CodecError`` as ``CBOREncoding/append(_:to:limits:)``.
  public static func encode(
    _ value: Value, limits: CodecLimits = .standard
  ) throws(CodecError) -> [UInt8] {
    let buffer = ByteBuffer()
    try CBOREncoding.append(value, to: buffer, limits: limits)
    return Array(buffer.bytes)
  }
}

/// Writes values as CBOR, in the subset that every node of the network reads.
///
/// Integers and lengths are as short as possible, floats are always double, text is major type 3,
/// bytes major type 2; no tags, no indefinite lengths, no infinities.
public enum CBOREncoding {
  /// Appends `value` to `buffer`.
  ///
  /// - Throws: ``CodecError`` when the value nests too deep, is too large or holds an infinity or
  ///   NaN; the buffer is then as it was before.
  public static func append(
    _ value: Value, to buffer: ByteBuffer, limits: CodecLimits = .standard
  ) throws(CodecError) {
    let writer = CBORWriter(buffer, limits)
    do {
      try writer.write(value, depth: 1)
      try writer.checkSize()
      if writer.mayHoldTooMany { try writer.checkCount(value.elementCount) }
    } catch {
      throw writer.takeBack(error)
    }
  }

  /// Appends the packet `[name, message…]` to `buffer`.
  ///
  /// - Throws: ``CodecError`` as ``append(_:to:limits:)``; the buffer is then as it was before.
  public static func appendPacket(
    name: String, _ message: UnsafeBufferPointer<Value>, to buffer: ByteBuffer,
    limits: CodecLimits = .standard
  ) throws(CodecError) {
    let writer = CBORWriter(buffer, limits)
    do {
      writer.writeHead(4, UInt64(truncatingIfNeeded: message.count + 1))
      try writer.write(name)
      for index in 0..<message.count { try writer.write(message[index], depth: 2) }
      try writer.checkSize()
      if writer.mayHoldTooMany { try writer.checkCount(1 + message.elementCount) }
    } catch {
      throw writer.takeBack(error)
    }
  }
}

/// Writes one document into a buffer; hot.
struct CBORWriter: DocumentWriter {
  let buffer: ByteBuffer
  let limits: CodecLimits
  let mark: Int

  init(_ buffer: ByteBuffer, _ limits: CodecLimits) {
    self.buffer = buffer
    self.limits = limits
    mark = buffer.count
  }

  @inline(__always) func writeHead(_ major: UInt8, _ argument: UInt64) {
    let target = buffer.reserve(9)
    let kind = major << 5
    if argument < 24 {
      target.storeBytes(of: kind | UInt8(truncatingIfNeeded: argument), as: UInt8.self)
      buffer.advance(by: 1)
    } else if argument < 0x100 {
      let both = UInt16(kind | 24) << 8 | UInt16(truncatingIfNeeded: argument)
      target.storeBytes(of: both.bigEndian, as: UInt16.self)
      buffer.advance(by: 2)
    } else {
      writeLongHead(kind, argument, target)
    }
  }

  @inline(never)
  private func writeLongHead(_ kind: UInt8, _ argument: UInt64, _ target: UnsafeMutableRawPointer) {
    let rest = target + 1
    if argument < 0x1_0000 {
      target.storeBytes(of: kind | 25, as: UInt8.self)
      rest.storeBytes(of: UInt16(truncatingIfNeeded: argument).bigEndian, as: UInt16.self)
      buffer.advance(by: 3)
    } else if argument < 0x1_0000_0000 {
      target.storeBytes(of: kind | 26, as: UInt8.self)
      rest.storeBytes(of: UInt32(truncatingIfNeeded: argument).bigEndian, as: UInt32.self)
      buffer.advance(by: 5)
    } else {
      target.storeBytes(of: kind | 27, as: UInt8.self)
      rest.storeBytes(of: argument.bigEndian, as: UInt64.self)
      buffer.advance(by: 9)
    }
  }

  /// Writes a string's or bytes' head and contents.
  @inline(__always)
  private func write(_ major: UInt8, _ bytes: UnsafeRawBufferPointer) throws(CodecError) {
    let count = bytes.count
    if count > limits.maximumSize { throw fail(.tooLarge) }
    writeHead(major, UInt64(truncatingIfNeeded: count))
    buffer.append(contentsOf: bytes)
  }

  @inline(__always) func write(_ text: String) throws(CodecError) {
    let failure: CodecError? = text.withContiguousUTF8 { bytes in
      do throws(CodecError) { try write(3, bytes) } catch { return error }
      return nil
    }
    if let failure { throw failure }
  }

  /// Writes `value`, whose containers are at `depth`.
  func write(_ value: borrowing Value, depth: Int) throws(CodecError) {
    switch value {
    case .null: writeByte(0xf6)
    case .bool(let flag): writeByte(flag ? 0xf5 : 0xf4)
    case .int(let number):
      // The argument of a negative number n is −1 − n, which is ~n.
      let sign = number >> 63
      writeHead(UInt8(truncatingIfNeeded: sign & 1), UInt64(truncatingIfNeeded: number ^ sign))
    case .uint(let number): writeHead(0, number)
    case .double(let number):
      guard number.isFinite else { throw fail(.notFinite) }
      let target = buffer.reserve(9)
      target.storeBytes(of: 0xfb, as: UInt8.self)
      (target + 1).storeBytes(of: number.bitPattern.bigEndian, as: UInt64.self)
      buffer.advance(by: 9)
    case .string(let text): try write(text)
    case .bytes(let bytes):
      let failure: CodecError? = bytes.withUnsafeBytes { bytes in
        do throws(CodecError) { try write(2, bytes) } catch { return error }
        return nil
      }
      if let failure { throw failure }
    case .array(let elements):
      if depth > limits.depth { throw fail(.tooDeep) }
      writeHead(4, UInt64(truncatingIfNeeded: elements.count))
      for element in elements { try write(element, depth: depth + 1) }
      try checkSize()
    case .hash(let elements):
      if depth > limits.depth { throw fail(.tooDeep) }
      writeHead(5, UInt64(truncatingIfNeeded: elements.count))
      for (key, element) in elements {
        try write(key)
        try write(element, depth: depth + 1)
      }
      try checkSize()
    }
  }
}
