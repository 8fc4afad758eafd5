/// The beginning of a document whose end has not arrived yet.
///
/// Bytes are copied here once, and scanned once for the document's end, so that a large document
/// in small pieces takes time in proportion to its size.
struct Reassembly {
  /// What is there of the document.
  private let buffer = ByteBuffer()
  private let framing: Framing
  private let limits: CodecLimits
  private var scanner: DocumentScanner
  /// The steps of all scanners so far, so that tests see that the work is linear.
  private(set) var work = 0

  /// Beyond this the memory of a complete document is given back.
  private static let keptCapacity = 256 << 10

  init(_ framing: Framing, _ limits: CodecLimits) {
    self.framing = framing
    self.limits = limits
    scanner = DocumentScanner(framing)
  }

  /// How many bytes are kept.
  var count: Int { buffer.count }

  /// The complete document, once ``extend(with:)`` said so.
  var document: UnsafeRawBufferPointer { buffer.bytes }

  /// Keeps the beginning of a document.
  ///
  /// - Throws: ``CodecError`` when its headers show that it goes beyond the limits.
  mutating func begin(with bytes: UnsafeRawBufferPointer) throws(CodecError) {
    scanner = DocumentScanner(framing)
    buffer.append(contentsOf: bytes)
    // A reader that asked for more and a scanner that has enough: they must not disagree for ever.
    if try scan() { throw CodecError(.malformed, at: 0) }
  }

  /// Takes from `bytes` what the document needs.
  ///
  /// - Returns: How many were taken, and whether the document is complete.
  /// - Throws: ``CodecError`` when the document goes beyond the limits.
  mutating func extend(
    with bytes: UnsafeRawBufferPointer
  ) throws(CodecError) -> (taken: Int, isComplete: Bool) {
    var taken = 0
    while taken < bytes.count {
      // In steps that grow: what follows the document needs not be copied.
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

  /// Drops the document: it has been read, or there is no use for it.
  mutating func removeAll() {
    buffer.removeAll(keepingCapacity: buffer.count <= Reassembly.keptCapacity)
  }
}
