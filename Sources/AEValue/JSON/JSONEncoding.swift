/// Writes values as JSON.
///
/// Text is UTF-8, escaped only where JSON requires that. Bytes become one character each, as Perl holds
/// binary data. Floats are the shortest text that reads back the same, and keep a `.0` or an exponent,
/// so that they stay floats.
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

/// Writes one JSON document into a buffer; hot.
struct JSONWriter: DocumentWriter {
  let buffer: ByteBuffer
  let limits: CodecLimits
  let mark: Int

  init(_ buffer: ByteBuffer, _ limits: CodecLimits) {
    self.buffer = buffer
    self.limits = limits
    mark = buffer.count
  }

  /// Writes `value`, whose containers are at `depth`.
  func write(_ value: borrowing Value, depth: Int) throws(CodecError) {
    switch value {
    case .null: buffer.append("null")
    case .bool(let flag): buffer.append(flag ? "true" : "false")
    case .int(let number): writeDecimal(number.magnitude, negative: number < 0)
    case .uint(let number): writeDecimal(UInt(number), negative: false)
    case .double(let number):
      guard number.isFinite else { throw fail(.notFinite) }
      buffer.append(number.description)
    case .string(let text): try write(text)
    case .bytes(let bytes): try write(latin1: bytes)
    case .array(let elements):
      if depth > limits.depth { throw fail(.tooDeep) }
      writeByte(UInt8(ascii: "["))
      var first = true
      for element in elements {
        if !first { writeByte(UInt8(ascii: ",")) }
        first = false
        try write(element, depth: depth + 1)
      }
      writeByte(UInt8(ascii: "]"))
      try checkSize()
    case .hash(let elements):
      if depth > limits.depth { throw fail(.tooDeep) }
      writeByte(UInt8(ascii: "{"))
      var first = true
      for (key, element) in elements {
        if !first { writeByte(UInt8(ascii: ",")) }
        first = false
        try write(key)
        writeByte(UInt8(ascii: ":"))
        try write(element, depth: depth + 1)
      }
      writeByte(UInt8(ascii: "}"))
      try checkSize()
    }
  }

  /// Writes an integer; the digits are made from the last to the first.
  @inline(__always) func writeDecimal(_ magnitude: UInt, negative: Bool) {
    let room = buffer.reserve(24)
    var rest = magnitude
    var length = negative ? 2 : 1
    var power: UInt = 10
    while rest >= power {
      length += 1
      let (next, overflow) = power.multipliedReportingOverflow(by: 10)
      if overflow { break }
      power = next
    }
    var position = length
    repeat {
      position -= 1
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      (room + position).storeBytes(
        of: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit), as: UInt8.self)
      rest = quotient
    } while rest > 0
    if negative { room.storeBytes(of: UInt8(ascii: "-"), as: UInt8.self) }
    buffer.advance(by: length)
  }

  /// Writes a string with its quotes.
  @inline(__always) func write(_ text: String) throws(CodecError) {
    let fits = text.withContiguousUTF8 { bytes in
      if bytes.count > limits.maximumSize { return false }
      writeQuoted(bytes)
      return true
    }
    if !fits { throw fail(.tooLarge) }
  }

  private func writeQuoted(_ bytes: UnsafeRawBufferPointer) {
    let count = bytes.count
    guard let source = bytes.baseAddress else { return buffer.append("\"\"") }
    var target = buffer.reserve(count + 2)
    target.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
    // Bytes are copied as long as none has to be escaped.
    let plain = TextScan.copyPlain(source, count, to: target + 1)
    buffer.advance(by: 1 + plain)
    if plain < count {
      writeEscaped(UnsafeRawBufferPointer(start: source + plain, count: count - plain))
    }
    target = buffer.reserve(1)
    target.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
    buffer.advance(by: 1)
  }

  /// Writes the rest of a string from the first byte that must be escaped.
  @inline(never) private func writeEscaped(_ bytes: UnsafeRawBufferPointer) {
    var runStart = 0
    for position in 0..<bytes.count {
      let byte = bytes[position]
      guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
        continue
      }
      buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[runStart..<position]))
      writeEscape(byte)
      runStart = position + 1
    }
    buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[runStart...]))
  }

  private func writeEscape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      writeByte(UInt8(ascii: "\\"))
      writeByte(byte)
    case 0x0a: buffer.append("\\n")
    case 0x0d: buffer.append("\\r")
    case 0x09: buffer.append("\\t")
    default:
      buffer.append("\\u00")
      writeByte(UInt8(ascii: "0") + byte >> 4)
      let low = byte & 15
      writeByte(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
    }
  }

  /// Writes bytes as a string of one character each.
  private func write(latin1 bytes: [UInt8]) throws(CodecError) {
    if bytes.count > limits.maximumSize { throw fail(.tooLarge) }
    writeByte(UInt8(ascii: "\""))
    for byte in bytes {
      if byte >= 0x80 {
        let room = buffer.reserve(2)
        room.storeBytes(of: 0xc0 | byte >> 6, as: UInt8.self)
        (room + 1).storeBytes(of: 0x80 | byte & 0x3f, as: UInt8.self)
        buffer.advance(by: 2)
      } else if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        writeEscape(byte)
      } else {
        writeByte(byte)
      }
    }
    writeByte(UInt8(ascii: "\""))
  }
}
