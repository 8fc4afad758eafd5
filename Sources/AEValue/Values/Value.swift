/// One value of a message: what Perl would hold in a scalar, and all that JSON and CBOR can carry.
///
/// Perl has one scalar type; so comparisons (`==`) are by case, and of text by its bytes, but the accessors (``int``,
/// ``double``, ``string``, …) and typed receivers convert as Perl does: the integer of `"123"` is
/// 123.
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

  /// Feeds the case and what it holds.
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
