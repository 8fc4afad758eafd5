/// A set of objects, each equal to itself only.
typealias IdentityTable<Element: AnyObject> = ObjectTable<IdentityKey<Element>>

/// Objects are found by their addresses.
enum IdentityKey<Element: AnyObject>: TableKey {
  @inline(__always)
  static func hash(of element: Element, seed: UInt64) -> UInt64 {
    let address = UInt(bitPattern: Unmanaged.passUnretained(element).toOpaque())
    return NameHash.mix(seed ^ UInt64(address))
  }
}

extension ObjectTable {
  /// Whether the object is in the set.
  func contains<Object>(_ object: Object) -> Bool where Key == IdentityKey<Object> {
    let wanted = Unmanaged.passUnretained(object).toOpaque()
    return find(hash: Key.hash(of: object, seed: seed)) { $0.toOpaque() == wanted } != nil
  }
}
