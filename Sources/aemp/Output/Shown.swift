/// What the tool shows people: its own words as they are, and everything that is put into them legible.
///
/// Only this is written to standard output and standard error, so that text of other nodes, of files
/// and of arguments has no effect on a terminal, nor on who reads a pipe line by line. It is the same in
/// both.
struct Shown: ExpressibleByStringInterpolation, Equatable {
  let text: String

  /// Words of the tool's own.
  init(stringLiteral words: String) { text = words }

  init(stringInterpolation interpolation: Interpolation) { text = interpolation.text }

  /// What is legible already, such as help, and JSON by ``Printer/json(_:)``.
  init(legible text: String) { self.text = text }

  /// Both, one behind the other.
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
  }
}
