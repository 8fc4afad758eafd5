/// A callback for messages of a port.
///
/// In a structure, since an optional closure is kept by Swift in a wrapper that costs an allocation of
/// its own and a jump at each call.
struct Handler {
  typealias Callback = (UnsafeBufferPointer<Value>) throws -> Void

  let call: Callback

  /// Does nothing.
  static var none: Handler { Handler { _ in } }

  init(_ call: @escaping Callback) {
    self.call = call
  }
}
