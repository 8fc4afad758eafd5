internal import AEValue

/// Pieces whose length is known before they come: as bytes, or, where the callback takes a `String`, as text
/// (see ``HandleBuffer/text``).
extension HandleReadType where Output == [UInt8] {
  /// A number of bytes; a negative number stops the program with a sentence.
  public static func chunk(
    _ count: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Self {
    framed("chunk", chunkFrame(count, file, line), piece)
  }

  /// A netstring: the length in digits, a colon, the bytes, a comma.
  public static var netstring: Self { framed("netstring", netstringFrame, piece) }

  /// Bytes behind their length, which is an integer of a fixed size, or `w`.
  public static func packstring(_ format: HandleLengthFormat) -> Self {
    framed("packstring", packstringFrame(format), piece)
  }
}

extension HandleReadType where Output == String {
  /// The text of a number of bytes; a negative number stops the program with a sentence.
  @_disfavoredOverload
  public static func chunk(
    _ count: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Self {
    framed("chunk", chunkFrame(count, file, line), piece)
  }

  /// The text of a netstring.
  @_disfavoredOverload
  public static var netstring: Self { framed("netstring", netstringFrame, piece) }

  /// The text of bytes behind their length.
  @_disfavoredOverload
  public static func packstring(_ format: HandleLengthFormat) -> Self {
    framed("packstring", packstringFrame(format), piece)
  }
}

extension HandleReadType {
  /// Pieces in frames, of which each look sees the beginning.
  fileprivate static func framed(
    _ name: String, _ frame: @escaping (UnsafeRawBufferPointer) throws -> Frame?,
    _ piece: @escaping (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Output
  ) -> Self {
    Self(name: name, .ofBuffer) {
      { rbuf in
        let bytes = rbuf.bytes
        guard let frame = try frame(bytes) else { return nil }
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        let content = piece(UnsafeRawBufferPointer(rebasing: bytes[frame.content]), none)
        rbuf.removeFirst(frame.end)
        return content
      }
    }
  }
}

/// A piece in the buffer, with the bytes before and behind it.
private struct Frame {
  let content: Range<Int>
  let end: Int
}

private func chunkFrame(
  _ count: Int, _ file: StaticString, _ line: UInt
) -> (UnsafeRawBufferPointer) -> Frame? {
  require(
    count >= 0, "chunk(\(count)): a handle reads no fewer than 0 bytes", file: file, line: line)
  return { $0.count >= count ? Frame(content: 0..<count, end: count) : nil }
}

private func packstringFrame(
  _ format: HandleLengthFormat
) -> (UnsafeRawBufferPointer) throws -> Frame? {
  { bytes in
    guard let (length, size) = try format.read(bytes), bytes.count >= size + length
    else { return nil }
    return Frame(content: size..<size + length, end: size + length)
  }
}

private func netstringFrame(_ bytes: UnsafeRawBufferPointer) throws -> Frame? {
  guard let (length, start) = try netstringHead(bytes) else { return nil }
  let end = start + length
  guard bytes.count > end else { return nil }
  guard bytes[end] == UInt8(ascii: ",") else {
    throw HandleReadFailure(description: "no comma behind it")
  }
  return Frame(content: start..<end, end: end + 1)
}

/// The length of a netstring and the start of its content; nil when more bytes are needed.
private func netstringHead(
  _ bytes: UnsafeRawBufferPointer
) throws -> (length: Int, start: Int)? {
  let digits = bytes.prefix(11).prefix(while: \.isDigit)
  // Ten digits are more than any buffer holds, and leading zeros are not allowed.
  guard digits.count < 11, digits.count < 2 || digits.first != UInt8(ascii: "0") else {
    throw HandleReadFailure(description: "the length is malformed")
  }
  guard digits.count < bytes.count else { return nil }
  guard !digits.isEmpty, bytes[digits.count] == UInt8(ascii: ":") else {
    throw HandleReadFailure(description: "no colon behind the length")
  }
  return (digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }, digits.count + 1)
}
