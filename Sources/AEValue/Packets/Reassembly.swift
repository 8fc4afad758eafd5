/// The beginning of a document whose end has not arrived yet.
///
/// Bytes are copied here once, and scanned once for the document's end, so that a large document
/// in small pieces takes time in proportion to its size.
struct Reassembly {
  /// The present bytes of the document.
  private let buffer = ByteBuffer()
  private let framing: Framing
  private let limits: CodecLimits
  private var scanner: DocumentScanner
  /// The steps of all scanners so far, for tests of linear time.
  private(set) var work = 0

  /// The size above which the memory of a complete document is given back.
  private static let keptCapacity = 256 << 10

  init(_ framing: Framing, _ limits: CodecLimits) {
    self.framing = framing
    self.limits = limits
    scanner = DocumentScanner(framing)
  }

  /// The number of present bytes.
  var count: Int { buffer.count }

  /// The document, once ``extend(with:)`` has completed it.
  var document: UnsafeRawBufferPointer { buffer.bytes }

  /// How many bytes there is memory for.
  var heldBytes: Int { buffer.heldBytes }

  /// Gives memory back that was hardly used since the last call.
  func giveBackIfIdle() { buffer.giveBackIfIdle() }

  /// Keeps the beginning of a document.
  ///
  /// - Throws: ``CodecError`` when its headers show that it goes beyond the limits.
  mutating func begin(with bytes: UnsafeRawBufferPointer) throws(CodecError) {
    scanner = DocumentScanner(framing)
    buffer.append(contentsOf: bytes)
    // The reader needs more bytes: a scanner that has enough would be asked again for ever.
    if try scan() { throw CodecError(.malformed, at: 0) }
  }

  /// Takes the bytes that the document needs.
  ///
  /// - Returns: The number of taken bytes, and whether the document is complete.
  /// - Throws: ``CodecError`` when the document goes beyond the limits.
  mutating func extend(
    with bytes: UnsafeRawBufferPointer
  ) throws(CodecError) -> (taken: Int, isComplete: Bool) {
    var taken = 0
    while taken < bytes.count {
      // The steps grow, so that few bytes behind the document are copied.
      let step = max(scanner.needed - buffer.count, buffer.count, 256)
      let part = UnsafeRawBufferPointer(rebasing: bytes[taken...].prefix(step))
      buffer.append(contentsOf: part)
      taken += part.count
      if try scan() {
        let surplus = buffer.count - scanner.end
        buffer.truncate(to: scanner.end)
        return (taken - surplus, true)
      }
    }
    return (taken, false)
  }

  private mutating func scan() throws(CodecError) -> Bool {
    let before = scanner.work
    let isComplete = try scanner.scan(buffer.bytes, limits)
    work += scanner.work - before
    return isComplete
  }

  /// Drops the document, which has been read or is not wanted any more.
  mutating func removeAll() {
    buffer.removeAll(keepingCapacity: buffer.count <= Reassembly.keptCapacity)
  }
}

/// Finds the end of a document in either framing.
enum DocumentScanner {
  case cbor(CBORScanner)
  case json(JSONScanner)

  init(_ framing: Framing) {
    switch framing {
    case .cbor: self = .cbor(CBORScanner())
    case .json: self = .json(JSONScanner())
    }
  }

  /// How many bytes there must be before scanning makes sense again.
  var needed: Int {
    switch self {
    case .cbor(let scanner): scanner.needed
    case .json(let scanner): scanner.needed
    }
  }

  /// The end of the document, once it is complete.
  var end: Int {
    switch self {
    case .cbor(let scanner): scanner.index
    case .json(let scanner): scanner.index
    }
  }

  /// The number of steps.
  var work: Int {
    switch self {
    case .cbor(let scanner): scanner.work
    case .json(let scanner): scanner.work
    }
  }

  /// Goes on with the document, whose present bytes are `bytes`.
  mutating func scan(
    _ bytes: UnsafeRawBufferPointer, _ limits: CodecLimits
  ) throws(CodecError) -> Bool {
    switch self {
    case .cbor(var scanner):
      self = .cbor(CBORScanner())  // so that there is one owner of its memory
      defer { self = .cbor(scanner) }
      return try scanner.scan(bytes, limits)
    case .json(var scanner):
      self = .json(JSONScanner())
      defer { self = .json(scanner) }
      return try scanner.scan(bytes, limits)
    }
  }
}
