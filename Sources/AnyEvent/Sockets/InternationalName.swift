// The standard library composes letters and their marks, in functions for Foundation and its like.
@_spi(_Unicode) internal import Swift

/// Host names with other letters than those of ASCII.
///
/// Letters are lowered and composed, and ASCII of full width becomes plain; then a name may have what IDNA 2008
/// (RFC 5892) allows: letters, marks and digits that have no simpler form. Sharp s and final sigma stay what they are.
enum InternationalName {
  /// The form with all letters in which names are compared; nil if it is no name.
  static func prepared(_ name: String) -> String? {
    guard name.utf8.count <= longestName else { return nil }
    let labels = lowered(name).split(separator: ".", omittingEmptySubsequences: false)
    var result: [String] = []
    for label in labels {
      guard let prepared = preparedLabel(String(label)) else { return nil }
      result.append(prepared)
    }
    return result.joined(separator: ".")
  }

  /// The form that name servers know; a text that is no name, or is in ASCII already, stays as it is.
  static func sent(_ name: String) -> String {
    name.utf8.allSatisfy { $0 < 128 } ? name : ascii(name) ?? name
  }

  /// The form that name servers know; nil if it is no name.
  static func ascii(_ name: String) -> String? {
    guard let prepared = prepared(name) else { return nil }
    var result: [String] = []
    for label in prepared.split(separator: ".", omittingEmptySubsequences: false) {
      if label.utf8.allSatisfy({ $0 < 128 }) {
        result.append(String(label))
      } else {
        guard let encoded = Punycode.encode(String(label)), encoded.utf8.count + 4 <= longestLabel
        else { return nil }
        result.append("xn--" + encoded)
      }
    }
    return result.joined(separator: ".")
  }

  private static let longestLabel = 63
  /// Longer texts are no names.
  private static let longestName = 1024

  /// The name in small letters, each composed with its marks, with full stops between its parts.
  private static func lowered(_ name: String) -> String {
    var text = ""
    for scalar in composed(name).unicodeScalars {
      switch scalar.value {
      case 0x3002, 0xFF61: text += "."
      case 0xFF01...0xFF5E:
        let plain = Unicode.Scalar(UInt8(scalar.value - 0xFEE0))
        text += plain.properties.lowercaseMapping
      default: text += scalar.properties.lowercaseMapping
      }
    }
    return composed(text)
  }

  private static func composed(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text._nfc { result.append(scalar) }
    return String(result)
  }

  private static func preparedLabel(_ label: String) -> String? {
    if label.utf8.starts(with: "xn--".utf8) {
      guard let decoded = Punycode.decode(label.dropFirst(4)), isValid(decoded),
        !decoded.utf8.allSatisfy({ $0 < 128 }),
        lowered(decoded).utf8.elementsEqual(decoded.utf8)
      else { return nil }
      return decoded
    }
    return isValid(label) ? label : nil
  }

  private static func isValid(_ label: String) -> Bool {
    let bytes = label.utf8
    let hyphen = UInt8(ascii: "-")
    if bytes.first == hyphen || bytes.last == hyphen { return false }
    if bytes.dropFirst(2).starts(with: "--".utf8) { return false }
    if let first = label.unicodeScalars.first, first.isMark { return false }
    return label.unicodeScalars.allSatisfy(\.isOfName)
  }
}

extension Unicode.Scalar {
  fileprivate var isMark: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }

  /// Whether prepared names may have it.
  fileprivate var isOfName: Bool {
    if isASCII {
      switch UInt8(value) {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"):
        return true
      default: return false
      }
    }
    switch value {
    // Sharp s, final sigma, the ideographic zero; the dots of Catalan and Japanese; marks of Hebrew.
    case 0xDF, 0x3C2, 0x3007, 0xB7, 0x30FB, 0x5F3, 0x5F4: return true
    default: break
    }
    guard !properties.changesWhenNFKCCaseFolded else { return false }
    switch properties.generalCategory {
    case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark,
      .decimalNumber:
      return true
    default: return false
    }
  }
}
