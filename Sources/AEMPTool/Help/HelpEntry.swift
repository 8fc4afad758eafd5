/// The help for one command, or for a few that belong together.
struct HelpEntry {
  /// An option and its meaning for this command.
  struct OptionText {
    let option: Option
    let text: String

    init(_ option: Option, _ text: String) {
      self.option = option
      self.text = text
    }
  }

  /// The exit codes of most commands.
  static let usualExitCodes: [ExitCode] = [.success, .failure, .usage]

  /// The names of the commands; the first one is shown in the overview.
  let names: [String]
  /// How each of them is called.
  let usage: [String]
  /// Its purpose in a line, for the overview.
  let summary: String
  /// Its effects, in paragraphs.
  let text: [String]
  let options: [OptionText]
  let exitCodes: [ExitCode]
  /// The meanings of exit codes that mean something else here than in other commands.
  var meanings: [ExitCode: String] = [:]
  /// Whether it takes all arguments behind it, so that it stands last.
  let isLast: Bool
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
    meanings: [ExitCode: String] = [:], isLast: Bool = false, examples: [String]
  ) {
    self.init(
      names, usage: usage, summary, text: text, options: options, exitCodes: exitCodes,
      isLast: isLast, examples: examples)
    self.meanings = meanings
  }

  /// The meaning of one of its exit codes.
  func meaning(_ code: ExitCode) -> String { meanings[code] ?? code.meaning }

  /// How many arguments a command takes.
  enum Extent {
    /// None; another command may come next.
    case nothing
    /// One; another command may come next.
    case value
    /// All arguments behind it.
    case rest
  }

  /// How many arguments the command of that name takes.
  func extent(_ name: String) -> Extent {
    if isLast { return .rest }
    for line in usage {
      let words = line.split(separator: " ").drop { $0 != name }
      if words.count == 1 { return .nothing }
    }
    return .value
  }

  /// The name of the first command without "set", if the command has such a short name.
  var shortName: String? {
    names.count > 1 && names[0] == "set" + names[1] ? names[1] : nil
  }
}
