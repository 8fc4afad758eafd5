extension Array where Element == UInt8 {
  /// `withUnsafeBytes` for a body with typed errors.
  func withUnsafeBytesTyped<R>(
    _ body: (UnsafeRawBufferPointer) throws(CodecError) -> R
  ) throws(CodecError) -> R {
    let result: Result<R, CodecError> = withUnsafeBytes { bytes in
      do throws(CodecError) { return .success(try body(bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
