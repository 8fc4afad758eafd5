/// The reason that a port died of last.
///
/// Where many ports die at once, they nearly always die of the same reason: a list of the same values is
/// not made again, and it is checked and encoded only once.
struct SharedReason {
  private var values: [Value] = []
  private let encoded = ByteBuffer()

  /// These values as an array.
  @inline(__always)
  mutating func array(_ values: UnsafeBufferPointer<Value>) -> [Value] {
    if values.isEmpty { return [] }
    if isSame(values) { return self.values }
    let made = Array(values)
    // A long one is not worth its memory.
    if values.count < 10, values.allSatisfy(\.isShort) { keep(made) }
    return made
  }

  /// Whether these values are the reason that is kept.
  ///
  /// Mutating, as the compiler otherwise compares with a copy and counts references for that.
  @inline(__always)
  mutating func isKept(_ values: UnsafeBufferPointer<Value>) -> Bool { isSame(values) }

  /// Where the array lies that is kept: so it is recognised without counting a reference.
  private(set) var address: UnsafePointer<Value>?

  /// The values one after the other in CBOR, if this is the reason that is kept, or an empty one.
  ///
  /// They are valid until another reason is kept.
  @inline(__always)
  func encoding(of reason: [Value]) -> UnsafeRawBufferPointer? {
    if reason.isEmpty { return UnsafeRawBufferPointer(start: nil, count: 0) }
    // The array itself, which is kept: nothing can have taken its place in memory.
    let isKept = reason.withUnsafeBufferPointer { $0.baseAddress == address }
    return isKept && !encoded.isEmpty ? encoded.bytes : nil
  }

  private mutating func keep(_ made: [Value]) {
    values = made
    address = values.withUnsafeBufferPointer { $0.baseAddress }
    encoded.removeAll()
    do {
      for value in made { try CBOREncoding.append(value, to: encoded) }
    } catch {
      // Such a reason is encoded each time, and so found to be impossible.
      encoded.removeAll()
    }
  }

  @inline(__always)
  private func isSame(_ values: UnsafeBufferPointer<Value>) -> Bool {
    guard values.count == self.values.count else { return false }
    for index in 0..<values.count {
      // Strings may be equal that are not the same, but not if one is ASCII and the length is equal.
      if case .string(let text) = values[index], case .string(let kept) = self.values[index] {
        if text != kept || text.utf8.count != kept.utf8.count { return false }
      } else if values[index] != self.values[index] {
        return false
      }
    }
    return true
  }
}

extension Value {
  /// Whether it is short and simple, as nearly all reasons are.
  fileprivate var isShort: Bool {
    switch self {
    case .null, .bool, .int: true
    case .string(let text): text.utf8.count < 100 && text.utf8.allSatisfy { $0 < 0x80 }
    default: false
    }
  }
}
