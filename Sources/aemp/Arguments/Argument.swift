import AnyEventMP

/// One argument of the command line: text as typed, or an element of the one JSON array.
struct Argument {
  /// What it is.
  let value: Value
  /// Its place in `argv`, to be overwritten if it turns out to be secret.
  let index: Int
  /// Whether the value is JSON already.
  let isJSON: Bool

  /// The arguments of a command line without the program's name.
  ///
  /// A single one that starts with `[` is an array of all arguments.
  static func all(_ texts: some Collection<String>) throws(UsageError) -> [Argument] {
    guard texts.count == 1, let text = texts.first, text.utf8.first == UInt8(ascii: "[") else {
      return texts.enumerated().map { index, text in
        Argument(value: .string(text), index: index + 1, isJSON: false)
      }
    }
    guard case .array(let elements)? = decoded(text) else {
      throw UsageError(
        explained:
          #"the argument starts like JSON but is none; write a command or ["command", "argument"]"#)
    }
    return elements.map { Argument(value: $0, index: 1, isJSON: true) }
  }

  /// The text of the argument, which may be written as a JSON string; nil when it is no string.
  var text: String? {
    guard case .string(let text) = value, !isJSON else { return value.string }
    return Self.decodedString(text) ?? text
  }

  /// Whether it stands for what is read from standard input.
  var isInput: Bool { value == "-" }

  /// The value for a setting: what looks like JSON is JSON, but of text settings only a JSON string is.
  ///
  /// A secret that is typed has a character for each byte, as Perl's tool stores it; in JSON a character is
  /// itself.
  func value(for setting: Setting?) throws(UsageError) -> Value {
    guard !isJSON, case .string(let text) = value else { return value }
    if setting?.kind == .text {
      if let decoded = Self.decodedString(text) { return .string(decoded) }
      return setting == .secret ? .string(Self.byteForByte(text)) : value
    }
    switch text.utf8.first {
    case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "\""):
      if let value = Self.decoded(text) { return value }
      // An IPv6 address before a port is in brackets too.
      if setting == .binds || setting == .seeds { return value }
      // A secret is not shown.
      let shown = setting == .secrets ? "" : " \(text)"
      throw UsageError(
        explained:
          "the argument\(shown) starts like JSON but is none; correct it, or leave the brackets out"
      )
    default: return setting == .secrets ? .string(Self.byteForByte(text)) : value
    }
  }

  /// Each byte of the text as a character of its own.
  private static func byteForByte(_ text: String) -> String {
    var characters = String.UnicodeScalarView()
    for byte in text.utf8 { characters.append(Unicode.Scalar(byte)) }
    return String(characters)
  }

  /// The string that a text is in JSON.
  private static func decodedString(_ text: String) -> String? {
    guard text.utf8.first == UInt8(ascii: "\""), case .string(let string)? = decoded(text) else {
      return nil
    }
    return string
  }

  private static func decoded(_ text: String) -> Value? {
    // Not valid JSON is no error here: the caller knows what else it may be.
    try? JSON.decode(text)
  }
}
