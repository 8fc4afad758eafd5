extension CBOREncoding {
  /// Whether one value's canonical encoding comes before another's, byte by byte.
  ///
  /// Neither is encoded as a whole, so a small value beside a large one costs what the small one costs.
  public static func canonicallyPrecedes(_ first: Value, _ second: Value) -> Bool {
    compare(first, second) < 0
  }

  /// Negative where the first encoding comes first, 0 where both are equal.
  private static func compare(_ first: Value, _ second: Value) -> Int {
    switch (first, second) {
    case (.array(let first), .array(let second)):
      // The number of elements stands in the head, before all of them.
      if first.count != second.count { return first.count - second.count }
      for (element, other) in zip(first, second) {
        let order = compare(element, other)
        if order != 0 { return order }
      }
      return 0
    case (.hash(let first), .hash(let second)):
      return first.count != second.count ? first.count - second.count : compare(first, second)
    case (.int(let first), .int(let second)):
      // Negative ones have a kind of their own, behind the others, and become greater towards the least.
      if (first < 0) != (second < 0) { return first < 0 ? 1 : -1 }
      let (size, other) = first < 0 ? (~first, ~second) : (first, second)
      return size < other ? -1 : size == other ? 0 : 1
    case (.string(let first), .string(let second)): return compare(first, second)
    case (.string, .bytes), (.bytes, .string), (.bytes, .bytes):
      return compareText(first, second)
    default:
      // Two values of one kind are numbers here, which are short; those of two kinds differ in the first
      // byte.
      return compare(start(of: first), start(of: second))
    }
  }

  /// Two hashes with as many entries, in whose encodings the entries stand in the order of their names.
  ///
  /// The first name decides that is not in both, or has another value: whose it is comes first, since the
  /// other hash has a later name in that place. Looking for it takes less than putting all in order.
  private static func compare(
    _ first: TextDictionary<Value>, _ second: TextDictionary<Value>
  ) -> Int {
    var decisive: (name: String, order: Int)?
    func consider(_ name: String, _ order: Int) {
      guard order != 0 else { return }
      if let found = decisive, compare(found.name, name) < 0 { return }
      decisive = (name, order)
    }
    for (name, value) in first {
      consider(name, second[name].map { compare(value, $0) } ?? -1)
    }
    for name in second.keys where first[name] == nil { consider(name, 1) }
    return decisive?.order ?? 0
  }

  /// What decides between values of two kinds: the encoding of a number, and the kind of anything else.
  private static func start(of value: Value) -> [UInt8] {
    switch value {
    case .string, .bytes: [3 << 5]
    case .array: [4 << 5]
    case .hash: [5 << 5]
    default: canonical(value)
    }
  }

  /// The length stands in the head, before the text.
  private static func compare(_ first: String, _ second: String) -> Int {
    let lengths = first.utf8.count - second.utf8.count
    return lengths != 0 ? lengths : first < second ? -1 : first == second ? 0 : 1
  }

  private static func compareText(_ first: Value, _ second: Value) -> Int {
    let (length, other) = (textLength(first), textLength(second))
    // Bytes become at most twice as many, so mostly there is no need to count.
    if length.upperBound < other.lowerBound { return -1 }
    if length.lowerBound > other.upperBound { return 1 }
    let (bytes, others) = (textBytes(first), textBytes(second))
    return bytes.count != others.count ? bytes.count - others.count : compare(bytes, others)
  }

  private static func textLength(_ value: Value) -> ClosedRange<Int> {
    switch value {
    case .string(let text): text.utf8.count...text.utf8.count
    case .bytes(let bytes): bytes.count...2 * bytes.count
    default: 0...0
    }
  }

  private static func textBytes(_ value: Value) -> [UInt8] {
    switch value {
    case .string(let text): Array(text.utf8)
    case .bytes(let bytes): textBytes(bytes)
    default: []
    }
  }

  private static func compare(_ first: [UInt8], _ second: [UInt8]) -> Int {
    first.lexicographicallyPrecedes(second) ? -1 : first == second ? 0 : 1
  }
}
