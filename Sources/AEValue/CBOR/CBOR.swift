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
