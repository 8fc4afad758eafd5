/// Where many ports die at once, they nearly always die of the same reason: the last one is kept, and
/// a list of the same values is not made again.
struct SharedReason {
  private var last: [Value] = []

  /// These values as an array.
  @inline(__always)
  mutating func array(_ values: UnsafeBufferPointer<Value>) -> [Value] {
    if values.isEmpty { return [] }
    if isLast(values) { return last }
    let made = Array(values)
    // A long one is not worth its memory.
    if values.count < 10, values.allSatisfy({ $0.isShort && $0.isASCII }) { last = made }
    return made
  }

  @inline(__always)
  private func isLast(_ values: UnsafeBufferPointer<Value>) -> Bool {
    guard values.count == last.count else { return false }
    for index in 0..<values.count {
      // Strings may be equal that are not the same, but not if one is ASCII and the length is equal.
      if case .string(let text) = values[index], case .string(let other) = last[index] {
        if text.utf8.count != other.utf8.count || text != other { return false }
      } else if values[index] != last[index] {
        return false
      }
    }
    return true
  }
}

extension Value {
  fileprivate var isASCII: Bool {
    guard case .string(let text) = self else { return true }
    return text.utf8.allSatisfy { $0 < 0x80 }
  }

  /// Whether it is short and simple, as nearly all reasons are.
  @inline(__always)
  var isShort: Bool {
    switch self {
    case .null, .bool, .int: true
    case .string(let text): text.utf8.count < 100
    default: false
    }
  }
}
