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
      if first.count != second.count { return first.count - second.count }
      for (entry, other) in zip(inOrder(first), inOrder(second)) {
        let names = compare(entry.key, other.key)
        if names != 0 { return names }
        let values = compare(entry.value, other.value)
        if values != 0 { return values }
      }
      return 0
    case (.string(let first), .string(let second)): return compare(first, second)
    case (.string, .bytes), (.bytes, .string), (.bytes, .bytes):
      return compareText(first, second)
    default:
      // Two values of one kind are numbers here, which are short; those of two kinds differ in the first
      // byte.
      return compare(start(of: first), start(of: second))
    }
  }

  private static func inOrder(
    _ entries: TextDictionary<Value>
  ) -> [TextDictionary<Value>.Element] {
    entries.sorted { compare($0.key, $1.key) < 0 }
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
