/// One value of a message: a scalar of Perl, and all values that JSON and CBOR can carry.
///
/// Perl has one scalar type: comparisons (`==`) are by case, and of text by its bytes, but the accessors
/// (``int``, ``double``, ``string``, …) and typed receivers convert as Perl does: the integer of `"123"`
/// is 123.
public enum Value: Hashable, Sendable {
  /// Perl's `undef`, JSON's `null`.
  case null
  /// A boolean.
  case bool(Bool)
  /// An integer from −2⁶³ to 2⁶³−1.
  case int(Int)
  /// An integer from 2⁶³ to 2⁶⁴−1; smaller ones are always ``int(_:)``.
  case uint(UInt64)
  /// A finite or infinite floating point number.
  case double(Double)
  /// Text.
  case string(String)
  /// Binary data.
  case bytes([UInt8])
  /// A list of values.
  case array([Value])
  /// Values by name.
  case hash(TextDictionary<Value>)
}

extension Value {
  /// Whether both are of the same case and hold the same.
  public static func == (first: Value, second: Value) -> Bool {
    switch (first, second) {
    case (.null, .null): true
    case (.bool(let first), .bool(let second)): first == second
    case (.int(let first), .int(let second)): first == second
    case (.uint(let first), .uint(let second)): first == second
    case (.double(let first), .double(let second)): first == second
    case (.string(let first), .string(let second)): Text(first) == Text(second)
    case (.bytes(let first), .bytes(let second)): first == second
    case (.array(let first), .array(let second)): first == second
    case (.hash(let first), .hash(let second)): first == second
    default: false
    }
  }

  /// Feeds the case and its contents.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let flag):
      hasher.combine(1)
      hasher.combine(flag)
    case .int(let number):
      hasher.combine(2)
      hasher.combine(number)
    case .uint(let number):
      hasher.combine(3)
      hasher.combine(number)
    case .double(let number):
      hasher.combine(4)
      hasher.combine(number)
    case .string(let text):
      hasher.combine(5)
      hasher.combine(Text(text))
    case .bytes(let bytes):
      hasher.combine(6)
      hasher.combine(bytes)
    case .array(let elements):
      hasher.combine(7)
      hasher.combine(elements)
    case .hash(let elements):
      hasher.combine(8)
      hasher.combine(elements)
    }
  }
}

extension Value {
  /// The kind of value, as error messages name it: `"a string"`, `"null"`, ….
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .int, .uint: "an integer"
    case .double: "a float"
    case .string: "a string"
    case .bytes: "binary data"
    case .array: "an array"
    case .hash: "a hash"
    }
  }
}

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

extension Value {
  /// The number of values in it, at any depth: elements of arrays, keys and values of hashes.
  var elementCount: Int {
    switch self {
    case .array(let elements): elements.withUnsafeBufferPointer(\.elementCount)
    case .hash(let elements):
      elements.values.reduce(2 * elements.count) { $0 + $1.elementCount }
    default: 0
    }
  }
}

extension UnsafeBufferPointer<Value> {
  /// The number of values, with those in them.
  var elementCount: Int {
    var sum = count
    for index in 0..<count { sum += self[index].elementCount }
    return sum
  }
}
