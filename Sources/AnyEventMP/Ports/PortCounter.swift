/// The names of new ports: a string counted up as Perl counts strings ("a" … "z", "aa" …).
struct PortCounter {
  private var digits: [UInt8] = [UInt8(ascii: "a")]

  /// The next name; the first one is "b".
  mutating func next() -> String {
    var index = digits.count - 1
    while index >= 0 {
      if digits[index] < UInt8(ascii: "z") {
        digits[index] += 1
        return String(decoding: digits, as: UTF8.self)
      }
      digits[index] = UInt8(ascii: "a")
      index -= 1
    }
    digits.insert(UInt8(ascii: "a"), at: 0)
    return String(decoding: digits, as: UTF8.self)
  }
}
