extension Value: ExpressibleByNilLiteral {
  /// Null.
  @inlinable public init(nilLiteral: ()) { self = .null }
}

extension Value: ExpressibleByBooleanLiteral {
  /// A boolean.
  @inlinable public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension Value: ExpressibleByIntegerLiteral {
  /// An integer.
  @inlinable public init(integerLiteral value: Int) { self = .int(value) }
}

extension Value: ExpressibleByFloatLiteral {
  /// A float.
  @inlinable public init(floatLiteral value: Double) { self = .double(value) }
}

extension Value: ExpressibleByStringInterpolation {
  /// Text.
  @inlinable public init(stringLiteral value: String) { self = .string(value) }
}

extension Value: ExpressibleByArrayLiteral {
  /// An array.
  @inlinable public init(arrayLiteral elements: Value...) { self = .array(elements) }
}

extension Value: ExpressibleByDictionaryLiteral {
  /// A hash; of a name that comes twice the last counts, as in Perl.
  @inlinable public init(dictionaryLiteral elements: (String, Value)...) {
    self = .hash(TextDictionary(elements, uniquingKeysWith: { $1 }))
  }
}

extension Value {
  /// An integer of any width; one that needs more than 64 bits becomes a float.
  @inlinable public init(integer value: some BinaryInteger) {
    if let number = Int(exactly: value) {
      self = .int(number)
    } else if let number = UInt64(exactly: value) {
      self = .uint(number)
    } else {
      self = .double(Double(value))
    }
  }
}
