extension Int: MessageConvertible {
  /// An integer.
  @inlinable public var messageValue: Value { .int(self) }
  /// The integer a value reads as; see ``Value/int``.
  @inlinable public init?(messageValue: Value) {
    guard let number = messageValue.int else { return nil }
    self = number
  }
}

extension MessageConvertible where Self: FixedWidthInteger & Codable {
  /// An integer.
  @inlinable public var messageValue: Value { Value(integer: self) }
  /// The integer a value reads as, if it fits; see ``Value/int``.
  @inlinable public init?(messageValue: Value) {
    if let number = messageValue.int {
      self.init(exactly: number)
    } else if let number = messageValue.uint {
      self.init(exactly: number)
    } else {
      return nil
    }
  }
}

extension Int8: MessageConvertible {}
extension Int16: MessageConvertible {}
extension Int32: MessageConvertible {}
extension Int64: MessageConvertible {}
extension UInt: MessageConvertible {}
extension UInt8: MessageConvertible {}
extension UInt16: MessageConvertible {}
extension UInt32: MessageConvertible {}
extension UInt64: MessageConvertible {}

extension Double: MessageConvertible {
  /// A float.
  @inlinable public var messageValue: Value { .double(self) }
  /// The number a value reads as; see ``Value/double``.
  @inlinable public init?(messageValue: Value) {
    guard let number = messageValue.double else { return nil }
    self = number
  }
}

extension Float: MessageConvertible {
  /// A float.
  @inlinable public var messageValue: Value { .double(Double(self)) }
  /// The number a value reads as, rounded; see ``Value/double``.
  @inlinable public init?(messageValue: Value) {
    guard let number = messageValue.double else { return nil }
    self = Float(number)
  }
}

extension Bool: MessageConvertible {
  /// A boolean.
  @inlinable public var messageValue: Value { .bool(self) }
  /// What Perl takes a value for in a condition; never nil.
  ///
  /// See ``Value/bool``.
  @inlinable public init?(messageValue: Value) { self = messageValue.bool }
}

extension String: MessageConvertible {
  /// Text.
  @inlinable public var messageValue: Value { .string(self) }
  /// The text a value reads as; see ``Value/string``.
  @inlinable public init?(messageValue: Value) {
    guard let text = messageValue.string else { return nil }
    self = text
  }
}

extension Substring: MessageConvertible {
  /// Text.
  @inlinable public var messageValue: Value { .string(String(self)) }
  /// The text a value reads as; see ``Value/string``.
  @inlinable public init?(messageValue: Value) {
    guard let text = messageValue.string else { return nil }
    self = Substring(text)
  }
}
