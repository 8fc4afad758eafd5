/// All commands of the tool with their help: what is not in this table is no command.
enum HelpTable {
  /// Commands that belong together, under one heading.
  struct Group {
    let heading: String
    let entries: [HelpEntry]
  }

  static let groups = [
    Group(heading: "Secret and certificate", entries: credentials),
    Group(heading: "Profiles", entries: profiles),
    Group(
      heading: "Settings (the word \"set\" may be left out; \"del\" in its place removes one)",
      entries: settings),
    Group(heading: "Limits (settings, too)", entries: limits),
    Group(heading: "A node", entries: nodes),
    Group(heading: "Other nodes", entries: messages + network),
    Group(heading: "About the tool", entries: tool),
  ]

  /// The help of the command of this name; nil when there is none.
  static func entry(_ name: String) -> HelpEntry? {
    for group in groups {
      if let entry = group.entries.first(where: { $0.names.contains(name) }) { return entry }
    }
    return nil
  }

  static let help = HelpEntry(
    "help", "--help", "-h", usage: ["help [--json] [COMMAND]", "COMMAND --help"],
    "show this, or all about one command", text: ["Nothing else of the command line is done."],
    options: [
      .init(
        .json,
        """
        print an object a line for each command, with "commands", "usage", "summary", "text", \
        "options", "exit_codes" and "examples"
        """)
    ], exitCodes: [.success, .usage], examples: ["aemp help snd", "aemp wait --help"])

  private static let tool = [
    help,
    HelpEntry(
      "--version", usage: ["--version [--json]"], "show the version",
      options: [.init(.json, #"print {"version": "…"}"#)], exitCodes: [.success, .usage],
      examples: ["aemp --version"]),
  ]
}
