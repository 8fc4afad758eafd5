internal import CSodium

/// One direction of a sealed connection, on the sending side: a stream of bytes in, records out.
///
/// Nothing is allocated for a record, and sealed bytes are written straight into the output.
public final class RecordSealer {
  private let key: KeyMemory
  @exclusivity(unchecked) private var nonce = RecordFormat.Nonce()
  /// Whether the end has been sealed, so that no record can follow.
  public private(set) var isEnded = false

  /// How many records are made at a time, so that few sealed bytes wait to be sent.
  private static let recordsInARow = 4

  /// The sealer of sent records.
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

  /// How many bytes longer than their content the records are, at most.
  public func overhead(for count: Int) -> Int {
    (count / RecordFormat.maximumContent + 1) * RecordFormat.overhead
  }

  /// Appends the record that ends the stream: one without content.
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
        // The call cannot fail for lengths that occur here.
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

/// The form of a record of a sealed stream: a length of four bytes, a code of sixteen, and the encrypted
/// content.
enum RecordFormat {
  /// The bytes of a length.
  static let headerLength = 4
  /// The bytes of the code in front of the content.
  static let codeLength = Int(crypto_secretbox_MACBYTES)
  /// How many bytes longer than its content a record is.
  static let overhead = headerLength + codeLength
  /// The greatest length of a content.
  static let maximumContent = 65_536

  /// The nonce of a record: zeros and its number, most significant byte first.
  struct Nonce {
    private var bytes: (UInt64, UInt64, UInt64) = (0, 0, 0)
    private var number: UInt64 = 0

    /// Goes on to the next record; there are more numbers than records can be sent.
    mutating func advance() {
      number += 1
      bytes.2 = number.bigEndian
    }

    /// Calls `body` with the nonce of the present record.
    @inline(__always)
    func withBytes<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
      withUnsafePointer(to: bytes) { pointer in
        pointer.withMemoryRebound(to: UInt8.self, capacity: 24, body)
      }
    }
  }
}
