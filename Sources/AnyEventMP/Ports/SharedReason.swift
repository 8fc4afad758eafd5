/// The reason that a port died of last.
///
/// Ports that die at once nearly always die of the same reason: its array is made, checked and encoded once.
struct SharedReason {
  private var values: [Value] = []
  private let encoded = ByteBuffer()

  /// These values as an array.
  @inline(__always)
  mutating func array(_ values: UnsafeBufferPointer<Value>) -> [Value] {
    if values.isEmpty { return [] }
    if isSame(values) { return self.values }
    let made = Array(values)
    // A long reason is not worth its memory.
    if values.count < 10, values.allSatisfy(\.isShort) { keep(made) }
    return made
  }

  /// Whether these values are the reason that is kept.
  ///
  /// Mutating, as the compiler otherwise compares with a copy and counts references for that.
  @inline(__always)
  mutating func isKept(_ values: UnsafeBufferPointer<Value>) -> Bool {
    hasKeptBits(values) || isSame(values)
  }

  /// The address of the kept array, which tells it from another without a count of references.
  private(set) var address: UnsafePointer<Value>?
  /// How many values the kept array has.
  private(set) var count = 0

  /// The kept array.
  @inline(__always)
  var kept: [Value] { values }

  /// Whether these are the kept values bit by bit, as short strings are if they are equal.
  ///
  /// No value is copied for it, since that counts references.
  @inline(__always)
  func hasKeptBits(_ values: UnsafeBufferPointer<Value>) -> Bool {
    guard MemoryLayout<Value>.size == 17, values.count == count,
      let first = UnsafeRawPointer(values.baseAddress),
      let second = UnsafeRawPointer(address)
    else { return false }
    var offset = 0
    for _ in 0..<count {
      let low = (first + offset).load(as: UInt64.self) ^ (second + offset).load(as: UInt64.self)
      let high =
        (first + offset + 8).load(as: UInt64.self) ^ (second + offset + 8).load(as: UInt64.self)
      let kind =
        (first + offset + 16).load(as: UInt8.self) ^ (second + offset + 16).load(as: UInt8.self)
      if low | high | UInt64(kind) != 0 { return false }
      offset &+= MemoryLayout<Value>.stride
    }
    return true
  }

  /// The kept values one after the other in CBOR; empty if they cannot be sent.
  ///
  /// Valid until another reason is kept.
  @inline(__always)
  var encoding: UnsafeRawBufferPointer { encoded.bytes }

  /// The values one after the other in CBOR, if this is the reason that is kept, or an empty one.
  ///
  /// They are valid until another reason is kept.
  @inline(__always)
  func encoding(of reason: [Value]) -> UnsafeRawBufferPointer? {
    if reason.isEmpty { return UnsafeRawBufferPointer(start: nil, count: 0) }
    // While the array is kept, no other can have its address.
    let isKept = reason.withUnsafeBufferPointer { $0.baseAddress == address }
    return isKept && !encoded.isEmpty ? encoded.bytes : nil
  }

  private mutating func keep(_ made: [Value]) {
    values = made
    address = values.withUnsafeBufferPointer { $0.baseAddress }
    count = values.count
    encoded.removeAll()
    do {
      for value in made { try CBOREncoding.append(value, to: encoded) }
    } catch {
      // The sender encodes such a reason again and reports the error.
      encoded.removeAll()
    }
  }

  @inline(__always)
  private func isSame(_ values: UnsafeBufferPointer<Value>) -> Bool {
    guard values.count == self.values.count else { return false }
    for index in 0..<values.count {
      // Equal strings can differ in their bytes, but not if one is ASCII and the lengths are equal.
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
