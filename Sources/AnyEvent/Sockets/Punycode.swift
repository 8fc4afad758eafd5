/// Text in ASCII letters, digits and hyphens: RFC 3492, in which parts of international host names are sent.
enum Punycode {
  private static let base = 36
  private static let least = 1
  private static let most = 26
  private static let firstBias = 72
  private static let firstScalar = 128
  /// Longer texts are refused, because the work grows with the square of their length; parts of names have 63
  /// bytes.
  private static let limit = 1024

  /// The text in ASCII; nil if it is too long.
  static func encode(_ text: String) -> String? {
    let scalars = Array(text.unicodeScalars)
    guard scalars.count <= limit else { return nil }
    var output = scalars.filter(\.isASCII).map { UInt8($0.value) }
    let basic = output.count
    if basic > 0 { output.append(UInt8(ascii: "-")) }
    var done = basic
    var next = firstScalar
    var delta = 0
    var bias = firstBias
    while done < scalars.count {
      let least = scalars.lazy.map { Int($0.value) }.filter { $0 >= next }.min() ?? next
      delta += (least - next) * (done + 1)
      next = least
      for scalar in scalars {
        let value = Int(scalar.value)
        if value < next { delta += 1 }
        guard value == next else { continue }
        append(delta, bias, to: &output)
        bias = adapted(delta, done + 1, isFirst: done == basic)
        delta = 0
        done += 1
      }
      delta += 1
      next += 1
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The text that was encoded; nil if this is none, or too long.
  static func decode(_ text: some StringProtocol) -> String? {
    let input = Array(text.utf8)
    guard input.count <= limit, input.allSatisfy({ $0 < 128 }) else { return nil }
    // Without other characters in front there is no hyphen behind them.
    let end = input.lastIndex(of: UInt8(ascii: "-")) ?? 0
    var output = input[..<end].map { Unicode.Scalar($0) }
    var place = end > 0 ? end + 1 : 0
    var next = firstScalar
    var position = 0
    var bias = firstBias
    while place < input.count {
      guard let delta = number(input, &place, bias) else { return nil }
      position += delta
      let count = output.count + 1
      bias = adapted(delta, count, isFirst: output.count == end)
      next += position / count
      position %= count
      guard let value = UInt32(exactly: next), let scalar = Unicode.Scalar(value) else {
        return nil
      }
      output.insert(scalar, at: position)
      position += 1
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: output)
    return String(text)
  }

  /// Appends a number in digits of which the first ones are the lowest.
  private static func append(_ delta: Int, _ bias: Int, to output: inout [UInt8]) {
    var rest = delta
    var weight = base
    while true {
      let threshold = min(max(weight - bias, least), most)
      if rest < threshold { break }
      output.append(digit(threshold + (rest - threshold) % (base - threshold)))
      rest = (rest - threshold) / (base - threshold)
      weight += base
    }
    output.append(digit(rest))
  }

  /// The number at a place, which is moved behind it; nil if it is cut off or too large.
  private static func number(_ input: [UInt8], _ place: inout Int, _ bias: Int) -> Int? {
    var number = 0
    var factor = 1
    var weight = base
    while place < input.count {
      guard let digit = value(of: input[place]) else { return nil }
      place += 1
      number += digit * factor
      // Beyond this no text of the allowed length has a place for it.
      guard number < 1 << 32 else { return nil }
      let threshold = min(max(weight - bias, least), most)
      if digit < threshold { return number }
      factor *= base - threshold
      guard factor < 1 << 32 else { return nil }
      weight += base
    }
    return nil
  }

  private static func adapted(_ delta: Int, _ count: Int, isFirst: Bool) -> Int {
    var rest = isFirst ? delta / 700 : delta / 2
    rest += rest / count
    var weight = 0
    while rest > (base - least) * most / 2 {
      rest /= base - least
      weight += base
    }
    return weight + (base - least + 1) * rest / (rest + 38)
  }

  private static func digit(_ value: Int) -> UInt8 {
    UInt8(value < 26 ? value + 97 : value + 22)
  }

  private static func value(of digit: UInt8) -> Int? {
    switch digit {
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(digit) - 97
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(digit) - 65
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(digit) - 22
    default: nil
    }
  }
}
