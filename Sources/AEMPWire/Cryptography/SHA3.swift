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

/// HMAC-SHA3-512 (FIPS 202 and FIPS 198-1), computed by OpenSSL 3.
///
/// The algorithm is looked up once a process. Each computation copies a prepared context and gives
/// it the key, which is many times cheaper than fetching MAC and digest again. OpenSSL wipes its
/// copy of the key when the context is freed.
enum HMACSHA3 {
  /// The length of a result in bytes.
  static let byteCount = 64

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
    guard let prepared = template.context, let context = EVP_MAC_CTX_dup(prepared) else {
      return nil
    }
    defer { EVP_MAC_CTX_free(context) }
    // An empty key, too, needs an address: for OpenSSL no address means "keep the old key".
    var none: UInt8 = 0
    let keyed = withUnsafePointer(to: &none) { placeholder in
      let start = key.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? placeholder
      return EVP_MAC_init(context, start, key.count, nil)
    }
    guard keyed == 1 else { return nil }
    for part in parts {
      guard EVP_MAC_update(context, part, part.count) == 1 else { return nil }
    }
    var complete = false
    let code = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      var written = 0
      complete =
        EVP_MAC_final(context, buffer.baseAddress, &written, byteCount) == 1
        && written == byteCount
      count = complete ? byteCount : 0
    }
    return complete ? code : nil
  }

  /// A context for HMAC-SHA3-512 that is only ever copied.
  private struct Template: @unchecked Sendable {
    // Read-only after its making, hence safe on any thread; nil when OpenSSL has no SHA-3.
    let context: OpaquePointer?

    init() {
      guard let mac = EVP_MAC_fetch(nil, "HMAC", nil) else {
        context = nil
        return
      }
      defer { EVP_MAC_free(mac) }
      guard let context = EVP_MAC_CTX_new(mac) else {
        self.context = nil
        return
      }
      // OpenSSL keeps the addresses of both texts, so they must live as long as the parameters.
      let name = Array("digest".utf8CString)
      var value = Array("SHA3-512".utf8CString)
      let prepared = name.withUnsafeBufferPointer { name in
        value.withUnsafeMutableBufferPointer { value in
          let parameters = [
            OSSL_PARAM_construct_utf8_string(name.baseAddress, value.baseAddress, 0),
            OSSL_PARAM_construct_end(),
          ]
          // Copying needs a context that has had a key.
          return EVP_MAC_init(context, [0], 1, parameters)
        }
      }
      if prepared == 1 {
        self.context = context
      } else {
        EVP_MAC_CTX_free(context)
        self.context = nil
      }
    }
  }

  private static let template = Template()
}
