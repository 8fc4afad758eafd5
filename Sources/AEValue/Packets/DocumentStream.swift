/// Splits a stream of bytes into documents.
///
/// What ``DocumentReader`` does, with a buffer of its own: the stream `[][]` is two documents, and
/// `[` asks for more.
public struct DocumentStream: ~Copyable {
  private let framing: Framing
  private let buffer = ByteBuffer()
  private var reader: DocumentReader

  /// Creates a stream at the start of a document.
  public init(framing: Framing, limits: CodecLimits = .standard) {
    self.framing = framing
    reader = DocumentReader(framing: framing, limits: limits)
  }

  /// How many bytes are kept, waiting for the rest of their document.
  public var bufferedBytes: Int { buffer.count }

  /// Takes what has arrived.
  ///
  /// - Returns: The documents that are complete now.
  /// - Throws: ``CodecError``; the documents before the broken one that were complete in the same
  ///   call are lost with it.
  public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(CodecError) -> [Value] {
    buffer.append(contentsOf: bytes)
    var values: [Value] = []
    while let value = try reader.next(in: buffer) { values.append(value) }
    return values
  }

  /// Takes what has arrived.
  ///
  /// - Returns: The documents that are complete now.
  /// - Throws: ``CodecError`` as the form for memory.
  public mutating func feed(_ bytes: [UInt8]) throws(CodecError) -> [Value] {
    try bytes.withUnsafeBytesTyped { (bytes) throws(CodecError) in try feed(bytes) }
  }

  /// Says that the stream has ended.
  ///
  /// - Throws: ``CodecError`` if that was in the middle of a document.
  public func finish() throws(CodecError) {
    let isSpace = framing == .json && buffer.bytes.allSatisfy(\.isJSONSpace)
    guard buffer.isEmpty || isSpace else {
      throw CodecError(.truncated, at: buffer.count)
    }
  }
}
