public import AEValue

extension HandleReadType where Output == Value {
  /// A JSON value.
  ///
  /// Arrays, hashes, texts, `true`, `false` and `null` end where they end. A number ends with the first byte that
  /// cannot belong to it, which stays in the buffer: white space, as a rule, which is skipped before values.
  /// So numbers need a separator; with arrays and hashes alone none is needed, as Perl's documentation advises.
  public static var json: Self {
    document("json") { JSONTextReader() }
  }

  /// A CBOR value.
  public static var cbor: Self {
    document("cbor") { DocumentReader(framing: .cbor) }
  }

  private static func document(
    _ name: String, _ make: @escaping () -> some HandleDocumentReader
  ) -> Self {
    Self(name: name, .ofBuffer) {
      var reader = make()
      var failure: (any Error)?
      return { rbuf in
        // Broken data stays broken: following bytes need no further look.
        if let failure { throw failure }
        do {
          return try reader.next(in: rbuf)
        } catch {
          failure = error
          throw error
        }
      }
    }
  }
}

/// Takes values off the front of a buffer.
private protocol HandleDocumentReader {
  /// The next value; nil while it is not complete.
  mutating func next(in rbuf: ByteBuffer) throws -> Value?
}

extension DocumentReader: HandleDocumentReader {}

/// Takes JSON values off the front of a buffer: those that ``DocumentReader`` reads, and scalars.
private struct JSONTextReader: HandleDocumentReader {
  private enum State {
    case start
    case document(DocumentReader)
    /// So many bytes of a text were looked at; whether a backslash is the last of them.
    case text(seen: Int, isEscaped: Bool)
    case number(seen: Int)
  }

  private var state = State.start

  mutating func next(in rbuf: ByteBuffer) throws -> Value? {
    if case .start = state { try begin(rbuf) }
    switch state {
    case .start: return nil
    case .document(var reader):
      state = .start  // so that there is one owner of its memory
      let value = try reader.next(in: rbuf)
      if value == nil { state = .document(reader) }
      return value
    case .text(let seen, let isEscaped): return try text(rbuf, seen, isEscaped)
    case .number(let seen): return try number(rbuf, seen)
    }
  }

  private mutating func begin(_ rbuf: ByteBuffer) throws {
    rbuf.removeFirst(rbuf.bytes.prefix(while: \.isJSONSpace).count)
    guard let first = rbuf.bytes.first else { return }
    switch first {
    case UInt8(ascii: "["), UInt8(ascii: "{"): state = .document(DocumentReader(framing: .json))
    case UInt8(ascii: "\""): state = .text(seen: 1, isEscaped: false)
    default: state = .number(seen: 0)
    }
  }

  private mutating func text(
    _ rbuf: ByteBuffer, _ seen: Int, _ wasEscaped: Bool
  ) throws -> Value? {
    let bytes = rbuf.bytes
    var isEscaped = wasEscaped
    for place in seen..<bytes.count {
      if !isEscaped, bytes[place] == UInt8(ascii: "\"") { return try take(rbuf, place + 1) }
      isEscaped = !isEscaped && bytes[place] == UInt8(ascii: "\\")
    }
    try checkSize(bytes.count)
    state = .text(seen: bytes.count, isEscaped: isEscaped)
    return nil
  }

  /// A number, or one of the three words.
  private mutating func number(_ rbuf: ByteBuffer, _ seen: Int) throws -> Value? {
    let bytes = rbuf.bytes
    for word in ["true", "false", "null"] as [StaticString] {
      let word = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
      guard bytes.first == word.first else { continue }
      guard bytes.prefix(word.count).elementsEqual(word.prefix(bytes.count)) else {
        throw HandleReadFailure(description: "no JSON value begins so")
      }
      // Not `? nil :`, which is a null among values.
      if bytes.count < word.count { return nil }
      return try take(rbuf, word.count)
    }
    for place in seen..<bytes.count where !bytes[place].isPartOfNumber {
      guard place > 0 else { throw HandleReadFailure(description: "no JSON value begins so") }
      return try take(rbuf, place)
    }
    try checkSize(bytes.count)
    state = .number(seen: bytes.count)
    return nil
  }

  private func checkSize(_ count: Int) throws {
    guard count <= CodecLimits.standard.maximumSize else {
      throw HandleReadFailure(description: "the value is too large")
    }
  }

  private mutating func take(_ rbuf: ByteBuffer, _ count: Int) throws -> Value {
    let value = try JSON.decode(UnsafeRawBufferPointer(rebasing: rbuf.bytes[..<count]))
    rbuf.removeFirst(count)
    state = .start
    return value
  }
}

extension UInt8 {
  /// Whether JSON takes this for white space.
  fileprivate var isJSONSpace: Bool { self == 0x20 || self == 0x0a || self == 0x0d || self == 0x09 }

  /// Whether a number of JSON may have it, somewhere.
  fileprivate var isPartOfNumber: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }
}
