import AnyEventMP

/// Reads Perl's chained syntax: commands one after the other, each with the arguments it needs.
struct CommandParser {
  var rest: ArraySlice<Argument>
  private(set) var profile: String?
  private var commands: [Command] = []
  /// The places in `argv` of secret arguments.
  private(set) var secretPlaces: [Int] = []
  /// Whether an argument is read from standard input, which is possible once.
  private var readsInput = false

  init(_ arguments: [Argument]) { rest = arguments[...] }

  /// The commands; nothing is done before all of them are understood.
  mutating func parse() throws(UsageError) -> [Command] {
    guard !rest.isEmpty else { throw UsageError("no command given") }
    while let argument = rest.popFirst() {
      guard let name = argument.text else {
        throw UsageError("a command must be a string, not \(argument.shown)")
      }
      // A command without help does not exist, so every command has help.
      guard let entry = HelpTable.entry(name) else { throw Self.unknown(name) }
      if rest.first?.text == "--help" {
        rest.removeFirst()
        return [.help(entry, Options())]
      }
      if HelpTable.help.names.contains(name) { return [try parseHelp()] }
      try parse(name)
    }
    return commandsWithoutNeedlessProfiles()
  }

  /// The commands, without each that makes a profile for the next command only to show, run or use.
  private func commandsWithoutNeedlessProfiles() -> [Command] {
    commands.enumerated().filter { index, command in
      guard case .edit(.createProfile, _) = command, index + 1 < commands.count else { return true }
      switch commands[index + 1] {
      case .showConfiguration, .runNode, .network: return false
      default: return true
      }
    }.map(\.element)
  }

  private mutating func parse(_ name: String) throws(UsageError) {
    switch name {
    case "--version":
      var options = Options()
      try takeOptions(name, [.json], into: &options)
      commands.append(.version(options))
    case "completion":
      let wanted = "the name of a shell, bash, zsh or fish, such as: completion bash"
      let name = try text(name, wanted)
      guard let shell = CompletionShell(named: name) else {
        throw UsageError(explained: "completion takes \(wanted), not \"\(name)\"")
      }
      commands.append(.completion(shell))
    case "manual": commands.append(.manual)
    case "profile":
      profile = try text(name, "the name of a profile, such as: profile seed binds '*:4040'")
      edit(.createProfile)
    case "delprofile":
      let name = try text(name, "the name of a profile, such as: delprofile seed")
      commands.append(.edit(.removeProfile, profile: name))
      if profile == name { profile = nil }
    case "gensecret": commands.append(.generateSecret(profile: profile))
    case "gencert": commands.append(.generateCertificate(profile: profile))
    case "showconfig": try parseShowConfiguration()
    case "showprofile":
      var options = Options()
      try takeOptions(name, Self.showing, into: &options)
      let profile = try text(name, "the name of a profile, such as: showprofile seed")
      try takeOptions(name, Self.showing, into: &options)
      commands.append(.showProfile(profile, options))
    case "run":
      var options = Options()
      try takeOptions(name, Self.running, into: &options)
      let arguments = try takeConfigurationArguments(&options)
      commands.append(.runNode(arguments, options))
    case "proxy":
      var options = Options()
      try takeOptions(name, Self.proxying, into: &options)
      let words = try takeArguments(
        name, 0...6, "a command of at most 6 words", Self.proxying, into: &options)
      commands.append(.proxy(ProxyCommand(options: options, words: words)))
    default:
      if let command = try parseNetwork(name) {
        commands.append(.network(command))
      } else if try !parseChange(name) {
        throw Self.unknown(name)
      }
    }
  }

  private static func unknown(_ name: String) -> UsageError {
    UsageError("there is no command \"\(name)\"")
  }

  /// `help`, with or without a command; the commands before it are not done.
  private mutating func parseHelp() throws(UsageError) -> Command {
    var options = Options()
    let names = try takeArguments(
      "help", 0...1, "at most one command, such as: help snd", [.json], into: &options)
    guard let name = names.first else { return .help(nil, options) }
    guard let entry = HelpTable.entry(name) else { throw Self.unknown(name) }
    return .help(entry, options)
  }

  private static let showing = [Option.json, .reveal]
  private static let proxying = [Option.json, .control, .timeout]
  private static let running = [Option.json, .readyDescriptor, .pidFile, .heartbeat, .force]

  /// The options stand before or behind all else.
  private mutating func parseShowConfiguration() throws(UsageError) {
    var options = Options()
    try takeOptions("showconfig", Self.showing, into: &options)
    var end: [Argument] = []
    while let text = rest.last?.text, text.hasPrefix("--") { end.insert(rest.removeLast(), at: 0) }
    var arguments: ConfigurationArguments?
    if rest.isEmpty {
      arguments = profile.map { ConfigurationArguments($0) }
    } else {
      // Nothing is stored, so a short secret does no harm.
      options.force = true
      arguments = try takeConfigurationArguments(&options)
    }
    rest = end[...]
    try takeOptions("showconfig", Self.showing, into: &options)
    commands.append(.showConfiguration(arguments, options))
  }

