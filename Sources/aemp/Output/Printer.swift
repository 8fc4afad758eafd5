internal import AEValue
import AnyEventMP

/// Prints results: text for people, or JSON with one object a line.
struct Printer {
  let isJSON: Bool
  /// Where the text goes; false when nobody can read it any more.
  var write: (Shown) -> Bool = Output.write

  /// Prints one result; false when nobody can read it any more.
  func print(_ text: Shown, json: TextDictionary<Value>) -> Bool {
    write((isJSON ? Shown(legible: Self.json(.hash(json))) : text) + "\n")
  }

  /// A value as JSON of one line with sorted names, in which nothing has an effect on a terminal.
  static func json(_ value: Value) -> String { LegibleText.text(value.description, .json) }

  /// A value for people: text without quotes, everything else as JSON; nothing in it has an effect on
  /// a terminal.
  static func plain(_ value: Value) -> String {
    if case .string(let text) = value { return Legible.line(text) }
    return json(value)
  }

  /// A list of values for people, as a line.
  static func plain(_ values: some Sequence<Value>) -> String {
    values.map(plain).joined(separator: " ")
  }

  /// Text of several lines as one.
  static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  /// A number without a needless fraction.
  static func number(_ value: Double) -> String {
    if value == value.rounded(), let whole = Int(exactly: value) { return String(whole) }
    return String(value)
  }

  /// A time in seconds as milliseconds for JSON, in whole microseconds: nobody can measure better.
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
