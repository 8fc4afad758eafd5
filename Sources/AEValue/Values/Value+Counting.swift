extension Value {
  /// How many values are in it, at any depth: elements of arrays, keys and values of hashes.
  var elementCount: Int {
    switch self {
    case .array(let elements): elements.withUnsafeBufferPointer(\.elementCount)
    case .hash(let elements):
      elements.values.reduce(2 * elements.count) { $0 + $1.elementCount }
    default: 0
    }
  }
}

extension UnsafeBufferPointer<Value> {
  /// How many values these are, with all that is in them.
  var elementCount: Int {
    var sum = count
    for index in 0..<count { sum += self[index].elementCount }
    return sum
  }
}
