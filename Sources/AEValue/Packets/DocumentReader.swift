/// Takes documents off the front of a buffer that fills as they arrive.
///
/// It is for streams of values that are no packets, such as a handle's `json` and `cbor` reads: it takes
/// one document at a time and leaves the following bytes alone. JSON documents must be arrays or hashes
/// (a number has no visible end), with white space allowed before them; a CBOR document may be any value.
public struct DocumentReader {
  private let framing: Framing
  private let limits: CodecLimits
  /// Set while the end of the document at the front has not arrived.
  private var scanner: DocumentScanner?

  /// Creates a reader at the start of a document.
  public init(framing: Framing, limits: CodecLimits = .standard) {
    self.framing = framing
    self.limits = limits
  }

  /// Takes the next document, if it is complete.
  ///
  /// Until it is, the buffer must only be appended to between two calls.
  ///
  /// - Returns: Its value; nil if it is not complete yet.
  /// - Throws: ``CodecError``; then the content of the buffer cannot be read any more.
  public mutating func next(in buffer: ByteBuffer) throws(CodecError) -> Value? {
    if var scanner = self.scanner {
      self.scanner = nil  // so that there is one owner of its memory
      guard try scanner.scan(buffer.bytes, limits) else {
        self.scanner = scanner
        return nil
      }
      let document = UnsafeRawBufferPointer(rebasing: buffer.bytes[..<scanner.end])
      let (value, end) = try read(document)
      buffer.removeFirst(end)
      return value
    }
    if framing == .json { buffer.removeFirst(buffer.bytes.prefix(while: \.isJSONSpace).count) }
    guard !buffer.isEmpty else { return nil }
    do {
      let (value, end) = try read(buffer.bytes)
      buffer.removeFirst(end)
      return value
    } catch {
      guard error.code == .truncated else { throw error }
      var scanner = DocumentScanner(framing)
      // The reader needs more bytes: a scanner that has enough would be asked again for ever.
      if try scanner.scan(buffer.bytes, limits) { throw CodecError(.malformed, at: 0) }
      self.scanner = scanner
      return nil
    }
  }

  /// Reads the document at the start of `bytes`.
  private func read(
    _ bytes: UnsafeRawBufferPointer
  ) throws(CodecError) -> (value: Value, end: Int) {
    guard let base = bytes.baseAddress else { throw CodecError(.truncated, at: 0) }
    switch framing {
    case .cbor:
      var reader = CBORReader(bytes, base: base, limits)
      return (try reader.value(depth: 1), reader.index)
    case .json:
      var reader = JSONReader(bytes, base: base, limits, .nonFinite)
      let first = try reader.next()
      guard first == UInt8(ascii: "[") || first == UInt8(ascii: "{") else {
        throw reader.fail(.malformed)
      }
      return (try reader.value(depth: 1), reader.index)
    }
  }
}

extension UInt8 {
  /// Whether JSON takes this for white space.
  var isJSONSpace: Bool { self == 0x20 || self == 0x0a || self == 0x0d || self == 0x09 }
}

/// Splits a stream of bytes into documents.
///
/// It is a ``DocumentReader`` with a buffer of its own: the stream `[][]` is two documents, and `[` the
/// beginning of one.
public struct DocumentStream: ~Copyable {
  private let framing: Framing
  private let buffer = ByteBuffer()
  private var reader: DocumentReader

  /// Creates a stream at the start of a document.
  public init(framing: Framing, limits: CodecLimits = .standard) {
    self.framing = framing
    reader = DocumentReader(framing: framing, limits: limits)
  }

  /// The number of bytes that wait for the rest of their document.
  public var bufferedBytes: Int { buffer.count }

  /// Takes arrived bytes.
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

  /// Takes arrived bytes.
  ///
  /// - Returns: The documents that are complete now.
  /// - Throws: ``CodecError`` as the form for memory.
  public mutating func feed(_ bytes: [UInt8]) throws(CodecError) -> [Value] {
    try bytes.withUnsafeBytesTyped { (bytes) throws(CodecError) in try feed(bytes) }
  }

  /// Ends the stream.
  ///
  /// - Throws: ``CodecError`` if that was in the middle of a document.
  public func finish() throws(CodecError) {
    let isSpace = framing == .json && buffer.bytes.allSatisfy(\.isJSONSpace)
    guard buffer.isEmpty || isSpace else {
      throw CodecError(.truncated, at: buffer.count)
    }
  }
}
