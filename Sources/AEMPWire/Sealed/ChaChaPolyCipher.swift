internal import AEOpenSSL
internal import COpenSSL
internal import Glibc
internal import Synchronization

/// ChaCha20-Poly1305 (RFC 8439), by OpenSSL, which has it for the vector units of many processors.
///
/// The length at the start of a record is authenticated with it. The nonce is four bytes of zeros and the
/// number of the record, most significant byte first. OpenSSL's contexts take a kilobyte each, so all
/// connections use a few in turn: an idle one has none.
final class ChaChaPolyCipher: RecordCipher {
  private let key: KeyMemory
  private let seals: Bool
  /// Where OpenSSL says how many bytes it has written.
  @exclusivity(unchecked) private var written: CInt = 0

  /// The algorithm, which is looked up once a process; nil if OpenSSL's configuration has none.
  private struct Algorithm: @unchecked Sendable {
    // OpenSSL's algorithms never change, hence safe on any thread.
    let cipher: OpaquePointer?

    /// The corresponding C function is `EVP_CIPHER_fetch`.
    init() {
      cipher = EVP_CIPHER_fetch(nil, "ChaCha20-Poly1305", nil)
      if cipher == nil { OpenSSLErrors.clear() }
    }
  }

  private static let algorithm = Algorithm()

  /// Whether OpenSSL has the cipher.
  static var isUsable: Bool { algorithm.cipher != nil }

  static var contexts: CipherContexts {
    _ = isRegistered
    return current
  }

  // Read by all threads, and written in the child of a fork alone, which has one thread.
  @exclusivity(unchecked) private nonisolated(unsafe) static var current = CipherContexts()

  /// Whether the child of a fork gets contexts of its own: another thread of the parent may have held the lock of those
  /// that were there, and would do so for ever.
  private static let isRegistered =
    pthread_atfork(nil, nil, { ChaChaPolyCipher.beginAnew() }) == 0

  /// Leaves the contexts alone, in whatever state they are, and begins with none; for the child of a fork.
  static func beginAnew() {
    _ = Unmanaged.passRetained(current)
    current = CipherContexts()
  }

  /// A cipher that either seals or opens; nil when OpenSSL cannot make it.
  init?(_ key: KeyMemory, seals: Bool) {
    guard let cipher = ChaChaPolyCipher.algorithm.cipher, key.count == RecordFormat.keyLength,
      let context = ChaChaPolyCipher.contexts.take(for: nil, cipher)
    else { return nil }
    ChaChaPolyCipher.contexts.giveBack(context)
    self.key = key
    self.seals = seals
  }

  deinit { ChaChaPolyCipher.contexts.forget(ObjectIdentifier(self)) }

  func seal(
    _ content: UnsafeRawBufferPointer, as record: UnsafeMutableRawPointer, number: UInt64
  ) -> Bool {
    let header = UnsafeRawBufferPointer(start: record, count: RecordFormat.headerLength)
    return ChaChaPolyCipher.withNonce(number) { nonce in
      encrypt(
        content, to: record + RecordFormat.overhead, code: record + RecordFormat.headerLength,
        nonce: nonce, header: header)
    }
  }

  func open(_ record: UnsafeMutableRawBufferPointer, number: UInt64) -> Bool {
    guard let start = record.baseAddress else { return false }
    let header = UnsafeRawBufferPointer(start: start, count: RecordFormat.headerLength)
    let text = UnsafeMutableRawBufferPointer(rebasing: record[RecordFormat.overhead...])
    return ChaChaPolyCipher.withNonce(number) { nonce in
      decrypt(text, code: start + RecordFormat.headerLength, nonce: nonce, header: header)
    }
  }

  /// Calls `body` with the twelve bytes of a record's nonce.
  @inline(__always)
  private static func withNonce(
    _ number: UInt64, _ body: (UnsafePointer<UInt8>) -> Bool
  ) -> Bool {
    let words: (UInt64, UInt64) = (0, number.bigEndian)
    return withUnsafePointer(to: words) { pointer in
      pointer.withMemoryRebound(to: UInt8.self, capacity: 16) { body($0 + 4) }
    }
  }

  // MARK: RFC 8439

  /// Encrypts `content` to `text` and authenticates it and the header by sixteen bytes at `code`.
  ///
  /// The corresponding C functions are `EVP_EncryptUpdate` and `EVP_EncryptFinal_ex`.
  func encrypt(
    _ content: UnsafeRawBufferPointer, to text: UnsafeMutableRawPointer,
    code: UnsafeMutableRawPointer, nonce: UnsafePointer<UInt8>, header: UnsafeRawBufferPointer
  ) -> Bool {
    let text = text.assumingMemoryBound(to: UInt8.self)
    return withContext(nonce) { context in
      update(context, nil, header) && update(context, text, content)
        && EVP_CipherFinal_ex(context, text + content.count, &written) == 1
        && EVP_CIPHER_CTX_ctrl(
          context, EVP_CTRL_AEAD_GET_TAG, CInt(RecordFormat.codeLength), code) == 1
    }
  }

