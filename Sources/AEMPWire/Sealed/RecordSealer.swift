internal import CSodium

/// One direction of a sealed connection, on the sending side: a stream of bytes in, records out.
///
/// Nothing is allocated for a record, and what is sealed is written straight to where it is sent from.
public final class RecordSealer {
  private let key: KeyMemory
  @exclusivity(unchecked) private var nonce = RecordFormat.Nonce()
  /// Whether the end has been sealed: nothing can follow it.
  public private(set) var isEnded = false

  /// How many records are made at a time, so that what is sealed and not yet sent stays little.
  private static let recordsInARow = 4

  /// The sealer of what we send.
  public init(_ keys: SealedKeys) {
    key = keys.send
  }

  /// Takes bytes from the front of `plain`, at most 256 KiB, and appends their records to `sealed`.
  public func seal(_ plain: ByteBuffer, into sealed: ByteBuffer) {
    guard !isEnded else { return }
    for _ in 0..<RecordSealer.recordsInARow where !plain.isEmpty {
      let count = min(plain.count, RecordFormat.maximumContent)
      append(UnsafeRawBufferPointer(rebasing: plain.bytes.prefix(count)), to: sealed)
      plain.removeFirst(count)
    }
  }

  /// Appends the records of all these bytes to `sealed`.
  public func seal(_ bytes: UnsafeRawBufferPointer, into sealed: ByteBuffer) {
    var rest = bytes
    while !isEnded, !rest.isEmpty {
      let count = min(rest.count, RecordFormat.maximumContent)
      append(UnsafeRawBufferPointer(rebasing: rest[..<count]), to: sealed)
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// How many bytes longer the records are than what they carry, at most.
  public func overhead(for count: Int) -> Int {
    (count / RecordFormat.maximumContent + 1) * RecordFormat.overhead
  }

  /// Appends the record that ends the stream: one that carries nothing.
  public func sealEnd(into sealed: ByteBuffer) {
    guard !isEnded else { return }
    append(UnsafeRawBufferPointer(start: nil, count: 0), to: sealed)
    isEnded = true
  }

  /// The corresponding C function is `crypto_secretbox_detached`.
  private func append(_ content: UnsafeRawBufferPointer, to sealed: ByteBuffer) {
    sealed.append(uninitialized: RecordFormat.overhead + content.count) { record in
      let length = UInt32(RecordFormat.codeLength + content.count)
      record.storeBytes(of: length.bigEndian, as: UInt32.self)
      let code = (record + RecordFormat.headerLength).assumingMemoryBound(to: UInt8.self)
      nonce.withBytes { nonce in
        // It takes every length that occurs here.
        _ = crypto_secretbox_detached(
          code + RecordFormat.codeLength, code,
          content.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(content.count), nonce,
          key.start)
      }
    }
    nonce.advance()
  }
}

extension RecordSealer: CustomReflectable {
  /// A mirror without children, so that `dump` shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
