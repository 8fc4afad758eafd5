/// One value of a message: what Perl would hold in a scalar, and all that JSON and CBOR can carry.
///
/// Perl has one scalar type; so comparisons (`==`) are by case, but the accessors (``int``,
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
  case hash([String: Value])
}
