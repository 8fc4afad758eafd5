internal import AEOpenSSL
internal import COpenSSL

/// SHA3-512 (FIPS 202), computed by OpenSSL 3.
enum SHA3 {
  /// The length of a result in bytes.
  static let byteCount = 64

  /// The digest of `parts`, one after the other; nil when OpenSSL cannot compute it (no memory, or a
  /// configuration without SHA-3).
  ///
  /// The corresponding C function is `EVP_Digest`.
  static func digest(of parts: [[UInt8]]) -> [UInt8]? {
    let bytes = Array(parts.joined())
    var complete = false
    let digest = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      var written: CUnsignedInt = 0
      complete =
        EVP_Digest(bytes, bytes.count, buffer.baseAddress, &written, EVP_sha3_512(), nil) == 1
        && written == byteCount
      count = complete ? byteCount : 0
    }
    if !complete { OpenSSLErrors.clear() }
    return complete ? digest : nil
  }
}
