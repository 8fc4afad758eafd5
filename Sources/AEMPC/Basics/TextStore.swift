internal import Glibc
internal import Synchronization

/// Copies of text that C holds pointers to, until the handle goes that they belong to.
final class TextStore: Sendable {
  private struct Copies: @unchecked Sendable {
    var all: [UnsafeMutablePointer<CChar>] = []
    var text = ""
  }

  private let copies = Mutex(Copies())

  deinit { copies.withLock { for copy in $0.all { free(copy) } } }

  /// The text that C has asked for last; "" when it has asked for none.
  var last: UnsafePointer<CChar>? {
    let last = copies.withLock { $0.all.last.map { UnsafePointer($0) } }
    return last ?? pointer(to: "")
  }

  /// The text with a NUL behind it; the same pointer as long as the text is the same.
  func pointer(to text: String) -> UnsafePointer<CChar>? {
    copies.withLock { copies in
      if let last = copies.all.last, copies.text == text { return UnsafePointer(last) }
      guard let copy = copyOfText(text) else { return nil }
      copies.all.append(copy)
      copies.text = text
      return UnsafePointer(copy)
    }
  }
}

/// A copy with a NUL behind it, of text that may have others in it; to be freed with `free`.
func copyOfText(_ text: String) -> UnsafeMutablePointer<CChar>? {
  var text = text
  return text.withUTF8 { bytes in
    guard let memory = malloc(bytes.count + 1) else { return nil }
    if let base = bytes.baseAddress { memcpy(memory, base, bytes.count) }
    let copy = memory.assumingMemoryBound(to: CChar.self)
    copy[bytes.count] = 0
    return copy
  }
}