  /// The whole rest, as `configure` takes it: a profile if the number is odd, then pairs.
  ///
  /// A value `-` is noted in the options, to be read when the whole command line is understood.
  private mutating func takeConfigurationArguments(
    _ options: inout Options
  ) throws(UsageError) -> ConfigurationArguments {
    var list: [Value] = []
    if !rest.count.isMultiple(of: 2), let profile = rest.popFirst() {
      list.append(profile.text.map(Value.string) ?? profile.value)
    }
    while let name = rest.popFirst(), let value = rest.popFirst() {
      let setting = name.text.flatMap(Setting.named)
      if let setting, value.isInput {
        try takeInput()
        options.input = setting
        continue
      }
      note(value, for: setting)
      let given = try value.value(for: setting)
      if let setting, !options.force { try refuseShortSecret(given, for: setting) }
      list += [name.text.map(Value.string) ?? name.value, given]
    }
    do throws(ConfigurationError) {
      var arguments = try ConfigurationArguments(list: list)
      if arguments.profile == nil { arguments.profile = profile }
      return arguments
    } catch {
      throw UsageError(explained: error.sentence)
    }
  }

  mutating func edit(_ edit: ConfigurationEdit) { commands.append(.edit(edit, profile: profile)) }

  private func refuseShortSecret(_ value: Value, for setting: Setting) throws(UsageError) {
    // A value that does not fit is refused later, with the sentence of the setting.
    guard let value = try? setting.normalized(value) else { return }
    try ShortSecret.refuse(value, for: setting)
  }

  mutating func readValue(_ change: TypedChange) {
    commands.append(.readValue(change, profile: profile))
  }

  /// One argument stands for standard input.
  mutating func takeInput() throws(UsageError) {
    guard !readsInput else {
      throw UsageError(
        explained:
          "\"-\" stands for standard input, which can be read once; give other values as arguments"
      )
    }
    readsInput = true
  }

  mutating func readCertificate(_ path: String?) {
    commands.append(.readCertificate(path: path, profile: profile))
  }

  /// The next argument, which the command `name` needs.
  mutating func argument(_ name: String, _ wanted: String) throws(UsageError) -> Argument {
    guard let argument = rest.popFirst() else {
      throw UsageError(explained: "\(name) needs \(wanted)")
    }
    return argument
  }

  mutating func text(_ name: String, _ wanted: String) throws(UsageError) -> String {
    guard let text = try argument(name, wanted).text, !text.isEmpty else {
      throw UsageError(explained: "\(name) needs \(wanted)")
    }
    return text
  }

  /// Remembers an argument that must not stay visible.
  mutating func note(_ argument: Argument, for setting: Setting?) {
    if setting?.isSecret == true { secretPlaces.append(argument.index) }
  }
}

// MARK: - Options and arguments of single commands

extension CommandParser {
  /// Takes the options that stand next, if the command `name` knows them.
  mutating func takeOptions(
    _ name: String, _ known: [Option], into options: inout Options
  ) throws(UsageError) {
    while let text = rest.first?.text, text.hasPrefix("--") {
      rest.removeFirst()
      if text == "--" { return }
      let parts = text.dropFirst(2).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let option = Option(named: String(parts[0])), known.contains(option) else {
        throw unknown(text, name, known)
      }
      guard let wanted = option.wanted else {
        guard parts.count == 1 else {
          throw UsageError(explained: "--\(option.rawValue) takes no value")
        }
        try options.set(option, "")
        continue
      }
      if parts.count == 2 {
        try options.set(option, String(parts[1]))
      } else {
        guard let value = rest.popFirst()?.text else {
          throw UsageError(explained: "--\(option.rawValue) needs \(wanted)")
        }
        try options.set(option, value)
      }
    }
  }

  /// Takes the whole rest: options, which may stand anywhere, and as many arguments as `counts` allows;
  /// `wanted` names them in errors.
  mutating func takeArguments(
    _ name: String, _ counts: ClosedRange<Int>, _ wanted: String, _ known: [Option],
    into options: inout Options
  ) throws(UsageError) -> [String] {
    var arguments: [String] = []
    try takeOptions(name, known, into: &options)
    while let argument = rest.popFirst() {
      guard arguments.count < counts.upperBound else {
        throw UsageError(
          explained: "\(name) takes \(wanted); \(argument.shown) is one argument too many")
      }
      guard let text = argument.text, !text.isEmpty else {
        throw UsageError(explained: "\(name) takes \(wanted), not \(argument.shown)")
      }
      arguments.append(text)
      try takeOptions(name, known, into: &options)
    }
    guard arguments.count >= counts.lowerBound else {
      throw UsageError(explained: "\(name) needs \(wanted)")
    }
    return arguments
  }

  private func unknown(_ text: String, _ name: String, _ known: [Option]) -> UsageError {
    let names = known.map { "--" + $0.rawValue }.joined(separator: ", ")
    return UsageError(
      explained: known.isEmpty
        ? "\(name) takes no options, so \(text) is none; see \"aemp help \(name)\""
        : "\(name) has no option \(text); it takes \(names)")
  }
}
