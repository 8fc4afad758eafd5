public import AEValue

/// A form in which `Handle.push_write` writes values.
///
/// There may be others than those of the library, made with ``init(name:append:)`` or, as Perl's
/// `anyevent_write_type` is written, with `init(anyevent_write_type:)`:
///
///     extension HandleWriteType<[String]> {
///       static func join(_ delimiter: String) -> Self {
///         Self(anyevent_write_type: { handle, words in words.joined(separator: delimiter) })
///       }
///     }
///     handle.push_write(.join(" "), ["1", "2", "3"])
public struct HandleWriteType<Input> {
  let name: String
  let append: (Handle, Input, ByteBuffer) throws -> Void

  /// A form of one's own: `append` may only append to the buffer.
  ///
  /// An error that it throws is a non-fatal error `EINVAL`, and nothing is written.
  public init(name: String, append: @escaping (_ value: Input, _ buffer: ByteBuffer) throws -> Void)
  {
    self.name = name
    self.append = { try append($1, $2) }
  }

  /// A form of one's own, which returns the bytes that are written.
  public init(anyevent_write_type bytes: @escaping (_ handle: Handle, _ value: Input) -> [UInt8]) {
    name = "custom"
    append = { $2.append(contentsOf: bytes($0, $1)) }
  }

  /// A form of one's own, which returns the text that is written, as UTF-8.
  public init(anyevent_write_type text: @escaping (_ handle: Handle, _ value: Input) -> String) {
    name = "custom"
    append = { $2.append(text($0, $1)) }
  }
}

extension HandleWriteType where Input == Value {
  /// JSON without line breaks; arrays and hashes need no separator between them, numbers do.
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

  /// The UTF-8 of a text as a netstring: its length in digits, a colon, the bytes, a comma.
  public static var netstring: Self {
    Self(name: "netstring") { appendNetstring($0.utf8.count, $0.utf8, to: $1) }
  }

  /// The UTF-8 of a text behind its length.
  public static func packstring(_ format: HandleLengthFormat) -> Self {
    Self(name: "packstring") {
      try format.append($0.utf8.count, to: $1)
      $1.append($0)
    }
  }
}

extension HandleWriteType where Input == [UInt8] {
  /// Bytes, and CR LF.
  public static var line: Self { line("\r\n") }

  /// Bytes, and `eol`, the end of the line.
  public static func line(_ eol: String) -> Self {
    Self(name: "line") {
      $1.append(contentsOf: $0)
      $1.append(eol)
    }
  }

  /// A netstring: the length in digits, a colon, the bytes, a comma.
  public static var netstring: Self {
    Self(name: "netstring") { appendNetstring($0.count, $0, to: $1) }
  }

  /// The length as an integer of a fixed size, or as `w`, then the bytes.
  public static func packstring(_ format: HandleLengthFormat) -> Self {
    Self(name: "packstring") {
      try format.append($0.count, to: $1)
      $1.append(contentsOf: $0)
    }
  }
}

private func appendNetstring(_ count: Int, _ bytes: some Sequence<UInt8>, to buffer: ByteBuffer) {
  buffer.append("\(count):" as String)
  buffer.append(bytes)
  buffer.append(UInt8(ascii: ","))
}
