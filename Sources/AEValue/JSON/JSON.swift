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

extension JSON {
  /// How JSON is laid out.
  public enum Style: Hashable, Sendable {
    /// Without white space, hashes in any order.
    case compact
    /// Without white space, hashes sorted by name: the same value is always the same text.
    case sorted
    /// For people and files: one element a line, indented by three spaces as Perl's JSON::XS does,
    /// hashes sorted by name, a line feed at the end.
    case pretty
  }

  /// Writes `value`.
  ///
  /// - Throws: ``CodecError`` as ``JSONEncoding/append(_:to:limits:)``.
  public static func encode(
    _ value: Value, style: Style = .compact, limits: CodecLimits = .standard
  ) throws(CodecError) -> String {
    let buffer = ByteBuffer()
    switch style {
    case .compact: try JSONEncoding.append(value, to: buffer, limits: limits)
    case .sorted, .pretty:
      let writer = JSONWriter(buffer, limits)
      try writer.writeSorted(value, depth: 1, isPretty: style == .pretty)
      if style == .pretty { buffer.append("\n") }
      try writer.checkSize()
    }
    return String(decoding: buffer.bytes, as: UTF8.self)
  }
}

extension JSONWriter {
  /// Writes `value` with sorted names.
  func writeSorted(_ value: Value, depth: Int, isPretty: Bool) throws(CodecError) {
    switch value {
    case .array(let elements) where !elements.isEmpty:
      if depth > limits.depth { throw fail(.tooDeep) }
      writeByte(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        separate(index == 0, depth, isPretty)
        try writeSorted(element, depth: depth + 1, isPretty: isPretty)
      }
      close(UInt8(ascii: "]"), depth, isPretty)
    case .hash(let elements) where !elements.isEmpty:
      if depth > limits.depth { throw fail(.tooDeep) }
      writeByte(UInt8(ascii: "{"))
      let sorted = elements.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      for (index, element) in sorted.enumerated() {
        separate(index == 0, depth, isPretty)
        try write(element.key)
        buffer.append(isPretty ? " : " : ":")
        try writeSorted(element.value, depth: depth + 1, isPretty: isPretty)
      }
      close(UInt8(ascii: "}"), depth, isPretty)
    default: try write(value, depth: depth)
    }
    try checkSize()
  }

  private func separate(_ isFirst: Bool, _ depth: Int, _ isPretty: Bool) {
    if !isFirst { writeByte(UInt8(ascii: ",")) }
    if isPretty { startLine(depth) }
  }

  private func close(_ bracket: UInt8, _ depth: Int, _ isPretty: Bool) {
    if isPretty { startLine(depth - 1) }
    writeByte(bracket)
  }

  private func startLine(_ depth: Int) {
    buffer.append("\n")
    for _ in 0..<depth { buffer.append("   ") }
  }
}

extension Value: CustomStringConvertible, CustomDebugStringConvertible {
  /// The value for the text of a program: text and bytes as they are, without quotes, anything else as JSON, like
  /// ``debugDescription``.
  public var description: String {
    switch self {
    case .string(let text): text
    case .bytes(let bytes): String(utf8OrLatin1: bytes)
    default: debugDescription
    }
  }

  /// The value as JSON, with sorted names, for people: infinities, NaN and any depth are shown too.
  ///
  /// Text is in quotes, so that a sentence shows where it begins and ends, and that it is no number.
  public var debugDescription: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let flag): text += flag ? "true" : "false"
    case .int(let number): text += String(number)
    case .uint(let number): text += String(number)
    case .double(let number): text += number.description
    case .string, .bytes:
      let buffer = ByteBuffer()
      let limits = CodecLimits(maximumSize: .max)
      // Text and bytes of any contents can be written.
      try? JSONEncoding.append(self, to: buffer, limits: limits)
      text += String(decoding: buffer.bytes, as: UTF8.self)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(to: &text)
      }
      text += "]"
    case .hash(let elements):
      text += "{"
      for (index, key) in elements.keys.sorted().enumerated() {
        if index > 0 { text += "," }
        Value.string(key).write(to: &text)
        text += ":"
        self[key].write(to: &text)
      }
      text += "}"
    }
  }
}
