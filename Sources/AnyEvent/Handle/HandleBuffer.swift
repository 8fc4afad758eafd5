internal import AEValue

/// The bytes that have arrived at a handle and were not taken yet: Perl's `$handle->{rbuf}`.
///
///     handle.on_read = { handle in
///       let data = handle.rbuf     // as text: handle.rbuf.text, or "\(handle.rbuf)"
///       handle.rbuf = ""           // Perl's $handle->{rbuf} = ""
///       print("got", data)
///     }
///
/// It is a value, as Perl's scalars are: a copy keeps what it has, and is made only when one of the two
/// changes. It is a collection of bytes, indexed from 0. Text that is given to it is written as UTF-8; what it
/// gives as ``text`` is UTF-8, or one character a byte where the bytes are not valid UTF-8, so only the bytes
/// themselves are what the other end has sent in every case.
public struct HandleBuffer {
  /// The content that a value and its copies share until one of them changes.
  private final class Share {
    var content: ByteBuffer

    init(_ content: ByteBuffer) { self.content = content }
  }

  private var share: Share

  /// An empty buffer.
  public init() { share = Share(ByteBuffer()) }

  /// A buffer with these bytes.
  public init(_ bytes: some Sequence<UInt8>) {
    self.init()
    append(contentsOf: bytes)
  }

  /// A buffer with the UTF-8 of a text.
  public init(_ text: some StringProtocol) {
    self.init()
    append(text)
  }

  /// The number of bytes.
  public var count: Int { share.content.count }

  /// Whether there is none.
  public var isEmpty: Bool { share.content.isEmpty }

  /// The bytes where they lie; valid until the buffer changes, so at most for the present callback.
  public var bytes: UnsafeRawBufferPointer { share.content.bytes }

  /// The bytes as text: their UTF-8 if it is valid, else one character for each byte.
  public var text: String { String(handleBytes: bytes) }

  /// The content, to be changed: it is made this value's own.
  var content: ByteBuffer {
    mutating get {
      separate()
      return share.content
    }
  }

  /// Leaves the copies, if there are any, with a content of their own.
  private mutating func separate() {
    if isKnownUniquelyReferenced(&share) { return }
    let shared = share.content
    let copy = ByteBuffer(capacity: shared.count)
    copy.append(contentsOf: shared.bytes)
    share.content = copy
    share = Share(shared)
  }
}

// MARK: - Changing

extension HandleBuffer {
  /// Takes at most so many bytes from the front: Perl's `substr $handle->{rbuf}, 0, $count, ""`.
  ///
  /// A count below 0 takes none.
  public mutating func take(_ count: Int) -> [UInt8] {
    content.takeFirst(bytes.prefix(count > 0 ? count : 0).count)
  }

  /// Takes all bytes: Perl's `delete $handle->{rbuf}`.
  public mutating func take() -> [UInt8] { take(count) }

  /// Takes at most so many bytes from the front, as ``text``.
  public mutating func takeText(_ count: Int) -> String {
    let taken = UnsafeRawBufferPointer(rebasing: bytes.prefix(count > 0 ? count : 0))
    let text = String(handleBytes: taken)
    content.removeFirst(taken.count)
    return text
  }

  /// Takes all bytes, as ``text``.
  public mutating func takeText() -> String { takeText(count) }

  /// Drops so many bytes from the front; more than there are stop the program with a sentence.
  public mutating func removeFirst(_ count: Int) { content.removeFirst(count) }

  /// Drops all bytes.
  public mutating func removeAll() { content.removeAll() }

  /// Appends one byte.
  public mutating func append(_ byte: UInt8) { content.append(byte) }

  /// Appends bytes.
  public mutating func append(contentsOf bytes: some Sequence<UInt8>) {
    content.append(bytes)
  }

  /// Appends the UTF-8 of a text.
  public mutating func append(_ text: some StringProtocol) { content.append(text.utf8) }

  /// Appends bytes, as Perl's `.=` does.
  public static func += (buffer: inout HandleBuffer, bytes: some Sequence<UInt8>) {
    buffer.append(contentsOf: bytes)
  }

  /// Appends the UTF-8 of a text, as Perl's `.=` does.
  public static func += (buffer: inout HandleBuffer, text: some StringProtocol) {
    buffer.append(text)
  }
}

// MARK: - As a collection, as a literal, as text

extension HandleBuffer: RandomAccessCollection {
  /// The place of the first byte: 0.
  public var startIndex: Int { 0 }

  /// The place behind the last byte: ``count``.
  public var endIndex: Int { count }

  /// A byte; a place outside of the buffer stops the program with a sentence.
  public subscript(place: Int) -> UInt8 {
    require(place >= 0 && place < count, "rbuf[\(place)]: the buffer has \(count) bytes")
    return bytes[place]
  }

  /// Calls `body` with the bytes where they lie.
  public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result? {
    try withExtendedLifetime(share) { try body(bytes.assumingMemoryBound(to: UInt8.self)) }
  }
}

extension HandleBuffer: ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
  /// The UTF-8 of a text.
  public init(stringLiteral text: String) { self.init(text) }

  /// These bytes.
  public init(arrayLiteral bytes: UInt8...) { self.init(bytes) }
}

extension HandleBuffer: Hashable, CustomStringConvertible {
  /// The ``text``.
  public var description: String { text }

  /// Whether both have the same bytes.
  public static func == (one: HandleBuffer, other: HandleBuffer) -> Bool {
    one.share === other.share || one.bytes.elementsEqual(other.bytes)
  }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) { hasher.combine(bytes: bytes) }
}

extension String {
  /// The ``HandleBuffer/text`` of a handle's buffer.
  public init(_ buffer: HandleBuffer) { self = buffer.text }

  /// The text that bytes mean in the network: their UTF-8 if it is valid, else one character each.
  init(handleBytes bytes: UnsafeRawBufferPointer) {
    self = String(validating: bytes, as: UTF8.self) ?? String(latin1: bytes)
  }
}

extension ByteBuffer {
  /// Takes bytes from the front.
  func takeFirst(_ count: Int) -> [UInt8] {
    let taken = Array(bytes[..<count])
    removeFirst(count)
    return taken
  }

  /// Appends bytes, as one piece where they lie in one.
  func append(_ bytes: some Sequence<UInt8>) {
    let isDone: Void? = bytes.withContiguousStorageIfAvailable {
      append(contentsOf: UnsafeRawBufferPointer($0))
    }
    if isDone == nil { for byte in bytes { append(byte) } }
  }
}
