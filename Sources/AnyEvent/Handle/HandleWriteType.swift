/// A form in which ``Handle/push_write(_:_:)`` writes values.
///
/// There may be others than those below: an `init` with a closure corresponds to Perl's
/// `anyevent_write_type`.
public struct HandleWriteType<Input> {
  let name: String
  let append: (Input, ByteBuffer) throws -> Void

  /// A form of one's own: `append` appends to the buffer and does nothing else with it.
  public init(name: String, append: @escaping (_ value: Input, _ buffer: ByteBuffer) throws -> Void)
  {
    self.name = name
    self.append = append
  }
}

extension HandleWriteType where Input == Value {
  /// JSON without line breaks; arrays and hashes are told apart without anything between them.
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

  /// The UTF-8 of a text, and what ends a line.
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

  /// What is wrong with a length.
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

  /// The length at the front and how many bytes it takes; nil when there are too few.
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
