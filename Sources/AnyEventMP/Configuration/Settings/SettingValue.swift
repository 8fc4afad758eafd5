/// The value of one setting and where it comes from; reads it as the type that the setting wants.
///
/// As in Perl, numbers may be written as text and the other way round.
struct SettingValue: Hashable, Sendable {
  let setting: Setting
  let value: Value
  let origin: SettingOrigin

  /// Text; a number reads as its digits.
  func text() throws(ConfigurationError) -> String {
    guard let text = Self.text(of: value) else { throw wrongType("a string") }
    return text
  }

  /// A number.
  func number() throws(ConfigurationError) -> Double {
    switch value {
    case .int(let number): return Double(number)
    case .uint(let number): return Double(number)
    case .double(let number): return number
    case .string(let text):
      if let number = Double(text), number.isFinite { return number }
      throw wrongValue("\"\(text)\"", "is no number")
    default: throw wrongType("a number")
    }
  }

  /// Seconds: more than none and at most a year.
  func seconds() throws(ConfigurationError) -> Double {
    let seconds = try number()
    guard seconds > 0, seconds <= 31_536_000 else {
      throw wrongValue(Self.shown(value), "is no number of seconds above 0 and up to 31536000")
    }
    return seconds
  }

  /// The same, or 0 for never.
  func secondsOrNever() throws(ConfigurationError) -> Double {
    let seconds = try number()
    if seconds == 0 { return 0 }
    guard seconds > 0, seconds <= 31_536_000 else {
      throw wrongValue(
        Self.shown(value), "is neither a number of seconds up to 31536000 nor 0 for never")
    }
    return seconds
  }

  /// True or false; of texts and numbers those that Perl takes for false, 0 and "" are false.
  func flag() throws(ConfigurationError) -> Bool {
    switch value {
    case .bool(let flag): return flag
    case .int(let number): return number != 0
    case .uint: return true
    case .double(let number): return number != 0
    case .string("1"), .string("true"), .string("on"), .string("yes"): return true
    case .string("0"), .string("false"), .string("off"), .string("no"), .string(""): return false
    case .string: throw wrongValue(Self.shown(value), "is neither 1 nor 0")
    default: throw wrongType("1 or 0")
    }
  }

  /// A list of texts.
  func list() throws(ConfigurationError) -> [String] {
    guard case .array(let elements) = value else { throw wrongType("a list of strings") }
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      guard let text = Self.text(of: element) else {
        throw wrongType("a string", of: element, as: "element \(index + 1) of ")
      }
      texts.append(text)
    }
    return texts
  }

  /// A list of things to start.
  func services() throws(ConfigurationError) -> [ServiceEntry] {
    guard case .array(let elements) = value else { throw wrongType("a list") }
    var services: [ServiceEntry] = []
    for (index, element) in elements.enumerated() {
      guard let service = ServiceEntry(element) else {
        throw wrongType(
          "a name, or a list of a name and arguments", of: element, as: "element \(index + 1) of ")
      }
      services.append(service)
    }
    return services
  }

  /// Text that a scalar reads as in Perl; nil for what is no scalar.
  static func text(of value: Value) -> String? {
    switch value {
    case .string(let text): text
    case .int(let number): String(number)
    case .uint(let number): String(number)
    case .double(let number): String(number)
    default: nil
    }
  }
}

extension SettingValue {
  /// A wrong value of the right type; `text` shows it, `problem` says why it won't do.
  func wrongValue(_ text: String, _ problem: String) -> ConfigurationError {
    ConfigurationError(
      .badValue,
      "\(setting.name) \(origin): \(text) \(problem); write for example \(setting.example(origin))",
      file: origin.file)
  }

  private func wrongType(
    _ wanted: String, of element: Value? = nil, as part: String = ""
  ) -> ConfigurationError {
    ConfigurationError(
      .wrongType,
      """
      \(part)\(setting.name) \(origin) is \(Self.kind(of: element ?? value)) but must be \
      \(wanted); write for example \(setting.example(origin))
      """, file: origin.file)
  }

  /// A value in a sentence; never called for secrets.
  static func shown(_ value: Value) -> String {
    if case .string(let text) = value { return "\"\(text)\"" }
    return text(of: value) ?? kind(of: value)
  }

  /// What a value is, with its article.
  static func kind(of value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool: "a boolean"
    case .int, .uint, .double: "a number"
    case .string: "a string"
    case .bytes: "binary data"
    case .array: "a list"
    case .hash: "an object"
    }
  }
}
