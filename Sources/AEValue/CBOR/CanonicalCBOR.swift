extension CBOREncoding {
  /// The canonical encoding of a value: only equal values have the same one.
  ///
  /// It is for comparing, not for sending. Names are sorted by their encoding, numbers are as short as
  /// possible, and changes of a value on its way through JSON or a Perl node make no difference: a whole
  /// float is written as the integer, bytes as the text of one character each.
  public static func canonical(_ value: Value) -> [UInt8] {
    var bytes: [UInt8] = []
    appendCanonical(value, to: &bytes)
    return bytes
  }

  private static func appendCanonical(_ value: Value, to bytes: inout [UInt8]) {
    switch value {
    case .null: bytes.append(0xf6)
    case .bool(let flag): bytes.append(flag ? 0xf5 : 0xf4)
    case .int(let number):
      appendHead(number < 0 ? 1 : 0, UInt64(number < 0 ? ~number : number), to: &bytes)
    case .uint(let number): appendHead(0, number, to: &bytes)
    case .double(let number): appendCanonical(number, to: &bytes)
    case .string(let text): appendText(text.utf8, to: &bytes)
    case .bytes(let data):
      appendText(data.withUnsafeBytes { String(latin1: $0) }.utf8, to: &bytes)
    case .array(let elements):
      appendHead(4, UInt64(elements.count), to: &bytes)
      for element in elements { appendCanonical(element, to: &bytes) }
    case .hash(let elements):
      appendHead(5, UInt64(elements.count), to: &bytes)
      let encoded = elements.map { (key: canonical(.string($0.key)), value: $0.value) }
      for element in encoded.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        bytes += element.key
        appendCanonical(element.value, to: &bytes)
      }
    }
  }

  private static func appendText(_ text: some Collection<UInt8>, to bytes: inout [UInt8]) {
    appendHead(3, UInt64(text.count), to: &bytes)
    bytes.append(contentsOf: text)
  }

  private static func appendCanonical(_ number: Double, to bytes: inout [UInt8]) {
    if let integer = Int(exactly: number) {
      appendCanonical(.int(integer), to: &bytes)
    } else if let integer = UInt64(exactly: number) {
      appendHead(0, integer, to: &bytes)
    } else if let half = number.halfPattern {
      bytes.append(0xf9)
      append(UInt64(half), width: 2, to: &bytes)
    } else if Double(Float(number)) == number {
      bytes.append(0xfa)
      append(UInt64(Float(number).bitPattern), width: 4, to: &bytes)
    } else {
      bytes.append(0xfb)
      append(number.bitPattern, width: 8, to: &bytes)
    }
  }

  private static func appendHead(_ major: UInt8, _ argument: UInt64, to bytes: inout [UInt8]) {
    let kind = major << 5
    switch argument {
    case 0..<24: bytes.append(kind | UInt8(argument))
    case 0..<0x100:
      bytes.append(kind | 24)
      append(argument, width: 1, to: &bytes)
    case 0..<0x1_0000:
      bytes.append(kind | 25)
      append(argument, width: 2, to: &bytes)
    case 0..<0x1_0000_0000:
      bytes.append(kind | 26)
      append(argument, width: 4, to: &bytes)
    default:
      bytes.append(kind | 27)
      append(argument, width: 8, to: &bytes)
    }
  }

  private static func append(_ number: UInt64, width: Int, to bytes: inout [UInt8]) {
    for position in (0..<width).reversed() {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * position)))
    }
  }
}

extension Double {
  /// The half-precision float that is exactly this number, if there is one.
  fileprivate var halfPattern: UInt16? {
    if isNaN { return 0x7e00 }
    let sign: UInt16 = self.sign == .minus ? 0x8000 : 0
    if isInfinite { return sign | 0x7c00 }
    // In units of the smallest half-precision number; normal ones have eleven bits of it.
    let units = magnitude * 0x1p24
    if units < 1024 {
      guard let fraction = UInt16(exactly: units) else { return nil }
      return sign | fraction
    }
    guard exponent <= 15, let significand = UInt16(exactly: self.significand * 1024) else {
      return nil
    }
    return sign | UInt16(exponent + 15) << 10 | significand & 1023
  }
}

// MARK: - Order

extension CBOREncoding {
  /// Whether one value's canonical encoding comes before another's, byte by byte.
  ///
  /// Neither is encoded as a whole, so the comparison of a small value with a large one is cheap.
  public static func canonicallyPrecedes(_ first: Value, _ second: Value) -> Bool {
    compare(first, second) < 0
  }

  /// Negative if the first encoding comes first, 0 if both are equal.
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
      // Negative integers have a kind of their own, behind the others, and their order is reversed.
      if (first < 0) != (second < 0) { return first < 0 ? 1 : -1 }
      let (size, other) = first < 0 ? (~first, ~second) : (first, second)
      return size < other ? -1 : size == other ? 0 : 1
    case (.string(let first), .string(let second)): return compare(first, second)
    case (.string, .bytes), (.bytes, .string), (.bytes, .bytes):
      return compareText(first, second)
    default:
      // Two values of one kind are short numbers here; values of two kinds differ in the first byte.
      return compare(start(of: first), start(of: second))
    }
  }

  /// Compares two hashes of the same size, in whose encodings the names are in order.
  ///
  /// The first name that is not in both, or has different values, decides: the hash with that name comes
  /// first, because the other one has a later name in its place. Finding it takes less time than sorting.
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

  /// The bytes that decide between values of two kinds: the encoding of a number, and the kind of other
  /// values.
  private static func start(of value: Value) -> [UInt8] {
    switch value {
    case .string, .bytes: [3 << 5]
    case .array: [4 << 5]
    case .hash: [5 << 5]
    default: canonical(value)
    }
  }

  /// Compares two texts, whose lengths stand before them in the head.
  private static func compare(_ first: String, _ second: String) -> Int {
    let lengths = first.utf8.count - second.utf8.count
    return lengths != 0 ? lengths : first < second ? -1 : first == second ? 0 : 1
  }

  private static func compareText(_ first: Value, _ second: Value) -> Int {
    let (length, other) = (textLength(first), textLength(second))
    // Bytes become at most twice as many, so most comparisons need no count.
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
    case .bytes(let bytes): Array(bytes.withUnsafeBytes { String(latin1: $0) }.utf8)
    default: []
    }
  }

  private static func compare(_ first: [UInt8], _ second: [UInt8]) -> Int {
    first.lexicographicallyPrecedes(second) ? -1 : first == second ? 0 : 1
  }
}
