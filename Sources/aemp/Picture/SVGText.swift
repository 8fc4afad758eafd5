internal import AEValue

/// Text as SVG has it.
enum SVGText {
  /// Text to be read: legible, with everything escaped that means something in XML.
  static func escaped(_ text: String) -> String { escaped(text, .swift) }

  /// Lines to be read, each legible.
  static func escaped(lines: [String]) -> String {
    lines.map { escaped($0) }.joined(separator: "&#10;")
  }

  /// The value of an attribute that programs read: as it is, in characters that have no effect on
  /// who looks at the file.
  static func attribute(_ text: String) -> String { escaped(text, .xml) }

  private static func escaped(_ text: String, _ notation: LegibleText.Notation) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&apos;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    // Behind that: it brings ampersands of its own.
    return LegibleText.text(result, notation)
  }

  /// A number with at most one digit behind the point.
  static func number(_ value: Double) -> String {
    let tenths = Int((max(-1e9, min(1e9, value)) * 10).rounded())
    let sign = tenths < 0 ? "-" : ""
    let (whole, rest) = abs(tenths).quotientAndRemainder(dividingBy: 10)
    return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
  }
}
