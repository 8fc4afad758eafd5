internal import AEValue

/// An object that a ``NamedTable`` finds by its name.
protocol Named: AnyObject {
  /// The name; it never changes.
  var name: String { get }
}

/// Objects by name; the raw bytes of a packet are enough for a search.
typealias NamedTable<Element: Named> = ObjectTable<NameKey<Element>>

/// The ports of a node by name.
typealias PortTable = NamedTable<LocalPort>

/// Objects are found by their names.
enum NameKey<Element: Named>: TableKey {
  @inline(__always)
  static func hash(of element: Element, seed: UInt64) -> UInt64 {
    var name = element.name
    return name.withUTF8 { NameHash.hash(UnsafeRawBufferPointer($0), seed) }
  }
}

extension ObjectTable {
  /// The object whose name is these bytes.
  @inline(__always)
  func find<Object>(_ name: UnsafeRawBufferPointer) -> Object? where Key == NameKey<Object> {
    find(hash: NameHash.hash(name, seed)) { NameHash.isName(of: $0, name) }
  }

  /// Removes the object whose name is these bytes, and hands it out.
  @inline(__always)
  mutating func take<Object>(_ name: UnsafeRawBufferPointer) -> Object?
  where Key == NameKey<Object> {
    take(hash: NameHash.hash(name, seed)) { NameHash.isName(of: $0, name) }
  }

  /// The same for one of many that go one after the other.
  @inline(__always)
  mutating func takeOfMany<Object>(_ name: UnsafeRawBufferPointer) -> Object?
  where Key == NameKey<Object> {
    takeOfMany(hash: NameHash.hash(name, seed)) { NameHash.isName(of: $0, name) }
  }

  func find<Object>(_ name: String) -> Object? where Key == NameKey<Object> {
    var name = name
    return name.withUTF8 { find(UnsafeRawBufferPointer($0)) }
  }
}

/// Hashing and comparing of names as bytes.
///
/// The last three bits of the last byte are the last bits of the hash, so names that were counted up lie side
/// by side, eight to a line of the processor's cache. Many ports are nearly always used, and killed, in the
/// order in which they were made; fetching a line for each took longer than all other work.
enum NameHash {
  static func hash(_ name: UnsafeRawBufferPointer, _ seed: UInt64) -> UInt64 {
    let count = name.count
    var hash = seed ^ UInt64(truncatingIfNeeded: count)
    // The last eight bytes, the very last on top; the loop may have taken some of them already.
    var rest: UInt64 = 0
    if count >= 8 {
      var offset = 0
      while offset + 8 < count {
        hash = mix(hash ^ name.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        offset += 8
      }
      rest = UInt64(
        littleEndian: name.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
    } else {
      for byte in name { rest = rest >> 8 | UInt64(byte) << 56 }
    }
    let low: UInt64 = 7
    return mix(hash ^ (rest & ~(low << 56))) & ~low | (rest >> 56) & low
  }

  @inline(__always)
  static func isName<Element: Named>(
    of object: Unmanaged<Element>, _ name: UnsafeRawBufferPointer
  ) -> Bool {
    object._withUnsafeGuaranteedRef { object in
      var own = object.name
      return own.withUTF8 { areEqual(UnsafeRawBufferPointer($0), name) }
    }
  }

  /// Whether two names are equal; an empty one may have no address.
  @inline(__always)
  static func areEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    guard let second = b.baseAddress else { return a.isEmpty }
    return a.isEqual(to: second)
  }

  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }
}

/// A set of objects, each equal to itself only.
typealias IdentityTable<Element: AnyObject> = ObjectTable<IdentityKey<Element>>

/// Objects are found by their addresses.
///
/// Neighbours in memory lie side by side, as names do: sixteen slots hold the objects of 2048 bytes, since a
/// port takes 128.
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
