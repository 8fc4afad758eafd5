/// A key of the configuration: one row of the table of settings.
///
/// The rows stand in the folder `Rows`, by subject. All uses of settings follow from them: the
/// arguments of `configure`, the keys of the configuration file, the fields of a node's
/// configuration, and the tool's commands with their help, manual page and completions.
package final class Setting: Sendable {
  /// The kinds of value that a setting can take.
  package enum Kind: Sendable {
    case text, list, number, flag, services
  }

  /// The key in the file, and the argument of `configure`.
  package let name: String
  /// The values that the setting takes, and the field of a node's configuration that they fill.
  let type: SettingType
  /// Whether a running node takes a new value over.
  let reload: SettingReload
  /// The built-in default; null when there is none.
  let standard: Value
  /// A value that makes sense, as a user would type it.
  let example: String
  /// Whether the value must be hidden.
  package let isSecret: Bool
  /// The tool's help for the setting.
  package let help: SettingHelp

  /// A row of the table.
  ///
  /// - Parameters:
  ///   - name: the key in the file, and the argument of `configure`.
  ///   - type: the values that the setting takes, and the field of a node's configuration that they
  ///     fill.
  ///   - reload: whether a running node takes a new value over.
  ///   - standard: the built-in default; null when there is none.
  ///   - example: a value that makes sense, as a user would type it.
  ///   - isSecret: whether the value must be hidden.
  ///   - summary: the meaning of the setting, in a few words.
  ///   - text: further help, in paragraphs; `{standard}` stands for the built-in default.
  ///   - element: for lists, the word for one element in the names of commands.
  ///   - examples: command lines of the tool that make sense; nil for one that sets the example.
  init(
    _ name: String, _ type: SettingType, reload: SettingReload, standard: Value = .null,
    example: String, isSecret: Bool = false, _ summary: String, text: [String],
    element: String? = nil,
    examples: [String]? = nil
  ) {
    self.name = name
    self.type = type
    self.reload = reload
    self.standard = standard
    self.example = example
    self.isSecret = isSecret
    let figure = SettingValue.text(of: standard) ?? ""
    help = SettingHelp(
      value: type.placeholder, summary: summary,
      text: text.map { Self.filled($0, with: figure) }, element: element,
      examples: examples ?? ["aemp set\(name) " + Self.quoted(example)], choices: type.choices)
  }

  /// The text with the figure in place of each `{standard}`.
  ///
  /// The library's `replacing` would bring the engine of regular expressions into the C library.
  private static func filled(_ text: String, with figure: String) -> String {
    let parts = text.split(separator: Character("{"), omittingEmptySubsequences: false)
    let mark = "standard}"
    return parts.dropFirst().reduce(String(parts[0])) { filled, part in
      filled + (part.hasPrefix(mark) ? figure + part.dropFirst(mark.count) : "{" + part)
    }
  }

  /// The kind of value that the setting takes.
  package var kind: Kind { type.kind }
}

extension Setting: Hashable {
  /// Whether both are the same row.
  package static func == (first: Setting, second: Setting) -> Bool { first === second }

