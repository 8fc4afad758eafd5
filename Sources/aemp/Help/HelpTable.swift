/// All commands of the tool with their help: what is not in this table is no command.
enum HelpTable {
  /// Commands that belong together, under one heading.
  struct Group {
    let title: String
    /// What else the overview says in the heading.
    var remark: String?
    /// What the manual page says before the commands.
    var introduction = ""
    let entries: [HelpEntry]

    var heading: String { title + (remark.map { " (\($0))" } ?? "") }
  }

  static let groups = [
    Group(title: "Secret and certificate", entries: credentials),
    Group(title: "Profiles", entries: profiles),
    Group(
      title: "Settings",
      remark: "the word \"set\" may be left out; \"del\" in its place removes one",
      introduction: """
        Each setting has a command that sets it, whose first three letters may be left out, and one \
        with "del" in their place that removes it, so that it is inherited again.
        """, entries: settings),
    Group(
      title: "Limits", remark: "settings, too", introduction: "These are settings, too.",
      entries: limits),
    Group(title: "A node", entries: nodes),
    Group(
      title: "Other nodes",
      introduction: """
        For these commands the tool joins the network for a moment as a node of its own, with the \
        settings of the profile "aemp", or of the one that is named before the command. It finds the \
        others by the seeds of these settings.
        """, entries: messages + network),
    Group(title: "About the tool", entries: tool),
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
    ], exitCodes: [.success, .usage], isLast: true, examples: ["aemp help snd", "aemp wait --help"])

  private static let tool = [
    help,
    HelpEntry(
      "--version", usage: ["--version [--json]"], "show the version",
      options: [.init(.json, #"print {"version": "…"}"#)], exitCodes: [.success, .usage],
      isLast: true, examples: ["aemp --version"]),
    HelpEntry(
      "completion", usage: ["completion bash|zsh|fish"], "print the completion for a shell",
      text: [
        """
        For bash it belongs into the directory bash-completion/completions as aemp, for zsh into one \
        of $fpath as _aemp, for fish into vendor_completions.d as aemp.fish.
        """
      ], examples: ["aemp completion zsh"]),
    HelpEntry(
      "manual", usage: ["manual"], "print the manual page, in the language of mdoc",
      examples: ["aemp manual"]),
  ]
}
