/// What the tool says about one command, or about a few that belong together.
struct HelpEntry {
  /// An option and what it does for this command.
  struct OptionText {
    let option: Option
    let text: String

    init(_ option: Option, _ text: String) {
      self.option = option
      self.text = text
    }
  }

  /// What most commands can end with.
  static let usualExitCodes: [ExitCode] = [.success, .failure, .usage]

  /// The names of the commands; the first one is shown in the overview.
  let names: [String]
  /// How each of them is called.
  let usage: [String]
  /// What it does, in the overview.
  let summary: String
  /// What it does, in paragraphs.
  let text: [String]
  let options: [OptionText]
  let exitCodes: [ExitCode]
  /// Whether it takes all that is behind it, so that no other command can come next.
  let isLast: Bool
  /// Command lines that make sense.
  let examples: [String]

  init(
    _ names: [String], usage: [String], _ summary: String, text: [String] = [],
    options: [OptionText] = [], exitCodes: [ExitCode] = HelpEntry.usualExitCodes,
    isLast: Bool = false, examples: [String]
  ) {
    self.names = names
    self.usage = usage
    self.summary = summary
    self.text = text
    self.options = options
    self.exitCodes = exitCodes
    self.isLast = isLast
    self.examples = examples
  }

  init(
    _ names: String..., usage: [String], _ summary: String, text: [String] = [],
    options: [OptionText] = [], exitCodes: [ExitCode] = HelpEntry.usualExitCodes,
    isLast: Bool = false, examples: [String]
  ) {
    self.init(
      names, usage: usage, summary, text: text, options: options, exitCodes: exitCodes,
      isLast: isLast, examples: examples)
  }
}

extension HelpEntry {
  /// What a command takes.
  enum Extent {
    /// Nothing: another command may come next.
    case nothing
    /// One value; then another command.
    case value
    /// All that is behind it.
    case rest
  }

  /// What the command of that name takes.
  func extent(_ name: String) -> Extent {
    if isLast { return .rest }
    for line in usage {
      let words = line.split(separator: " ").drop { $0 != name }
      if words.count == 1 { return .nothing }
    }
    return .value
  }

  /// The name of the first command without "set", if it has such a one.
  var shortName: String? {
    names.count > 1 && names[0] == "set" + names[1] ? names[1] : nil
  }
}
