internal import AnyEventMP
internal import CAEMP
internal import Glibc

/// The object behind an `aemp_value`: a value, and the memory for pointers into it that C has asked for.
final class ValueBox: CHandle, @unchecked Sendable {
  let value: Value
  private var contents: Contents?

  /// Copies and elements that C has asked for; they live as long as the value.
  private final class Contents {
    var text: UnsafeMutablePointer<CChar>?
    var length = 0
    var bytes: [UInt8]?
    var elements: [ValueBox?] = []
    var members: TextDictionary<ValueBox> = [:]

    deinit { free(text) }
  }

  /// The value that C gets for an index behind the last one.
  static let null = ValueBox(.null)

  init(_ value: Value) { self.value = value }

  private var cache: Contents {
    if let contents { return contents }
    let made = Contents()
    contents = made
    return made
  }

  /// The text with a NUL behind it, and its length without.
  var text: (UnsafePointer<CChar>, Int)? {
    if let contents, let text = contents.text { return (UnsafePointer(text), contents.length) }
    guard let string = value.string, let copy = copyOfText(string) else { return nil }
    cache.text = copy
    cache.length = string.utf8.count
    return (UnsafePointer(copy), cache.length)
  }

  /// The bytes, which stay where they are.
  var bytes: UnsafeBufferPointer<UInt8>? {
    if contents?.bytes == nil {
      guard let bytes = value.bytes else { return nil }
      cache.bytes = bytes
    }
    // The array is never changed, so that its storage stays.
    return contents?.bytes?.withUnsafeBufferPointer { $0 }
  }

  /// An element of an array.
  func element(_ index: Int) -> ValueBox? {
    guard case .array(let values) = value, values.indices.contains(index) else { return nil }
    if cache.elements.isEmpty { cache.elements = Array(repeating: nil, count: values.count) }
    if let known = cache.elements[index] { return known }
    let made = ValueBox(values[index])
    cache.elements[index] = made
    return made
  }

  /// An element of a hash.
  func member(_ key: String) -> ValueBox? {
    guard case .hash(let values) = value, let found = values[key] else { return nil }
    if let known = cache.members[key] { return known }
    let made = ValueBox(found)
    cache.members[key] = made
    return made
  }

  var kind: aemp_kind {
    switch value {
    case .null: AEMP_NULL
    case .bool: AEMP_BOOL
    case .int: AEMP_INT
    case .uint: AEMP_UINT
    case .double: AEMP_DOUBLE
    case .string: AEMP_STR
    case .bytes: AEMP_BYTES
    case .array: AEMP_ARRAY
    case .hash: AEMP_HASH
    }
  }
}

/// Lends a value to `body`.
func withBorrowed(_ value: Value, _ body: (OpaquePointer) -> Void) {
  let box = ValueBox(value)
  withExtendedLifetime(box) { body(box.handle) }
}
