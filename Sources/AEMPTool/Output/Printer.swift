internal import AEValue
import AnyEventMP
import Glibc

/// Prints results: text for people, or JSON with one object a line.
struct Printer {
  let isJSON: Bool
  /// Writes the text; false when the output has no reader any more.
  var write: (Shown) -> Bool = Output.write

  /// Prints one result; false when the output has no reader any more.
  func print(_ text: Shown, json: TextDictionary<Value>) -> Bool {
    write((isJSON ? Shown(legible: Self.json(.hash(json))) : text) + "\n")
  }

  /// A value as legible JSON of one line with sorted names.
  static func json(_ value: Value) -> String { LegibleText.text(value.debugDescription, .json) }

  /// A value for people, legible: text without quotes, everything else as JSON.
  static func plain(_ value: Value) -> String {
    if case .string(let text) = value { return Legible.line(text) }
    return json(value)
  }

  /// Values for people, as a line.
  static func plain(_ values: some Sequence<Value>) -> String {
    values.map(plain).joined(separator: " ")
  }

  /// Text of several lines as one.
  static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  /// A number, without a fraction if it is whole.
  static func number(_ value: Double) -> String {
    if value == value.rounded(), let whole = Int(exactly: value) { return String(whole) }
    return String(value)
  }

  /// A time in seconds as milliseconds for JSON, in whole microseconds: measurements are no better.
  static func number(ofMilliseconds seconds: Double) -> Value {
    .double((seconds * 1e6).rounded() / 1e3)
  }

  /// A time in seconds as milliseconds with three digits behind the point.
  static func milliseconds(_ seconds: Double) -> String {
    let micros = Int((max(0, seconds) * 1e6).rounded())
    let fraction = String(micros % 1000)
    return "\(micros / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
  }
}

/// Text that may be shown: the tool's own words as they are, and legible everything put into them.
///
/// The tool writes nothing else to standard output and standard error, so that text of other nodes, of
/// files and of arguments has no effect on a terminal, nor on a program that reads a pipe line by line.
/// It is the same in both.
struct Shown: ExpressibleByStringInterpolation, Equatable {
  let text: String

  /// Words of the tool's own.
  init(stringLiteral words: String) { text = words }

  init(stringInterpolation interpolation: Interpolation) { text = interpolation.text }

  /// Text that is legible already, such as help, and JSON by ``Printer/json(_:)``.
  init(legible text: String) { self.text = text }

  static func + (one: Shown, other: Shown) -> Shown { Shown(legible: one.text + other.text) }

  /// Puts legible text between the tool's words.
  struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) {}

    mutating func appendLiteral(_ words: String) { text += words }

    mutating func appendInterpolation(_ shown: Shown) { text += shown.text }

    mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      text += Legible.line(value.description)
    }

    /// A value, with its quotes.
    mutating func appendInterpolation(_ value: Value) {
      text += Legible.line(value.debugDescription)
    }
  }
}

/// Makes text of others, times and durations legible: nothing in them moves the cursor or changes colours.
enum Legible {
  /// The text with control characters and others that have no place in a line as `\u{…}`.
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

  /// A time in seconds, in its two greatest units.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(max(0, min(1e15, seconds)))
    let (days, hours, minutes) = (whole / 86400, whole / 3600 % 24, whole / 60 % 60)
    if days > 0 { return "\(days) d \(hours) h" }
    if hours > 0 { return "\(hours) h \(minutes) min" }
    if minutes > 0 { return "\(minutes) min \(whole % 60) s" }
    return "\(whole) s"
  }

  /// Both words with a slash between them, or one when they are the same; nil when neither is known.
  static func both(_ one: String?, _ other: String?) -> String? {
    switch (one, other) {
    case (nil, nil): nil
    case (let word?, nil), (nil, let word?): word
    case (let one?, let other?): one == other ? one : "\(one)/\(other)"
    }
  }
}

/// Colours for a terminal: none in a pipe, and none where `NO_COLOR` is set.
enum Style: String {
  case good = "32"
  case notable = "33"
  case bad = "31"

  /// The text in this colour, if standard output shows colours.
  static func paint(_ text: Shown, _ style: Style) -> Shown {
    isWanted ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
  }

  static let isWanted: Bool = {
    if let setting = getenv("NO_COLOR"), setting.pointee != 0 { return false }
    return isatty(STDOUT_FILENO) == 1
  }()
}
