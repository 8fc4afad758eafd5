private import Glibc

/// Text that lies where it has arrived: a `String` that a receiver needs only during its callback need not be made.
///
/// As the type of a receiver's parameter it takes what `String` takes, whatever way the message comes:
///
///     rcv(p, "line") { (line: BorrowedText) in
///       bytes += line.utf8Count
///       lines[line, default: 0] += 1
///     }
///
/// It may be kept, as the keys of that dictionary are: what is still held when the received bytes have been handled
/// is copied then. It belongs to the thread of its loop. Texts are equal if their bytes are, as ``Text`` compares
/// them.
public struct BorrowedText {
  @usableFromInline let bytes: BorrowedBytes

  /// Text that lies elsewhere.
  init(_ bytes: BorrowedBytes) { self.bytes = bytes }

  /// A copy of `text`.
  public init(_ text: String) {
    bytes = text.withContiguousUTF8 { BorrowedBytes(copying: $0, isASCII: $0.isASCII) }
  }

  /// How many bytes of UTF-8 it has.
  @inlinable public var utf8Count: Int { bytes.count }

  /// Whether it has no character.
  @inlinable public var isEmpty: Bool { bytes.count == 0 }

  /// Calls `body` with the bytes of the text, which are valid during that call only.
  @inlinable
  public func withUTF8<R, E: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    // The bytes must not be given back before `body` has returned.
    defer { withExtendedLifetime(bytes) {} }
    return try body(
      UnsafeBufferPointer(
        start: bytes.start.assumingMemoryBound(to: UInt8.self), count: bytes.count))
  }

  /// Calls `body` with a span of the bytes of the text.
  @inlinable
  public func withSpan<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try withUTF8 { (utf8) throws(E) in try body(utf8.span) }
  }
}

extension BorrowedText: Hashable {
  /// Whether both are the same bytes.
  public static func == (first: BorrowedText, second: BorrowedText) -> Bool {
    first.bytes === second.bytes || first.hasBytes(second.bytes.start, second.bytes.count)
  }

  /// Whether both are the same bytes.
  public static func == (first: BorrowedText, second: String) -> Bool {
    second.withContiguousUTF8 { utf8 in
      guard let start = utf8.baseAddress else { return first.isEmpty }
      return first.hasBytes(start, utf8.count)
    }
  }

  /// Whether both are the same bytes.
  @inlinable public static func == (first: String, second: BorrowedText) -> Bool { second == first }

  /// Whether they are different bytes.
  @inlinable
  public static func != (first: BorrowedText, second: String) -> Bool { !(first == second) }

  /// Whether they are different bytes.
  @inlinable
  public static func != (first: String, second: BorrowedText) -> Bool { !(second == first) }

  /// Whether a case of `switch` has the same bytes.
  @inlinable public static func ~= (pattern: String, text: BorrowedText) -> Bool { text == pattern }

  private func hasBytes(_ start: UnsafeRawPointer, _ count: Int) -> Bool {
    bytes.count == count && memcmp(bytes.start, start, count) == 0
  }

  /// Feeds the bytes, and an end that is no byte of UTF-8.
  public func hash(into hasher: inout Hasher) {
    withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(0xff as UInt8)
  }
}

extension BorrowedText: CustomStringConvertible, CustomDebugStringConvertible {
  /// The text as a string.
  public var description: String { String(self) }

  /// The text in quotes.
  public var debugDescription: String { String(self).debugDescription }
}

/// Its bytes belong to a loop's read buffer.
@available(*, unavailable)
extension BorrowedText: Sendable {}

extension String {
  /// A string of borrowed text.
  public init(_ text: BorrowedText) {
    self = text.withUTF8 { utf8 in
      text.bytes.isASCII
        ? String(ascii: UnsafeRawBufferPointer(utf8))
        : String(copying: UTF8Span(unchecked: utf8.span))
    }
  }
}
