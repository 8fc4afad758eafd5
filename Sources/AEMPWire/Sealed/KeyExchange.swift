internal import CSodium

/// A fresh X25519 key pair for one connection.
///
/// The public key stands in the greeting. The secret key makes, with the other end's public key, a secret
/// that only both ends know, and is wiped then or when the handshake fails: so nobody can decrypt the
/// connection afterwards, even with the network's secret.
public final class KeyExchange: @unchecked Sendable {
  /// The length in bytes of a key, secret or public.
  static let keyLength = 32

  /// The key that is sent to the other end.
  public let publicKey: [UInt8]
  private let secretKey: KeyMemory
  private var isSpent = false

  /// A pair from the operating system's generator.
  public convenience init() {
    Sodium.start()
    self.init(
      KeyMemory(count: KeyExchange.keyLength) { randombytes_buf($0, KeyExchange.keyLength) })
  }

  /// A pair that is known beforehand, for tests; two connections must never share one.
  ///
  /// It is nil unless there are 32 bytes.
  public convenience init?(replaying secretKey: [UInt8]) {
    guard secretKey.count == KeyExchange.keyLength else { return nil }
    self.init(
      KeyMemory(count: KeyExchange.keyLength) { memory in
        memory.update(from: secretKey, count: KeyExchange.keyLength)
      })
  }

  /// The corresponding C function is `crypto_scalarmult_base`.
  private init(_ secretKey: KeyMemory) {
    self.secretKey = secretKey
    publicKey = [UInt8](unsafeUninitializedCapacity: KeyExchange.keyLength) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      // The call fails only for points of low order, and the base point is of another.
      _ = crypto_scalarmult_base(start, secretKey.start)
      count = KeyExchange.keyLength
    }
  }

  /// The common secret, from the own secret key and the other end's public key; it can be made once,
  /// because the secret key is wiped at the same time.
  ///
  /// The corresponding C function is `crypto_scalarmult`.
  ///
  /// - Throws: ``Refusal`` when the other end's key makes the same result with every secret key.
  func agree(with theirs: [UInt8]) throws(Refusal) -> KeyMemory {
    guard !isSpent, theirs.count == KeyExchange.keyLength else { throw .unusableKey }
    var isUsable = false
    let shared = KeyMemory(count: KeyExchange.keyLength) { memory in
      isUsable = crypto_scalarmult(memory, secretKey.start, theirs) == 0
    }
    wipe()
    guard isUsable else { throw .unusableKey }
    return shared
  }

  /// Overwrites the secret key, so that the pair cannot be used any more.
  func wipe() {
    isSpent = true
    secretKey.wipe()
  }

  /// Whether the secret key consists of zeros.
  var isWiped: Bool { secretKey.bytes.allSatisfy { $0 == 0 } }
}

extension KeyExchange: CustomStringConvertible, CustomReflectable {
  /// The public key in base64.
  public var description: String { Base64.encode(publicKey) }

  /// A mirror without children, so that `dump` shows no more than ``description``.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Refusal {
  static let unusableKey = Refusal(
    .unusableKey,
    "the public key of the other end is of low order: nothing could be kept secret with it")
}

/// Key bytes at one place in memory, which is wiped as soon as they are not needed any more.
///
/// The memory is ordinary, because guarded memory would take several pages for each connection. The key
/// is never copied, moved or printed. It belongs to one thread at a time.
final class KeyMemory: @unchecked Sendable {
  /// The length of the key in bytes.
  let count: Int
  private let base: UnsafeMutableRawPointer

  /// A key of zeros, which `fill` overwrites.
  init(count: Int, fill: (UnsafeMutablePointer<UInt8>) -> Void) {
    self.count = count
    base = .allocate(byteCount: count, alignment: 16)
    fill(base.initializeMemory(as: UInt8.self, repeating: 0, count: count))
  }

  deinit {
    wipe()
    base.deallocate()
  }

  /// Overwrites the key with zeros.
  ///
  /// The corresponding C function is `sodium_memzero`.
  func wipe() { sodium_memzero(base, count) }

  /// The key's bytes, valid as long as this object.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// The address of the key, for C.
  var start: UnsafePointer<UInt8> { UnsafePointer(base.assumingMemoryBound(to: UInt8.self)) }
}

extension KeyMemory: CustomStringConvertible, CustomReflectable {
  /// The same text for all keys.
  var description: String { "(key)" }

  /// A mirror without children, so that `dump` shows nothing.
  var customMirror: Mirror { Mirror(self, children: []) }
}
