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

/// HMAC-SHA3-512 (FIPS 202 and FIPS 198-1), of OpenSSL's SHA3-512.
///
/// OpenSSL's own HMAC fetches or copies four contexts for each computation, which takes more instructions
/// than the digest of a block. Here one context serves both digests; OpenSSL wipes it when it is freed.
enum HMACSHA3 {
  /// The length of a result in bytes.
  static let byteCount = 64
  /// The length in bytes of the blocks that SHA3-512 takes.
  private static let blockLength = 72

  /// The HMAC of `parts`, one after the other, under `key`; nil when OpenSSL cannot compute it
  /// (no memory, or a configuration without SHA-3).
  static func authenticationCode(
    for parts: [[UInt8]], key: UnsafeRawBufferPointer
  ) -> [UInt8]? {
    let code = compute(parts, key)
    // An error in OpenSSL's list would confuse a later call on this thread.
    if code == nil { OpenSSLErrors.clear() }
    return code
  }

  private static func compute(_ parts: [[UInt8]], _ key: UnsafeRawBufferPointer) -> [UInt8]? {
    // Without an algorithm OpenSSL would take the one that the context had before.
    guard algorithm.digest != nil, let context = EVP_MD_CTX_new() else { return nil }
    defer { EVP_MD_CTX_free(context) }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: blockLength) { pad in
      guard let start = pad.baseAddress else { return nil }
      defer { OPENSSL_cleanse(start, blockLength) }
      pad.update(repeating: 0)
      if key.count > blockLength {
        guard begin(context, key), EVP_DigestFinal_ex(context, start, nil) == 1 else { return nil }
      } else {
        UnsafeMutableRawBufferPointer(pad).copyMemory(from: key)
      }
      return code(context, parts, pad)
    }
  }

  /// The code under the key that lies in `pad`, filled with zeros to a block.
  private static func code(
    _ context: OpaquePointer, _ parts: [[UInt8]], _ pad: UnsafeMutableBufferPointer<UInt8>
  ) -> [UInt8]? {
    let inner: UInt8 = 0x36
    let outer: UInt8 = 0x5c
    var isComplete = false
    let code = [UInt8](unsafeUninitializedCapacity: byteCount) { result, count in
      guard let start = result.baseAddress else { return }
      for index in pad.indices { pad[index] ^= inner }
      isComplete =
        begin(context, UnsafeRawBufferPointer(pad))
        && parts.allSatisfy { EVP_DigestUpdate(context, $0, $0.count) == 1 }
        && EVP_DigestFinal_ex(context, start, nil) == 1
      guard isComplete else { return }
      for index in pad.indices { pad[index] ^= inner ^ outer }
      isComplete =
        begin(context, UnsafeRawBufferPointer(pad))
        && EVP_DigestUpdate(context, start, byteCount) == 1
        && EVP_DigestFinal_ex(context, start, nil) == 1
      count = isComplete ? byteCount : 0
    }
    return isComplete ? code : nil
  }

  /// Starts a digest with these bytes.
  private static func begin(_ context: OpaquePointer, _ bytes: UnsafeRawBufferPointer) -> Bool {
    EVP_DigestInit_ex2(context, algorithm.digest, nil) == 1
      && EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1
  }

  /// The algorithm, which is looked up once a process; nil when OpenSSL has no SHA-3.
  private struct Algorithm: @unchecked Sendable {
    // OpenSSL's algorithms never change, hence safe on any thread.
    let digest: OpaquePointer?

    init() {
      digest = EVP_MD_fetch(nil, "SHA3-512", nil)
      if digest == nil { OpenSSLErrors.clear() }
    }
  }

  private static let algorithm = Algorithm()
}
