/// A type that can be an argument of a message: sent with `snd`, taken by a typed receiver.
///
/// A `Codable` type needs no more than the declaration: `extension Point: MessageConvertible {}`.
public protocol MessageConvertible {
  /// The value that is sent.
  var messageValue: Value { get }
  /// Converts a received value as Perl would; `nil` when it does not fit.
  init?(messageValue: Value)
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
