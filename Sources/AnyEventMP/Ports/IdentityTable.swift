/// A set of objects, each equal to itself only.
typealias IdentityTable<Element: AnyObject> = ObjectTable<IdentityKey<Element>>

/// Objects are found by their addresses.
///
/// As with names, neighbours lie side by side: objects of 128 bytes, as ports are, in sixteen slots to
/// 2048 bytes of memory.
enum IdentityKey<Element: AnyObject>: TableKey {
  @inline(__always)
  static func hash(of element: Element, seed: UInt64) -> UInt64 {
    let address = UInt64(UInt(bitPattern: Unmanaged.passUnretained(element).toOpaque()))
    let low: UInt64 = 15
    return NameHash.mix(seed ^ address >> 11) & ~low | address >> 7 & low
  }
}

extension ObjectTable {
  /// Whether the object is in the set.
  func contains<Object>(_ object: Object) -> Bool where Key == IdentityKey<Object> {
    let wanted = Unmanaged.passUnretained(object).toOpaque()
    return find(hash: Key.hash(of: object, seed: seed)) { $0.toOpaque() == wanted } != nil
  }
}
