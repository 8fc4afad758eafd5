extension MessageConvertible where Self: Encodable {
  /// The value that `Encodable` describes; null if encoding throws.
  ///
  /// Use ``Value/init(encoding:)`` to see why it does.
  public var messageValue: Value { (try? Value(encoding: self)) ?? .null }
}

extension MessageConvertible where Self: Decodable {
  /// What `Decodable` makes of a value; nil when it does not fit.
  ///
  /// Use ``Value/decode(_:)`` to see why it does not.
  public init?(messageValue: Value) {
    guard let decoded = try? messageValue.decode(Self.self) else { return nil }
    self = decoded
  }
}
