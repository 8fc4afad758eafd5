/// How a sentence shows what the other end has sent.
extension Refusal {
  /// Foreign text fit for a log line: printable ASCII in quotes, at most 60 characters.
  static func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(60).map { scalar in
      (0x20...0x7e).contains(scalar.value) && scalar != "'" ? Character(scalar) : "."
    }
    return "'\(String(shown))\(text.unicodeScalars.count > 60 ? "…" : "")'"
  }

  static func list(_ names: [String]) -> String {
    names.isEmpty ? "nothing" : quoted(names.joined(separator: ","))
  }
}
