/// A key of the configuration: one row of the table of settings.
///
/// The rows stand in the folder `Rows`, by subject. Everything else is made of them: what `configure` and the
/// configuration file take, what a node does with it, and the commands of the tool with their help, their
/// part of the manual page and their completions.
package final class Setting: Sendable {
  /// What kind of value a setting takes.
  package enum Kind: Sendable {
    case text, list, number, flag, services
  }

  /// The name in the file, and as argument of `configure`.
  package let name: String
  /// Which values it takes, and where a node's configuration has them.
  let type: SettingType
  /// What it is when nobody says anything; null for what then does not exist.
  let standard: Value
  /// A value that makes sense, as one would type it.
  let example: String
  /// Whether the value must not be seen by others.
  package let isSecret: Bool
  /// What the tool says about it.
  package let help: SettingHelp

  /// A row of the table.
  ///
  /// - Parameters:
  ///   - name: the name in the file, and as argument of `configure`.
  ///   - type: which values it takes, and where a node's configuration has them.
  ///   - standard: what it is when nobody says anything; null for what then does not exist.
  ///   - example: a value that makes sense, as one would type it.
  ///   - isSecret: whether the value must not be seen by others.
  ///   - summary: what it is, in a few words.
  ///   - text: what there is to say besides, in paragraphs; `{standard}` stands for the standard value.
  ///   - element: for lists, how the commands that change one element call it.
  ///   - examples: command lines of the tool that make sense; nil for one that sets the example.
  init(
    _ name: String, _ type: SettingType, standard: Value = .null, example: String,
    isSecret: Bool = false, _ summary: String, text: [String], element: String? = nil,
    examples: [String]? = nil
  ) {
    self.name = name
    self.type = type
    self.standard = standard
    self.example = example
    self.isSecret = isSecret
    let figure = SettingValue.text(of: standard) ?? ""
    help = SettingHelp(
      value: type.placeholder, summary: summary,
      text: text.map { $0.replacing("{standard}", with: figure) }, element: element,
      examples: examples ?? ["aemp set\(name) " + Self.quoted(example)], choices: type.choices)
  }

  /// What kind of value it takes.
  package var kind: Kind { type.kind }
}

extension Setting: Hashable {
  /// Whether both are the same row.
  package static func == (first: Setting, second: Setting) -> Bool { first === second }

  /// Feeds which row it is.
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension Setting {
  /// All settings, in the order in which they are listed.
  package static let all = general + limits + [parent]

  /// Those that are no limits.
  package static let general = [
    nodeID, secret, secrets, certificate, binds, seeds, services, eval, monitorTimeout,
    connectInterval, heartbeat, heartbeatTimeout, framingFormat, authOffer, authAccept, secure,
    nodelay, autocork,
  ]

  /// Those that limit what others may cost a node.
  package static let limits = [handshakeTimeout] + Limit.all.map(\.setting)

  private static let byName = TextDictionary(
    all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  /// The setting of this name; nil when there is none.
  package static func named(_ name: String) -> Setting? { byName[name] }
}

extension Setting {
  /// The value to store for one that was typed: lists split at commas, numbers and flags converted.
  ///
  /// - Throws: ``ConfigurationError`` when the value does not fit the setting.
  package func normalized(_ value: Value) throws(ConfigurationError) -> Value {
    try type.stored(SettingValue(setting: self, value: split(value), origin: .commandLine))
  }

  /// For lists, text becomes the list of what its commas separate; anything else stays.
  private func split(_ value: Value) -> Value {
    guard kind == .list || kind == .services, let text = SettingValue.text(of: value) else {
      return value
    }
    return .array(text.split(separator: ",").map { .string(String($0)) })
  }
}

/// What an error message tells the user to write.
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

  /// A word as a shell takes it for itself.
  private static func quoted(_ word: String) -> String {
    word.utf8.contains(UInt8(ascii: "*")) ? "'\(word)'" : word
  }

  /// The setting with a value that makes sense, as one writes it at the place it came from.
  func example(_ origin: SettingOrigin) -> String {
    origin == .commandLine ? exampleOnCommandLine : exampleInFile
  }
}

/// What the tool says about a setting: in its help, its manual page and its completions.
package struct SettingHelp: Sendable {
  /// What stands for a value behind the command that sets it.
  package let value: String
  /// What it is, in a few words.
  package let summary: String
  /// What there is to say besides, in paragraphs.
  package let text: [String]
  /// For lists, how the commands that change one element call it; nil if there are none.
  package let element: String?
  /// Command lines that make sense.
  package let examples: [String]
  /// Values to choose from, if there are few.
  package let choices: [String]
}

/// A limit on what others may cost a node: a setting that is a whole number, and the field of ``NodeLimits`` that
/// it becomes.
///
/// The figure of a node that is told none stands in the row, and the field begins with it.
struct Limit: Sendable {
  /// What it is counted in.
  enum Unit: String {
    case number = "N"
    case bytes = "BYTES"
  }

  let setting: Setting
  /// What it becomes when somebody sets it.
  let property: any ReferenceWritableKeyPath<NodeLimits, Int> & Sendable
  /// The values that it can have, 0 for none at all where that is one of them.
  let range: ClosedRange<Int>
  /// What it is when nobody says anything.
  let standard: Int

  /// A row of the table.
  ///
  /// - Parameters:
  ///   - name: the name in the file, and as argument of `configure`.
  ///   - property: what it becomes when somebody sets it.
  ///   - range: the values that it can have.
  ///   - standard: what it is when nobody says anything.
  ///   - unit: what it is counted in.
  ///   - summary: what it is, in a few words.
  ///   - text: what happens beyond it; `{standard}` stands for the standard value.
  init(
    _ name: String, _ property: any ReferenceWritableKeyPath<NodeLimits, Int> & Sendable,
    _ range: ClosedRange<Int>, standard: Int, unit: Unit = .number, _ summary: String,
    _ text: String
  ) {
    self.property = property
    self.range = range
    self.standard = standard
    setting = Setting(
      name, .limit(in: range, unit.rawValue), standard: .int(standard), example: String(standard),
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
