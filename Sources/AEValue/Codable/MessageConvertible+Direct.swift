// The types that are written and read without a value in between.

/// The standard library's integers, but for `Int`.
public protocol DirectInteger: MessageConvertible, FixedWidthInteger, Codable {}

extension DirectInteger {
  /// Yes.
  @inlinable public static var isPlainArgument: Bool { true }

  /// Writes an integer.
  @inlinable
  public func writeArgument<Writer: ArgumentWriter>(to writer: inout Writer) -> Bool {
    if let number = Int(exactly: self) { return writer.write(number) }
    if let number = UInt64(exactly: self) { return writer.write(number) }
    return false
  }

  /// Reads an integer that fits.
  @inlinable
  public static func readArgument<Reader: ArgumentReader>(from reader: inout Reader) -> Self? {
    guard let number = reader.int() else { return nil }
    return Self(exactly: number)
  }
}

extension Int {
  /// Yes.
  @inlinable public static var isPlainArgument: Bool { true }

  /// Writes an integer.
  @inlinable @inline(__always)
  public func writeArgument<Writer: ArgumentWriter>(to writer: inout Writer) -> Bool {
    writer.write(self)
  }

  /// Reads an integer.
  @inlinable @inline(__always)
  public static func readArgument<Reader: ArgumentReader>(from reader: inout Reader) -> Int? {
    reader.int()
  }
}

extension Double {
  /// Yes.
  @inlinable public static var isPlainArgument: Bool { true }

  /// Writes a finite float.
  @inlinable
  public func writeArgument<Writer: ArgumentWriter>(to writer: inout Writer) -> Bool {
    writer.write(self)
  }

  /// Reads a float.
  @inlinable
  public static func readArgument<Reader: ArgumentReader>(from reader: inout Reader) -> Double? {
    reader.double()
  }
}

extension Bool {
  /// Yes.
  @inlinable public static var isPlainArgument: Bool { true }

  /// Writes a boolean.
  @inlinable
  public func writeArgument<Writer: ArgumentWriter>(to writer: inout Writer) -> Bool {
    writer.write(self)
  }

  /// Reads a boolean.
  @inlinable
  public static func readArgument<Reader: ArgumentReader>(from reader: inout Reader) -> Bool? {
    reader.bool()
  }
}

extension String {
  /// Yes.
  @inlinable public static var isPlainArgument: Bool { true }

  /// Writes text.
  @inlinable
  public func writeArgument<Writer: ArgumentWriter>(to writer: inout Writer) -> Bool {
    writer.write(self)
  }

  /// Reads text.
  @inlinable
  public static func readArgument<Reader: ArgumentReader>(from reader: inout Reader) -> String? {
    reader.text()
  }
}

extension BorrowedText: MessageConvertible {
  /// Text.
  @inlinable public var messageValue: Value { .string(String(self)) }
  /// The text a value reads as; see ``Value/string``.
  @inlinable public init?(messageValue: Value) {
    guard let text = messageValue.string else { return nil }
    self.init(text)
  }

  /// Yes.
  @inlinable public static var isPlainArgument: Bool { true }

  /// Writes text.
  @inlinable
  public func writeArgument<Writer: ArgumentWriter>(to writer: inout Writer) -> Bool {
    withUTF8 { writer.write(utf8: $0) }
  }

  /// Reads text.
  @inlinable
  public static func readArgument<Reader: ArgumentReader>(
    from reader: inout Reader
  ) -> BorrowedText? {
    reader.borrowedText()
  }
}

extension Value {
  /// Yes.
  @inlinable public static var isPlainArgument: Bool { true }

  /// Writes a scalar but null.
  @inlinable
  public func writeArgument<Writer: ArgumentWriter>(to writer: inout Writer) -> Bool {
    switch self {
    case .int(let number): writer.write(number)
    case .uint(let number): writer.write(number)
    case .double(let number): writer.write(number)
    case .bool(let flag): writer.write(flag)
    case .string(let text): writer.write(text)
    case .null, .bytes, .array, .hash: false
    }
  }
}
