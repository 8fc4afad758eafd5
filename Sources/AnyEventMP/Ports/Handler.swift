/// A callback for messages of a port.
///
/// In a structure, since an optional closure is kept by Swift in a wrapper that costs an allocation of
/// its own and a jump at each call.
struct Handler {
  typealias Callback = (UnsafeBufferPointer<Value>) throws -> Void

  let call: Callback

  init(_ call: @escaping Callback) {
    self.call = call
  }
}
