internal import AEValue

/// Text of others, times and durations for people: nothing in them moves the cursor or changes colours.
enum Legible {
  /// The text with control characters, and what else has no place in a line, as `\u{…}`.
  static func line(_ text: String) -> String { LegibleText.text(text, .swift) }

  /// A time in seconds, as milliseconds with so many digits that three or so count.
  static func milliseconds(_ seconds: Double) -> String {
    let value = max(0, seconds) * 1000
    let digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
    let scale = digits == 2 ? 100.0 : digits == 1 ? 10.0 : 1.0
    let scaled = Int(min(1e15, (value * scale).rounded()))
    guard digits > 0 else { return "\(scaled) ms" }
    let fraction = String(scaled % Int(scale))
    return "\(scaled / Int(scale))." + String(repeating: "0", count: digits - fraction.count)
      + fraction + " ms"
  }

  /// A time in seconds in the two greatest units that it has.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(max(0, min(1e15, seconds)))
    let (days, hours, minutes) = (whole / 86400, whole / 3600 % 24, whole / 60 % 60)
    if days > 0 { return "\(days) d \(hours) h" }
    if hours > 0 { return "\(hours) h \(minutes) min" }
    if minutes > 0 { return "\(minutes) min \(whole % 60) s" }
    return "\(whole) s"
  }

  /// One word when both are the same, else both; nil when nothing is known of either.
  static func both(_ one: String?, _ other: String?) -> String? {
    switch (one, other) {
    case (nil, nil): nil
    case (let word?, nil), (nil, let word?): word
    case (let one?, let other?): one == other ? one : "\(one)/\(other)"
    }
  }
}
