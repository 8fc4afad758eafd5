/// Takes documents off the front of a buffer that fills as they arrive.
///
/// For streams of values that are no packets, such as a handle's `json` and `cbor` reads: it takes
/// one document at a time and leaves what follows alone. JSON documents must be arrays or hashes
/// (where a number ends does not show), with white space allowed before them; a CBOR document may
/// be any value.
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
  /// - Returns: Its value; nil if there is not all of it yet.
  /// - Throws: ``CodecError``; of what is in the buffer nothing can be read any more.
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
      // A reader that asked for more and a scanner that has enough must not disagree for ever.
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
