extension Setting {
  /// The value to store for one that was typed: lists split at commas, numbers and flags converted.
  ///
  /// - Throws: ``ConfigurationError`` when the value does not fit the setting.
  package func normalized(_ value: Value) throws(ConfigurationError) -> Value {
    let typed = SettingValue(setting: self, value: value, origin: .arguments)
    switch kind {
    case .text: return .string(try typed.text())
    case .flag: return .int(try typed.flag() ? 1 : 0)
    case .number:
      let seconds = try typed.seconds()
      return Int(exactly: seconds).map(Value.int) ?? .double(seconds)
    case .list, .services:
      let list = SettingValue(setting: self, value: Self.split(value), origin: .arguments)
      if kind == .services { _ = try list.services() } else { _ = try list.list() }
      return list.value
    }
  }

  /// A list as it is; text becomes the list of what its commas separate, empty text an empty list.
  private static func split(_ value: Value) -> Value {
    guard let text = SettingValue.text(of: value) else { return value }
    if text.isEmpty { return .array([]) }
    return .array(
      text.split(separator: ",", omittingEmptySubsequences: true).map { .string(String($0)) })
  }
}
