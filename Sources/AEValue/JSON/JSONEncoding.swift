/// Writes values as JSON.
///
/// Text is UTF-8; only what must be is escaped. Bytes become one character each, as Perl holds
/// binary data. Floats are the shortest text that reads back the same, and keep a `.0` or an
/// exponent, so that they stay floats.
public enum JSONEncoding {
  /// Appends `value` to `buffer`.
  ///
  /// - Throws: ``CodecError`` when the value nests too deep, is too large or holds an infinity or
  ///   NaN; the buffer is then as it was before.
  public static func append(
    _ value: Value, to buffer: ByteBuffer, limits: CodecLimits = .standard
  ) throws(CodecError) {
    let writer = JSONWriter(buffer, limits)
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
    let writer = JSONWriter(buffer, limits)
    do {
      writer.writeByte(UInt8(ascii: "["))
      try writer.write(name)
      for index in 0..<message.count {
        writer.writeByte(UInt8(ascii: ","))
        try writer.write(message[index], depth: 2)
      }
      writer.writeByte(UInt8(ascii: "]"))
      try writer.checkSize()
      if writer.mayHoldTooMany { try writer.checkCount(1 + message.elementCount) }
    } catch {
      throw writer.takeBack(error)
    }
  }
}
