/// The order of names for people: `node/9` before `node/10`.
enum NaturalOrder {
  /// Whether the first name comes before the second.
  static func precedes(_ one: String, _ other: String) -> Bool {
    var (one, other) = (one, other)
    return one.withUTF8 { a in other.withUTF8 { b in precedes(a, b) } }
  }

  private static func precedes(
    _ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      if isDigit(a[i]), isDigit(b[j]) {
        let (x, y) = (number(in: a, &i), number(in: b, &j))
        if x.count != y.count { return x.count < y.count }
        if !x.elementsEqual(y) { return x.lexicographicallyPrecedes(y) }
      } else if a[i] != b[j] {
        return a[i] < b[j]
      } else {
        i += 1
        j += 1
      }
    }
    // Names that differ by leading zeros only have an order, too.
    return i == a.count && j == b.count ? a.lexicographicallyPrecedes(b) : i == a.count
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  /// The digits from an index on, which is moved behind them; without leading zeros.
  private static func number(
    in text: UnsafeBufferPointer<UInt8>, _ index: inout Int
  ) -> Slice<UnsafeBufferPointer<UInt8>> {
    while index + 1 < text.count, text[index] == UInt8(ascii: "0"), isDigit(text[index + 1]) {
      index += 1
    }
    let start = index
    while index < text.count, isDigit(text[index]) { index += 1 }
    return text[start..<index]
  }
}
