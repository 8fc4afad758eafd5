import Glibc

/// What can be found by its name in a ``NamedTable``.
protocol Named: AnyObject {
  /// The name; it never changes.
  var name: String { get }
}

/// Objects by name: looked up by the raw bytes of a packet.
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
    find(hash: NameHash.hash(name, seed)) { object in
      object._withUnsafeGuaranteedRef { object in
        var own = object.name
        return own.withUTF8 { NameHash.areEqual(UnsafeRawBufferPointer($0), name) }
      }
    }
  }

  func find<Object>(_ name: String) -> Object? where Key == NameKey<Object> {
    var name = name
    return name.withUTF8 { find(UnsafeRawBufferPointer($0)) }
  }
}

/// Hashing and comparing of names as bytes.
enum NameHash {
  static func hash(_ name: UnsafeRawBufferPointer, _ seed: UInt64) -> UInt64 {
    let count = name.count
    var hash = seed ^ UInt64(truncatingIfNeeded: count)
    guard count >= 8 else {
      var rest: UInt64 = 0
      for byte in name { rest = rest << 8 | UInt64(byte) }
      return mix(hash ^ rest)
    }
    var offset = 0
    while offset + 8 < count {
      hash = mix(hash ^ name.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    // The last eight bytes, some of which may have been taken before.
    return mix(hash ^ name.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
  }

  /// Whether two names are equal; an empty one may have no address.
  @inline(__always)
  static func areEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    guard let first = a.baseAddress, let second = b.baseAddress else { return a.isEmpty }
    return memcmp(first, second, a.count) == 0
  }

  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }
}