  /// Decrypts the text where it lies; false when the sixteen bytes at `code` do not belong to text and header: the
  /// caller must not look at the text then.
  ///
  /// The corresponding C functions are `EVP_DecryptUpdate` and `EVP_DecryptFinal_ex`.
  func decrypt(
    _ text: UnsafeMutableRawBufferPointer, code: UnsafeMutableRawPointer,
    nonce: UnsafePointer<UInt8>, header: UnsafeRawBufferPointer
  ) -> Bool {
    guard let start = text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
    return withContext(nonce) { context in
      update(context, nil, header) && update(context, start, UnsafeRawBufferPointer(text))
        && EVP_CIPHER_CTX_ctrl(
          context, EVP_CTRL_AEAD_SET_TAG, CInt(RecordFormat.codeLength), code) == 1
        && EVP_CipherFinal_ex(context, start + text.count, &written) == 1
    }
  }

  /// Calls `body` with a context that has our key and the nonce; false when there is none, or it is.
  @inline(__always)
  private func withContext(
    _ nonce: UnsafePointer<UInt8>, _ body: (OpaquePointer) -> Bool
  ) -> Bool {
    let user = ObjectIdentifier(self)
    guard let cipher = ChaChaPolyCipher.algorithm.cipher,
      var context = ChaChaPolyCipher.contexts.take(for: user, cipher)
    else { return false }
    let hasKey = context.user == user
    let isReady =
      EVP_CipherInit_ex2(
        context.pointer, nil, hasKey ? nil : key.start, nonce, seals ? 1 : 0, nil) == 1
    // After a failure it may still have another's key.
    context.user = isReady ? user : nil
    let isDone = isReady && body(context.pointer)
    ChaChaPolyCipher.contexts.giveBack(context)
    if !isDone { OpenSSLErrors.clear() }
    return isDone
  }

  /// Takes the next bytes: text, or the header if there is no place for a result.
  private func update(
    _ context: OpaquePointer, _ result: UnsafeMutablePointer<UInt8>?,
    _ bytes: UnsafeRawBufferPointer
  ) -> Bool {
    // OpenSSL takes a call without bytes for the end.
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return true }
    return EVP_CipherUpdate(
      context, result, &written, start.assumingMemoryBound(to: UInt8.self),
      CInt(truncatingIfNeeded: bytes.count)) == 1 && Int(written) == bytes.count
  }
}

/// Contexts of OpenSSL that no cipher is using: as many as there were threads at once that sealed or opened a record.
final class CipherContexts: Sendable {
  /// A context and the cipher whose key it has; its user has it alone.
  struct Context: @unchecked Sendable {
    let pointer: OpaquePointer
    var user: ObjectIdentifier?
  }

  private let idle = Mutex<[Context]>([])

  /// Takes out the context that has the user's key, or any other, or makes one; nil when OpenSSL cannot.
  ///
  /// The corresponding C functions are `EVP_CIPHER_CTX_new` and `EVP_CipherInit_ex2`.
  func take(for user: ObjectIdentifier?, _ cipher: OpaquePointer) -> Context? {
    let taken: Context? = idle.withLock { idle in
      // Mostly the last one that was used.
      guard let last = idle.last, last.user != user else { return idle.popLast() }
      guard let own = idle.firstIndex(where: { $0.user == user }) else {
        // The one that was not used for the longest time, so that two in turn keep their keys.
        return idle.removeFirst()
      }
      return idle.remove(at: own)
    }
    if let taken { return taken }
    guard let context = EVP_CIPHER_CTX_new() else {
      OpenSSLErrors.clear()
      return nil
    }
    guard EVP_CipherInit_ex2(context, cipher, nil, nil, 1, nil) == 1 else {
      EVP_CIPHER_CTX_free(context)
      OpenSSLErrors.clear()
      return nil
    }
    return Context(pointer: context, user: nil)
  }

  /// Whether a context has that cipher's key.
  func hasKey(of user: ObjectIdentifier) -> Bool {
    idle.withLock { $0.contains { $0.user == user } }
  }

  func giveBack(_ context: Context) { idle.withLock { $0.append(context) } }

  /// Has the context that still has the user's key, which is about to go, forget it: OpenSSL wipes it.
  ///
  /// The corresponding C function is `EVP_CIPHER_CTX_free`.
  func forget(_ user: ObjectIdentifier) {
    idle.withLock { idle in
      idle.removeAll { context in
        if context.user == user { EVP_CIPHER_CTX_free(context.pointer) }
        return context.user == user
      }
    }
  }
}
