/// One direction of a sealed connection, on the sending side: a stream of bytes in, records out.
///
/// Nothing is allocated for a record, and sealed bytes are written straight into the output.
public final class RecordSealer {
  private let cipher: (any RecordCipher)?
  /// The number of the next record; there are more numbers than records can be sent.
  @exclusivity(unchecked) private var number: UInt64 = 0
  /// Whether the end has been sealed, or sealing has failed, so that no record can follow.
  public private(set) var isEnded = false
  /// Why nothing can be sealed any more; nil as long as all is well.
  public private(set) var failure: RecordError?

  /// How many records are made at a time, so that few sealed bytes wait to be sent.
  private static let recordsInARow = 4

  /// The sealer of sent records.
  public init(_ keys: SealedKeys) {
    cipher = keys.method.cipher(keys.send, seals: true)
  }

  /// Takes bytes from the front of `plain`, at most 256 KiB, and appends their records to `sealed`.
  public func seal(_ plain: ByteBuffer, into sealed: ByteBuffer) {
    guard !isEnded else { return }
    for _ in 0..<RecordSealer.recordsInARow where !plain.isEmpty {
      let count = min(plain.count, RecordFormat.maximumContent)
      guard append(UnsafeRawBufferPointer(rebasing: plain.bytes.prefix(count)), to: sealed) else {
        return
      }
      plain.removeFirst(count)
    }
  }

  /// Appends the records of all these bytes to `sealed`.
  public func seal(_ bytes: UnsafeRawBufferPointer, into sealed: ByteBuffer) {
    var rest = bytes
    while !isEnded, !rest.isEmpty {
      let count = min(rest.count, RecordFormat.maximumContent)
      guard append(UnsafeRawBufferPointer(rebasing: rest[..<count]), to: sealed) else { return }
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
    _ = append(UnsafeRawBufferPointer(start: nil, count: 0), to: sealed)
    isEnded = true
  }

  /// Appends one record; false when it cannot be made, and no other one will be.
  private func append(_ content: UnsafeRawBufferPointer, to sealed: ByteBuffer) -> Bool {
    let before = sealed.count
    var isSealed = false
    sealed.append(uninitialized: RecordFormat.overhead + content.count) { record in
      let length = UInt32(RecordFormat.codeLength + content.count)
      record.storeBytes(of: length.bigEndian, as: UInt32.self)
      isSealed = cipher?.seal(content, as: record, number: number) ?? false
    }
    number += 1
    if !isSealed {
      sealed.truncate(to: before)
      failure = .notSealed
      isEnded = true
    }
    return isSealed
  }
}

extension RecordSealer: CustomReflectable {
  /// A mirror without children, so that `dump` shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
