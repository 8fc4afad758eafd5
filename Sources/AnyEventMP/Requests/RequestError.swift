/// A request to the node port that cannot be done; only logged, as the protocol says.
struct RequestError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

extension NodeLimits {
  /// - Throws: ``RequestError`` for a name that is too long to be kept.
  func checkName(_ text: String, _ what: @autoclosure () -> String) throws {
    guard text.utf8.count > name else { return }
    throw RequestError(
      "\(what()) has \(text.utf8.count) bytes, more than max_name (\(name)) allows")
  }
}