  /// Feeds the identity of the row.
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension Setting {
  /// All settings, in the order in which they are listed.
  package static let all = general + limits + [parent]

  /// The settings that are no limits.
  package static let general = [
    nodeID, secret, secrets, certificate, binds, announce, seeds, services, eval, monitorTimeout,
    connectInterval, heartbeat, heartbeatTimeout, framingFormat, authOffer, authAccept, secure,
    nodelay, autocork, logLevel,
  ]

  /// The settings that limit what other nodes may cost this one.
  package static let limits = [handshakeTimeout] + Limit.all.map(\.setting)

  private static let byName = TextDictionary(
    all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  /// The setting of this name; nil when there is none.
  package static func named(_ name: String) -> Setting? { byName[name] }
}

extension Setting {
  /// The value to store for one that was typed: lists split at commas, numbers and flags converted.
  ///
  /// One that comes from a program is not typed, which the sentence about a mistake says.
  ///
  /// - Throws: ``ConfigurationError`` when the value does not fit the setting.
  package func normalized(
    _ value: Value, isTyped: Bool = true
  ) throws(ConfigurationError) -> Value {
    try type.stored(
      SettingValue(
        setting: self, value: split(value), origin: isTyped ? .commandLine : .arguments))
  }

  /// Splits the text of a list at its commas; any other value stays.
  private func split(_ value: Value) -> Value {
    guard kind == .list || kind == .services, let text = SettingValue.text(of: value) else {
      return value
    }
    return .array(text.split(separator: ",").map { .string(String($0)) })
  }
}

/// Examples in error messages.
extension Setting {
  /// The setting with a value that makes sense, as it stands in the file.
  private var exampleInFile: String {
    let value =
      switch kind {
      case .number, .flag: example
      case .text: "\"\(example)\""
      case .services: #"["My::Service::", ["My::function", 1, 2]]"#
      case .list:
        "[" + example.split(separator: ",").map { "\"\($0)\"" }.joined(separator: ", ") + "]"
      }
    return "\"\(name)\": \(value)"
  }

  /// A command that sets the setting to a value that makes sense.
  package var exampleOnCommandLine: String { "set\(name) " + Self.quoted(example) }

  /// A word in quotes where a shell would replace it by file names.
  private static func quoted(_ word: String) -> String {
    word.utf8.contains(UInt8(ascii: "*")) ? "'\(word)'" : word
  }

  /// The setting with a value that makes sense, as the user writes it at the place that it came
  /// from.
  func example(_ origin: SettingOrigin) -> String {
    origin == .commandLine ? exampleOnCommandLine : exampleInFile
  }
}

/// The tool's words about a setting: in its help, its manual page and its completions.
package struct SettingHelp: Sendable {
  /// The word for a value behind the command that sets it.
  package let value: String
  /// The meaning of the setting, in a few words.
  package let summary: String
  /// Further help, in paragraphs.
  package let text: [String]
  /// For lists, the word for one element in the names of commands; nil if there is no such command.
  package let element: String?
  /// Command lines that make sense.
  package let examples: [String]
  /// Values to choose from, if there are few.
  package let choices: [String]
}

/// A limit on what other nodes may cost this one: a setting with a whole number, and its field of
/// ``NodeLimits``.
///
/// The row contains the standard value, with which the field begins.
struct Limit: Sendable {
  /// The unit of a limit.
  enum Unit: String {
    case number = "N"
    case bytes = "BYTES"
  }

  let setting: Setting
  /// The field that a configured value replaces.
  let property: any ReferenceWritableKeyPath<NodeLimits, Int> & Sendable
  /// The allowed values; a 0 among them means that there is no limit.
  let range: ClosedRange<Int>
  /// The value of a node that is not configured otherwise.
  let standard: Int

  /// A row of the table.
  ///
  /// - Parameters:
  ///   - name: the key in the file, and the argument of `configure`.
  ///   - property: the field that a configured value replaces.
  ///   - range: the allowed values.
  ///   - standard: the value of a node that is not configured otherwise.
  ///   - unit: the unit of the value.
  ///   - reload: whether a running node takes a new value over.
  ///   - summary: the meaning of the limit, in a few words.
  ///   - text: the effect of exceeding it; `{standard}` stands for the standard value.
  init(
    _ name: String, _ property: any ReferenceWritableKeyPath<NodeLimits, Int> & Sendable,
    _ range: ClosedRange<Int>, standard: Int, unit: Unit = .number,
    reload: SettingReload = .applied(), _ summary: String, _ text: String
  ) {
    self.property = property
    self.range = range
    self.standard = standard
    setting = Setting(
      name, .limit(in: range, unit.rawValue), reload: reload, standard: .int(standard),
      example: String(standard),
      summary, text: [text])
  }
}

extension SettingValue {
  /// The value of a limit.
  func limit(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
    guard let limit = Int(exactly: try number()), range.contains(limit) else {
      throw wrongValue(
        Self.shown(value), "is no whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return limit
  }
}
