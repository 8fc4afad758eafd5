/// Writes arguments of a message straight into a connection's output, without a ``Value`` in between.
///
/// Only types of this package are written so; the types that a program declares are sent as their
/// ``MessageConvertible/messageValue``. Each method returns false, and may have written a part, when there is no
/// room, or when the argument is not of the plain form: then the whole message is sent the general way.
public protocol ArgumentWriter {
  /// Writes an integer.
  mutating func write(_ number: Int) -> Bool
  /// Writes an integer.
  mutating func write(_ number: UInt64) -> Bool
  /// Writes a finite float.
  mutating func write(_ number: Double) -> Bool
  /// Writes a boolean.
  mutating func write(_ flag: Bool) -> Bool
  /// Writes text.
  mutating func write(_ text: String) -> Bool
  /// Writes text whose bytes these are.
  mutating func write(utf8: UnsafeBufferPointer<UInt8>) -> Bool
}
