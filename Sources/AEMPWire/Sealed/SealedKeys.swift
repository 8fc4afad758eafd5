internal import CSodium

/// The two keys of a sealed connection, one for each direction.
///
/// One ``RecordSealer`` and one ``RecordOpener`` use them; each key is wiped when its last user goes.
public struct SealedKeys: Sendable {
  let method: SealedMethod
  let send: KeyMemory
  let receive: KeyMemory

  /// The keys that follow from the common facts of both ends of a connection.
  ///
  /// - Parameters:
  ///   - method: the method that both ends have chosen.
  ///   - secret: the network's secret.
  ///   - shared: the result of the key exchange.
  ///   - client: greeting and authentication line of the side with the lower nonce, with LF endings.
  ///   - server: the same of the other side.
  ///   - isClient: whether this is the side with the lower nonce.
  init(
    method: SealedMethod, secret: Secret, shared: KeyMemory,
    client: (greeting: [UInt8], authLine: [UInt8]),
    server: (greeting: [UInt8], authLine: [UInt8]), isClient: Bool
  ) {
    let length = RecordFormat.keyLength
    let both = KeyMemory(count: 2 * length) { result in
      let parts = [client.greeting, server.greeting, client.authLine, server.authLine]
      SealedKeys.hash(shared.bytes, parts, secret, method, into: result)
    }
    let halves = [0, length].map { offset in
      KeyMemory(count: length) { $0.update(from: both.start + offset, count: length) }
    }
    self.method = method
    send = isClient ? halves[0] : halves[1]
    receive = isClient ? halves[1] : halves[0]
  }

  /// The name of the records' cipher.
  public var cipherName: String { method.cipherName }

  /// The keyed BLAKE2b-512 of the method's label, `shared` and `parts`.
  ///
  /// The corresponding C function is `crypto_generichash`.
  private static func hash(
    _ shared: UnsafeRawBufferPointer, _ parts: [[UInt8]], _ secret: Secret,
    _ method: SealedMethod, into result: UnsafeMutablePointer<UInt8>
  ) {
    let label = method.keysLabel
    let length = parts.reduce(label.count + shared.count) { $0 + $1.count }
    withUnsafeTemporaryAllocation(byteCount: length, alignment: 1) { input in
      guard let start = input.baseAddress else { return }
      var end = start
      func append(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(start: end, count: bytes.count).copyMemory(from: bytes)
        end += bytes.count
      }
      label.withUnsafeBytes(append)
      append(shared)
      for part in parts { part.withUnsafeBytes(append) }
      secret.withSealingKey(for: method) { key in
        _ = crypto_generichash(
          result, 2 * RecordFormat.keyLength, start.assumingMemoryBound(to: UInt8.self),
          UInt64(length), key, Secret.sealingKeyLength)
      }
      sodium_memzero(start, length)
    }
  }
}

extension SealedKeys: Equatable {
  /// Whether both have the same method and keys, the latter compared in constant time.
  public static func == (a: SealedKeys, b: SealedKeys) -> Bool {
    a.method == b.method && ConstantTime.areEqual(a.send.bytes, b.send.bytes)
      && ConstantTime.areEqual(a.receive.bytes, b.receive.bytes)
  }
}

extension SealedKeys: CustomStringConvertible, CustomReflectable {
  /// The same text for all keys.
  public var description: String { "(keys)" }

  /// A mirror without children, so that `dump` shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
