/// A request to the node port that cannot be done; only logged, as the protocol says.
struct RequestError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
