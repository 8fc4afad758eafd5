/// An object that C holds counted references to, by pointers of an opaque type.
protocol CHandle: AnyObject {}

extension CHandle {
  /// The object that a handle stands for.
  @inline(__always)
  static func at(_ handle: OpaquePointer) -> Unmanaged<Self> {
    .fromOpaque(UnsafeRawPointer(handle))
  }

  /// The handle, borrowed.
  @inline(__always)
  var handle: OpaquePointer { OpaquePointer(Unmanaged.passUnretained(self).toOpaque()) }

  /// A new reference, to be released.
  @inline(__always)
  var ownedHandle: OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  /// Adds a reference; nil stays nil.
  static func retained(_ handle: OpaquePointer?) -> OpaquePointer? {
    if let handle { _ = at(handle).retain() }
    return handle
  }

  /// Takes a reference back; nothing of nil.
  static func release(_ handle: OpaquePointer?) {
    if let handle { at(handle).release() }
  }
}
