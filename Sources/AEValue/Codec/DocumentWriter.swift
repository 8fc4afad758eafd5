/// A writer of one document, in whichever format: where the document begins in its buffer, and its limits.
///
/// The writers are structures whose calls the compiler knows, so nothing of this is dispatched.
protocol DocumentWriter {
  var buffer: ByteBuffer { get }
  var limits: CodecLimits { get }
  /// The size of the buffer before the document.
  var mark: Int { get }
}

extension DocumentWriter {
  /// Removes the written bytes and returns `error`, to be thrown.
  func takeBack(_ error: CodecError) -> CodecError {
    buffer.truncate(to: mark)
    return error
  }

  func fail(_ code: CodecError.Code) -> CodecError { CodecError(code, at: buffer.count - mark) }

  @inline(__always) func checkSize() throws(CodecError) {
    if buffer.count - mark > limits.maximumSize { throw fail(.tooLarge) }
  }

  /// Whether the document has so many bytes that it may hold too many values.
  @inline(__always) var mayHoldTooMany: Bool { buffer.count - mark > limits.maximumValues }

  func checkCount(_ count: Int) throws(CodecError) {
    if count > limits.maximumValues { throw fail(.tooManyValues) }
  }

  @inline(__always) func writeByte(_ byte: UInt8) {
    buffer.reserve(1).storeBytes(of: byte, as: UInt8.self)
    buffer.advance(by: 1)
  }
}
