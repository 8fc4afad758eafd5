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
  /// Command lines that make sense.
  let examples: [String]

  init(
    _ names: [String], usage: [String], _ summary: String, text: [String] = [],
    options: [OptionText] = [], exitCodes: [ExitCode] = [.success, .failure, .usage],
    examples: [String]
  ) {
    self.names = names
    self.usage = usage
    self.summary = summary
    self.text = text
    self.options = options
    self.exitCodes = exitCodes
    self.examples = examples
  }

  init(
    _ names: String..., usage: [String], _ summary: String, text: [String] = [],
    options: [OptionText] = [], exitCodes: [ExitCode] = [.success, .failure, .usage],
    examples: [String]
  ) {
    self.init(
      names, usage: usage, summary, text: text, options: options, exitCodes: exitCodes,
      examples: examples)
  }
}
