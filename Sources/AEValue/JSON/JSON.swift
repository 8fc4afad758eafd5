/// One document of JSON at a time.
public enum JSON {
  /// Reads the one value that `bytes` hold, by RFC 8259 and no more.
  ///
  /// Of a name that comes twice in a hash the last counts. Integers beyond 64 bits become floats.
  ///
  /// - Throws: ``CodecError`` when they hold none, more than one, or go beyond the limits.
  public static func decode(
    _ bytes: UnsafeRawBufferPointer, limits: CodecLimits = .standard
  ) throws(CodecError) -> Value {
    try decode(bytes, limits, [])
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

  /// Reads the one value that `text` holds.
  ///
  /// - Throws: ``CodecError`` as the form for memory.
  public static func decode(
    _ text: String, limits: CodecLimits = .standard
  ) throws(CodecError) -> Value {
    try decode(Array(text.utf8), limits: limits)
  }

  /// Reads the one value of a configuration file, in which people may write more than JSON.
  ///
  /// Allowed are comments (`# …` and `// …` to the end of the line, `/* … */`) and a comma after
  /// the last element.
  ///
  /// - Throws: ``CodecError`` with line and column.
  public static func decodeConfiguration(
    _ bytes: [UInt8], limits: CodecLimits = .standard
  ) throws(CodecError) -> Value {
    try bytes.withUnsafeBytesTyped { (bytes) throws(CodecError) in
      do throws(CodecError) {
        return try decode(bytes, limits, .configuration)
      } catch {
        let before = bytes.prefix(error.offset)
        let line = 1 + before.reduce(0) { $0 + ($1 == 0x0a ? 1 : 0) }
        let lineStart = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
        throw CodecError(
          error.code, at: error.offset,
          position: CodecError.Position(line: line, column: error.offset - lineStart + 1))
      }
    }
  }

  static func decode(
    _ bytes: UnsafeRawBufferPointer, _ limits: CodecLimits, _ dialect: JSONReader.Dialect
  ) throws(CodecError) -> Value {
    guard let base = bytes.baseAddress else { throw CodecError(.truncated, at: 0) }
    var reader = JSONReader(bytes, base: base, limits, dialect)
    let value = try reader.value(depth: 1)
    try reader.skipToEnd(of: bytes.count)
    return value
  }
}
