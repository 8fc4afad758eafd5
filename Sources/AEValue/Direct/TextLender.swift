/// Lends the text of arguments out of received bytes, and copies text that a receiver still holds when these go.
///
/// The objects that point to text are used again as soon as nobody else holds them, so that a text costs no
/// allocation.
@usableFromInline
package final class TextLender {
  /// As many as a receiver has parameters that are read directly, and one more.
  private static let count = 4
  private let lent: UnsafeMutablePointer<BorrowedBytes?>
  /// Whether text has been lent since ``takeBack()``.
  @exclusivity(unchecked) package private(set) var hasLent = false

  package init() {
    lent = .allocate(capacity: Self.count)
    lent.initialize(repeating: nil, count: Self.count)
  }

  deinit {
    lent.deinitialize(count: Self.count)
    lent.deallocate()
  }

  /// Lends text that is valid UTF-8; when much is held already, a copy.
  @inline(__always)
  func lend(_ start: UnsafeRawPointer, _ count: Int, isASCII: Bool) -> BorrowedText {
    hasLent = true
    // Mostly it is the only one.
    if isKnownUniquelyReferenced(&lent[0]), let bytes = lent[0] {
      bytes.lend(start, count, isASCII: isASCII)
      return BorrowedText(bytes)
    }
    return lendNext(start, count, isASCII: isASCII)
  }

  @inline(never)
  private func lendNext(_ start: UnsafeRawPointer, _ count: Int, isASCII: Bool) -> BorrowedText {
    for index in 0..<Self.count {
      if isKnownUniquelyReferenced(&lent[index]), let bytes = lent[index] {
        bytes.lend(start, count, isASCII: isASCII)
        return BorrowedText(bytes)
      } else if lent[index] == nil {
        let bytes = BorrowedBytes(lending: start, count, isASCII: isASCII)
        lent[index] = bytes
        return BorrowedText(bytes)
      }
    }
    return BorrowedText(
      BorrowedBytes(
        copying: UnsafeRawBufferPointer(start: start, count: count), isASCII: isASCII))
  }

  /// Copies text that a receiver still holds, since other bytes take the place of the old ones.
  package func takeBack() {
    hasLent = false
    for index in 0..<Self.count where !isKnownUniquelyReferenced(&lent[index]) {
      lent[index]?.keep()
      lent[index] = nil
    }
  }
}

/// Bytes of text: lent, or a copy of its own.
@usableFromInline
final class BorrowedBytes {
  @exclusivity(unchecked) @usableFromInline private(set) var start: UnsafeRawPointer
  @exclusivity(unchecked) @usableFromInline private(set) var count: Int
  @exclusivity(unchecked) private(set) var isASCII: Bool
  @exclusivity(unchecked) private var isCopy: Bool

  init(lending start: UnsafeRawPointer, _ count: Int, isASCII: Bool) {
    self.start = start
    self.count = count
    self.isASCII = isASCII
    isCopy = false
  }

  init(copying bytes: UnsafeRawBufferPointer, isASCII: Bool) {
    start = BorrowedBytes.copy(bytes)
    count = bytes.count
    self.isASCII = isASCII
    isCopy = true
  }

  deinit {
    if isCopy { start.deallocate() }
  }

  /// Points to other text, which is lent.
  @inline(__always)
  func lend(_ start: UnsafeRawPointer, _ count: Int, isASCII: Bool) {
    self.start = start
    self.count = count
    self.isASCII = isASCII
  }

  /// Has a copy of its own from now on.
  func keep() {
    start = BorrowedBytes.copy(UnsafeRawBufferPointer(start: start, count: count))
    isCopy = true
  }

  private static func copy(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 1)
    if let source = bytes.baseAddress { memory.copyMemory(from: source, byteCount: bytes.count) }
    return UnsafeRawPointer(memory)
  }
}
