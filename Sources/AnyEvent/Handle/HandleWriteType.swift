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
