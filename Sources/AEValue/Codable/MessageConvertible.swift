/// A type that can be an argument of a message: sent with `snd`, taken by a typed receiver.
///
/// A `Codable` type needs no more than the declaration: `extension Point: MessageConvertible {}`.
public protocol MessageConvertible {
  /// The value that is sent.
  var messageValue: Value { get }
  /// Converts a received value as Perl would; `nil` when it does not fit.
  init?(messageValue: Value)

  // The following members are for the types of this package: others leave them as they are.

  /// Whether messages with it may take the short ways: a receiver of this type can be handed the sender's argument
  /// itself, since converting it changes nothing, and it is mostly written directly.
  static var isPlainArgument: Bool { get }
  /// Writes it as its ``messageValue`` would be written; false if that has to be written instead.
  func writeArgument<Writer: ArgumentWriter>(to writer: inout Writer) -> Bool
  /// Reads the value that ``init(messageValue:)`` would make of it; nil if that has to be asked.
  static func readArgument<Reader: ArgumentReader>(from reader: inout Reader) -> Self?
}

extension MessageConvertible {
  /// False: the argument has to be converted.
  @inlinable public static var isPlainArgument: Bool { false }
  /// The value is written instead.
  @inlinable
  public func writeArgument<Writer: ArgumentWriter>(to writer: inout Writer) -> Bool { false }
  /// The value is asked.
  @inlinable
  public static func readArgument<Reader: ArgumentReader>(from reader: inout Reader) -> Self? {
    nil
  }
}

extension Value: MessageConvertible {
  /// The value itself.
  @inlinable public var messageValue: Value { self }
  /// The value itself.
  @inlinable public init(messageValue: Value) { self = messageValue }
}

extension Value {
  /// The value that `value` is sent as.
  @inlinable public init(_ value: some MessageConvertible) { self = value.messageValue }
}

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

extension Int8: DirectInteger {}
extension Int16: DirectInteger {}
extension Int32: DirectInteger {}
extension Int64: DirectInteger {}
extension UInt: DirectInteger {}
extension UInt8: DirectInteger {}
extension UInt16: DirectInteger {}
extension UInt32: DirectInteger {}
extension UInt64: DirectInteger {}

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
  /// The truth of the value in a condition of Perl; never nil.
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

extension Optional: MessageConvertible where Wrapped: MessageConvertible {
  /// The wrapped value, or null.
  @inlinable public var messageValue: Value { self?.messageValue ?? .null }
  /// None for null, else the value converted; nil when that does not fit.
  @inlinable public init?(messageValue: Value) {
    if messageValue.isNull {
      self = Wrapped?.none
    } else if let wrapped = Wrapped(messageValue: messageValue) {
      self = Wrapped?.some(wrapped)
    } else {
      return nil
    }
  }
}

extension Array: MessageConvertible where Element: MessageConvertible {
  /// An array; of `UInt8`, binary data; of ``Pair``, a hash.
  @inlinable public var messageValue: Value {
    // The element's type decides, because a cast of an empty array succeeds for any element.
    if Element.self == UInt8.self, let bytes = self as? [UInt8] { return .bytes(bytes) }
    if Element.self == Value.self, let values = self as? [Value] { return .array(values) }
    if Element.self == Pair.self, let pairs = self as? [Pair] { return Value(pairs: pairs) }
    return .array(map(\.messageValue))
  }
  /// The elements of an array, each converted; nil if one does not fit.
  ///
  /// Of `UInt8`: the bytes a value reads as, see ``Value/bytes``, or an array of small integers. Of ``Pair``: a
  /// hash, by name.
  @inlinable public init?(messageValue: Value) {
    if Element.self == UInt8.self, let bytes = messageValue.bytes as? [Element] {
      self = bytes
      return
    }
    if Element.self == Pair.self, let hash = messageValue.hash {
      let pairs = hash.map { Pair($0.key, $0.value) }.sorted { $0.name < $1.name }
      if let pairs = pairs as? [Element] {
        self = pairs
        return
      }
    }
    guard let values = messageValue.array else { return nil }
    self = []
    reserveCapacity(values.count)
    for value in values {
      guard let element = Element(messageValue: value) else { return nil }
      append(element)
    }
  }
}

extension Dictionary: MessageConvertible where Key == String, Value: MessageConvertible {
  /// A hash.
  @inlinable public var messageValue: AEValue.Value {
    .hash(TextDictionary(lazy.map { ($0.key, $0.value.messageValue) }, uniquingKeysWith: { $1 }))
  }
  /// The elements of a hash, each converted; nil if one does not fit.
  ///
  /// Of names that Swift takes for equal, like "é" as one character and as two, one is left, and names of
  /// many accents take Swift quadratic time: ``TextDictionary`` keeps all, in linear time.
  @inlinable public init?(messageValue: AEValue.Value) {
    guard let values = messageValue.hash else { return nil }
    self = [:]
    reserveCapacity(values.count)
    for (key, value) in values {
      guard let element = Value(messageValue: value) else { return nil }
      self[key] = element
    }
  }
}

extension TextDictionary: MessageConvertible where Mapped: MessageConvertible {
  /// A hash.
  @inlinable public var messageValue: AEValue.Value { .hash(mapValues(\.messageValue)) }
  /// The elements of a hash, each converted; nil if one does not fit.
  @inlinable public init?(messageValue: AEValue.Value) {
    guard let values = messageValue.hash else { return nil }
    self.init()
    reserveCapacity(values.count)
    for (key, value) in values {
      guard let element = Mapped(messageValue: value) else { return nil }
      self[key] = element
    }
  }
}

extension Dictionary where Key == String {
  /// Swift's dictionary of the same entries; of keys that Swift takes for equal, one is left.
  @inlinable public init(_ dictionary: TextDictionary<Value>) {
    self.init(minimumCapacity: dictionary.count)
    for (key, value) in dictionary { self[key] = value }
  }
}
