/// A reference to an object that becomes nil when the object goes.
///
/// It stands in for `weak`: a weak reference to an object makes every retain and release of it, also
/// those of the hot path, several times as expensive. Used on the loop's thread only.
final class Reference<Object: AnyObject> {
  private var unmanaged: Unmanaged<Object>?

  init(_ object: Object) {
    unmanaged = .passUnretained(object)
  }

  /// The object, while it lives.
  var object: Object? { unmanaged?.takeUnretainedValue() }

  /// The object is about to go.
  func clear() {
    unmanaged = nil
  }
}
