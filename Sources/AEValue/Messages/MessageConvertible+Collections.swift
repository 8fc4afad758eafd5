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
  /// An array; of `UInt8`, binary data.
  @inlinable public var messageValue: Value {
    // By the element's type: a cast of the array would take an empty one for anything.
    if Element.self == UInt8.self, let bytes = self as? [UInt8] { return .bytes(bytes) }
    if Element.self == Value.self, let values = self as? [Value] { return .array(values) }
    return .array(map(\.messageValue))
  }
  /// The elements of an array, each converted; nil if one does not fit.
  ///
  /// Of `UInt8`: the bytes a value reads as, see ``Value/bytes``, or an array of small integers.
  @inlinable public init?(messageValue: Value) {
    if Element.self == UInt8.self, let bytes = messageValue.bytes as? [Element] {
      self = bytes
      return
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
  /// many accents take Swift quadratic time: ``TextDictionary`` has all, and takes none.
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

extension TextDictionary: MessageConvertible where Value: MessageConvertible {
  /// A hash.
  @inlinable public var messageValue: AEValue.Value { .hash(mapValues(\.messageValue)) }
  /// The elements of a hash, each converted; nil if one does not fit.
  @inlinable public init?(messageValue: AEValue.Value) {
    guard let values = messageValue.hash else { return nil }
    self.init()
    reserveCapacity(values.count)
    for (key, value) in values {
      guard let element = Value(messageValue: value) else { return nil }
      self[key] = element
    }
  }
}
