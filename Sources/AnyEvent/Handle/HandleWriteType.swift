internal import AEValue
internal import Glibc

/// A form in which ``Handle/push_write(_:_:)`` writes values.
///
/// There may be others than those below: an `init` with a closure corresponds to Perl's
/// `anyevent_write_type`.
public struct HandleWriteType<Input> {
  let name: String
  let append: (Input, ByteBuffer) throws -> Void

  /// A form of one's own: `append` may only append to the buffer.
  public init(name: String, append: @escaping (_ value: Input, _ buffer: ByteBuffer) throws -> Void)
  {
    self.name = name
    self.append = append
  }
}

extension HandleWriteType where Input == Value {
  /// JSON without line breaks; arrays and hashes need no separator between them.
  public static var json: Self {
    Self(name: "json") { try JSONEncoding.append($0, to: $1) }
  }

  /// CBOR.
  public static var cbor: Self {
    Self(name: "cbor") { try CBOREncoding.append($0, to: $1) }
  }
}

extension HandleWriteType where Input == String {
  /// The UTF-8 of a text, and CR LF.
  public static var line: Self { line("\r\n") }

  /// The UTF-8 of a text, and `eol`, the end of the line.
  public static func line(_ eol: String) -> Self {
    Self(name: "line") {
      $1.append($0)
      $1.append(eol)
    }
  }
}

extension HandleWriteType where Input == [UInt8] {
  /// A netstring: the length in digits, a colon, the bytes, a comma.
  public static var netstring: Self {
    Self(name: "netstring") {
      $1.append("\($0.count):" as String)
      $1.append(contentsOf: $0)
      $1.append(UInt8(ascii: ","))
    }
  }

  /// The length as an integer of a fixed size, or as `w`, then the bytes.
  public static func packstring(_ format: HandleLengthFormat) -> Self {
    Self(name: "packstring") {
      try format.append($0.count, to: $1)
      $1.append(contentsOf: $0)
    }
  }
}

/// How `packstring` writes lengths; named after the letters of Perl's `pack`.
public struct HandleLengthFormat: Sendable {
  /// How many bytes an integer has; 0: as many as needed, seven bits in each.
  private let size: Int
  private let isBigEndian: Bool

  /// One byte.
  public static let C = HandleLengthFormat(size: 1, isBigEndian: true)
  /// Two bytes, the higher one first.
  public static let n = HandleLengthFormat(size: 2, isBigEndian: true)
  /// Two bytes, the lower one first.
  public static let v = HandleLengthFormat(size: 2, isBigEndian: false)
  /// Four bytes, the highest one first.
  public static let N = HandleLengthFormat(size: 4, isBigEndian: true)
  /// Four bytes, the lowest one first.
  public static let V = HandleLengthFormat(size: 4, isBigEndian: false)
  /// BER: seven bits a byte, the highest ones first, all but the last byte with the high bit set.
  public static let w = HandleLengthFormat(size: 0, isBigEndian: true)

  /// Why a length cannot be written or read.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Lengths of more bits than this are refused.
  private static let maximumBits = 56

  func append(_ length: Int, to buffer: ByteBuffer) throws {
    guard size > 0 else { return appendBER(length, to: buffer) }
    guard length >> (size * 8) == 0 else {
      throw Failure(description: "\(length) bytes are too many for a length of \(size) bytes")
    }
    for index in 0..<size {
      let shift = (isBigEndian ? size - 1 - index : index) * 8
      buffer.append(UInt8(truncatingIfNeeded: length >> shift))
    }
  }

  private func appendBER(_ length: Int, to buffer: ByteBuffer) {
    var shift = 0
    while length >> (shift + 7) != 0 { shift += 7 }
    while shift > 0 {
      buffer.append(UInt8(truncatingIfNeeded: length >> shift) | 0x80)
      shift -= 7
    }
    buffer.append(UInt8(truncatingIfNeeded: length) & 0x7F)
  }

  /// The length at the front and its own size; nil when there are too few bytes.
  func read(_ bytes: UnsafeRawBufferPointer) throws -> (length: Int, size: Int)? {
    guard size > 0 else { return try readBER(bytes) }
    guard bytes.count >= size else { return nil }
    var length = 0
    for index in 0..<size {
      length = length << 8 | Int(bytes[isBigEndian ? index : size - 1 - index])
    }
    return (length, size)
  }

  private func readBER(_ bytes: UnsafeRawBufferPointer) throws -> (length: Int, size: Int)? {
    var length = 0
    for (index, byte) in bytes.enumerated() {
      length = length << 7 | Int(byte & 0x7F)
      guard length >> Self.maximumBits == 0, index < Self.maximumBits / 7 else {
        throw Failure(description: "the length is too large")
      }
      if byte & 0x80 == 0 { return (length, index + 1) }
    }
    return nil
  }
}

// MARK: - Writing

extension Handle {
  /// Queues bytes for writing, and writes at once as many as the kernel takes.
  ///
  /// May call callbacks. Corresponds to Perl's `$handle->push_write ($data)`.
  public func push_write(_ bytes: UnsafeRawBufferPointer) {
    guard !destroyed else { return }
    stream.output.append(contentsOf: bytes)
    written()
  }

  /// Queues bytes for writing.
  public func push_write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { push_write($0) }
  }

  /// Queues the UTF-8 of a text for writing.
  public func push_write(_ text: String) {
    guard !destroyed else { return }
    stream.output.append(text)
    written()
  }

  /// Queues a value in a form for writing: `push_write(.json, ["a", 1])`.
  ///
  /// A value that cannot be written in that form is a non-fatal error `EINVAL`. Corresponds to Perl's
  /// `$handle->push_write (type => …)`.
  public func push_write<Input>(_ type: HandleWriteType<Input>, _ value: Input) {
    guard !destroyed else { return }
    let before = stream.output.count
    do {
      try type.append(value, stream.output)
    } catch {
      stream.output.truncate(to: before)
      return fail(EINVAL, fatal: false, "cannot write \(type.name): \(error)")
    }
    written()
  }

  /// Queues a value that can be sent in messages, as JSON or CBOR.
  public func push_write(
    _ type: HandleWriteType<Value>, _ value: (any MessageConvertible)?
  ) {
    push_write(type, value?.messageValue ?? .null as Value)
  }

  /// Queues a literal of mixed types, as JSON or CBOR.
  @_disfavoredOverload
  public func push_write(_ type: HandleWriteType<Value>, _ value: MixedLiteral) {
    push_write(type, value.value)
  }

  /// Closes the direction of writing once all bytes are written; TLS is ended before that.
  ///
  /// The callback ``on_drain`` is taken away. Reading goes on until the other end closes, too.
  /// Corresponds to Perl's `$handle->push_shutdown`.
  public func push_shutdown() {
    guard !destroyed else { return }
    options.on_drain = nil
    low_water_mark = 0
    stream.endWriting()
    checkLimit()
  }

  private func written() {
    stream.outputGrew()
    checkLimit()
  }

  /// How many bytes the kernel has not taken yet, encrypted or not.
  private var waitingCount: Int { stream.output.count + (stream.transform?.sealed.count ?? 0) }

  /// Calls `on_drain` if the buffer is empty from the start.
  func drainedAtStart() {
    guard isReady, !stream.isFlushing, waitingCount <= options.low_water_mark else { return }
    options.on_drain?(self)
  }

  private func checkLimit() {
    guard !destroyed, let most = options.wbuf_max, waitingCount > most else { return }
    fail(ENOSPC, fatal: true, "more than wbuf_max bytes wait to be written")
  }
}
