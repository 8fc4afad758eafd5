internal import AEValue
internal import CSodium

/// What the sealed channel makes of the secret.
extension Secret {
  /// The length of the key that stands for the secret in the sealed channel.
  static let sealingKeyLength = 32
  /// How many digits of ``keyID(for:)`` are sent.
  static let keyIDLength = 8

  /// Writes the key that stands for the secret behind the secret.
  ///
  /// The corresponding C function is `crypto_generichash_blake2b_salt_personal`.
  static func deriveSealingKey(
    of secret: UnsafeRawBufferPointer, into key: UnsafeMutableRawPointer
  ) {
    // The purpose, padded with zeros to what the function takes.
    let name = Array("aemp-sealed-v1".utf8)
    let purpose =
      name
      + [UInt8](repeating: 0, count: Int(crypto_generichash_blake2b_PERSONALBYTES) - name.count)
    let status = crypto_generichash_blake2b_salt_personal(
      key.assumingMemoryBound(to: UInt8.self), sealingKeyLength,
      secret.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(secret.count), nil, 0, nil,
      purpose)
    // With lengths that are constants it has no reason to fail.
    require(status == 0, "libsodium cannot compute BLAKE2b")
  }

  /// Eight hexadecimal digits by which others who have the secret recognise it, beside this nonce.
  ///
  /// The corresponding C function is `crypto_generichash`.
  func keyID(for nonce: [UInt8]) -> String {
    let text = Array("kid\n".utf8) + nonce
    var code = [UInt8](repeating: 0, count: 32)
    withSealingKey { key in
      _ = crypto_generichash(
        &code, code.count, text, UInt64(text.count), key, Secret.sealingKeyLength)
    }
    let digits = code.prefix(Secret.keyIDLength / 2).withUnsafeBytes(Hexadecimal.encode)
    return String(decoding: digits, as: UTF8.self)
  }

  /// The HMAC-SHA-512 of the parts under that key.
  ///
  /// The corresponding C functions are those of `crypto_auth_hmacsha512`.
  func sealingCode(for parts: [[UInt8]]) -> [UInt8] {
    var state = crypto_auth_hmacsha512_state()
    withSealingKey { key in
      _ = crypto_auth_hmacsha512_init(&state, key, Secret.sealingKeyLength)
    }
    for part in parts { crypto_auth_hmacsha512_update(&state, part, UInt64(part.count)) }
    let code = [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      crypto_auth_hmacsha512_final(&state, start)
      count = 64
    }
    sodium_memzero(&state, MemoryLayout<crypto_auth_hmacsha512_state>.size)
    return code
  }
}
