import AEValue

/// The order that decides which value shows when several nodes hold one key.
enum ValueOrder {
  /// Whether `left` shows before `right`: its canonical CBOR encoding is greater, byte by byte.
  ///
  /// The same on all nodes, whatever the order of arrival and the framing by which it came.
  static func isGreater(_ left: Value, _ right: Value) -> Bool {
    CBOREncoding.canonicallyPrecedes(right, left)
  }
}
