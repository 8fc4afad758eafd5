import AnyEventMP
import Glibc

/// One argument of the command line: text as typed, or an element of the one JSON array.
struct Argument {
  let value: Value
  /// Its place in `argv`, which is overwritten if the argument is secret.
  let index: Int
  /// Whether the value is JSON already.
  let isJSON: Bool

  /// The value as a sentence shows it, text in quotes.
  var shown: String { value.debugDescription }

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

  /// Whether it stands for a value that is read from standard input.
  var isInput: Bool { value == "-" }

  /// The value for a setting: an argument that looks like JSON is JSON; for text settings only a JSON
  /// string is.
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
      if setting == .binds || setting == .announce || setting == .seeds { return value }
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
    Array(text.utf8).withUnsafeBytes { String(latin1: $0) }
  }

  /// The string that a text is in JSON.
  private static func decodedString(_ text: String) -> String? {
    guard text.utf8.first == UInt8(ascii: "\""), case .string(let string)? = decoded(text) else {
      return nil
    }
    return string
  }

  private static func decoded(_ text: String) -> Value? {
    // The caller knows what else the text may be, so JSON that is not valid is no error here.
    try? JSON.decode(text)
  }
}

/// The memory of the command line, which all users of the machine can read with `ps`.
enum ArgumentMemory {
  /// Refuses arguments that are no UTF-8: Swift repairs them, so that the tool would store or send
  /// another text than the user has typed.
  static func checkEncoding() throws(UsageError) {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let text = CommandLine.unsafeArgv[index], String(validatingCString: text) == nil else {
        continue
      }
      // The argument may be a secret, so it must not stay visible.
      overwrite(index)
      throw UsageError(
        explained:
          "argument \(index) is not UTF-8; type it on a terminal that uses UTF-8, or write it in JSON with \\u and four digits"
      )
    }
  }

  /// Overwrites an argument, so that it is gone from `ps` and `/proc`.
  static func overwrite(_ index: Int) {
    guard index > 0, index < Int(CommandLine.argc), let text = CommandLine.unsafeArgv[index] else {
      return
    }
    memset(text, CInt(UInt8(ascii: "x")), strlen(text))
  }
}

/// A command line that cannot be understood: the tool has done nothing and ends with exit code 2.
struct UsageError: Error {
  /// The mistake and its remedy, without a full stop.
  let sentence: String
  let code: ExitCode

  /// A mistake whose sentence does not say everything: the help text says more.
  init(_ sentence: String) { self.init(explained: sentence + "; see \"aemp help\"") }

  /// A mistake whose sentence says what to write instead.
  init(explained sentence: String, _ code: ExitCode = .usage) {
    self.sentence = sentence
    self.code = code
  }
}
