/// Why there is no data connection.
public struct DataConnectionError: Error, CustomStringConvertible {
  /// A sentence without a full stop that says what is wrong.
  public let description: String
  /// Whether the other node listens nowhere.
  let isWithoutListeners: Bool

  init(_ description: String, isWithoutListeners: Bool = false) {
    self.description = description
    self.isWithoutListeners = isWithoutListeners
  }

  static func noListeners(_ node: String) -> DataConnectionError {
    DataConnectionError(
      "\(node) is not known to listen anywhere: one of the two nodes needs binds",
      isWithoutListeners: true)
  }
}
