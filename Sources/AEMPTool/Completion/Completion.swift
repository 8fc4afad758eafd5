import AnyEventMP

/// The completions for shells, made from the help of the commands.
enum Completion {
  /// A command, a setting or an option, and its meaning.
  struct Word: Equatable {
    let name: String
    let meaning: String
  }

  /// The completion for a shell.
  static func text(_ shell: CompletionShell) -> String {
    switch shell {
    case .bash: bash
    case .zsh: zsh
    case .fish: fish
    }
  }

  private static let entries = HelpTable.groups.flatMap(\.entries)

  /// All commands.
  static let commands = entries.flatMap { entry in
    entry.names.map { Word(name: $0, meaning: entry.summary) }
  }

  /// The commands that take so many arguments.
  static func names(_ extent: HelpEntry.Extent) -> [String] {
    entries.flatMap { entry in entry.names.filter { entry.extent($0) == extent } }
  }

  /// The words that `run` and `showconfig` take in pairs with a value.
  static let settings =
    [
      Word(name: "profile", meaning: "the profile to use"),
      Word(name: "norc", meaning: "leave the configuration file out"),
      Word(name: "force", meaning: "let these arguments win"),
    ]
    + Setting.all.filter { $0 != .parent }.map {
      Word(name: $0.name, meaning: $0.help.summary)
    }

  /// Commands with the options that they have.
  static let options = together(
    entries.filter { !$0.options.isEmpty }.map { entry in
      // A command that removes a setting has no options.
      (
        entry.names.filter { entry.extent($0) != .nothing },
        entry.options.map { Word(name: "--" + $0.option.rawValue, meaning: brief($0.text)) }
      )
    })

  /// The choices, with all commands that have equal ones in one entry.
  static func together<Choices: Equatable>(
    _ choices: [(names: [String], choices: Choices)]
  ) -> [(names: [String], choices: Choices)] {
    choices.reduce(into: []) { result, next in
      if let index = result.firstIndex(where: { $0.choices == next.choices }) {
        result[index].names += next.names
      } else {
        result.append(next)
      }
    }
  }

  /// The beginning of a long text, unless that breaks an example of JSON.
  private static func brief(_ text: String) -> String {
    let beginning = text.prefix { $0 != ":" && $0 != ";" }
    return beginning.contains("{") ? text : String(beginning)
  }

  /// The options whose value is a file, or those that take another value.
  static func options(withFile: Bool) -> [String] {
    Option.allCases.filter { $0.value != nil && ($0.value == "FILE") == withFile }
      .map { "--" + $0.rawValue }
  }

  /// Commands and settings with the values to choose from.
  static let choices = together(
    [(["norc", "force"], ["0", "1"]), (["completion"], CompletionShell.allCases.map(\.rawValue))]
      + Setting.all.filter { !$0.help.choices.isEmpty }.map { ([$0.name], $0.help.choices) })

  /// Commands and settings whose value is a profile.
  static let profiles = ["profile", "delprofile", "showprofile", "parent"]
  /// Commands whose value is a file.
  static let files = ["setcert", "cert"]
  /// The kinds of things that `wait` waits for.
  static let subjects = NetworkCommand.Subject.allCases.map(\.rawValue)

  /// The first line of a completion.
  static func title(_ shell: CompletionShell) -> String {
    """
    # \(shell.rawValue) completion for aemp, made by scripts/generate of what the tool says about
    # itself: change that.
    """
  }

  /// Names in lines of 78 columns at most.
  static func lines(_ names: [String], indent: Int = 0) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = margin
    for name in names {
      if line.count > indent, line.count + 1 + name.count > 78 {
        lines.append(line)
        line = margin
      }
      line += (line.count > indent ? " " : "") + name
    }
    return (lines + [line]).joined(separator: "\n")
  }

  /// The part of `sed` that finds the profiles of a configuration file, which is laid out as the tool and
  /// Perl's do it: their names are indented twice in "profile".
  static let profileSearch =
    #"'/^   "profile" : {$/,/^   }/s/^      "\([^"\\]*\)" : {.*$/\1/p'"#
}
