extension JSON {
  /// How JSON is laid out.
  public enum Style: Hashable, Sendable {
    /// Without white space, hashes in any order.
    case compact
    /// Without white space, hashes sorted by name: the same value is always the same text.
    case sorted
    /// For people and files: one element a line, indented by two spaces, hashes sorted by name, a
    /// line feed at the end.
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
