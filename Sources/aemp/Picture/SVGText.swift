/// Text as SVG has it.
enum SVGText {
  /// The text with everything escaped that means something in XML, in attributes too.
  ///
  /// Characters that XML cannot hold at all become U+FFFD.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&apos;"
      case "\t", "\n", "\r": result += "&#\(scalar.value);"
      default:
        if scalar.value < 0x20 || scalar.value & 0xFFFE == 0xFFFE {
          result += "\u{FFFD}"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }

  /// A number with at most one digit behind the point.
  static func number(_ value: Double) -> String {
    let tenths = Int((max(-1e9, min(1e9, value)) * 10).rounded())
    let sign = tenths < 0 ? "-" : ""
    let (whole, rest) = abs(tenths).quotientAndRemainder(dividingBy: 10)
    return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
  }
}
