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
