import AnyEventMP

/// All commands of the tool with their help: a name that is not in this table is no command.
enum HelpTable {
  /// Commands that belong together, under one heading.
  struct Group {
    let title: String
    /// An addition to the heading in the overview.
    var remark: String?
    /// The text before the commands in the manual page.
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
        """, entries: messages + network + watching),
    Group(title: "Tests", entries: tests),
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

// MARK: - Commands for settings

/// The commands that change settings, made from the table of settings.
extension HelpTable {
  static let settings = Setting.general.filter { !$0.isSecret }.map(entry)
  static let limits = Setting.limits.map(entry)

  /// The commands that set and remove a setting and, for lists, those that change one element.
  static func entry(_ setting: Setting) -> HelpEntry {
    let name = setting.name
    let help = setting.help
    let value = (setting.takesForce ? "[--force] " : "") + help.value
    var names = ["set" + name] + (setting.hasShortCommand ? [name] : []) + ["del" + name]
    var usage = ["set\(name) \(value)", "del\(name)"]
    var text = help.text
    if let element = help.element {
      names += ["add" + element, "del" + element]
      let value = setting.kind == .services ? element.uppercased() : help.value
      usage += ["add\(element) \(value)", "del\(element) \(value)"]
      if setting.kind == .list {
        text.append(
          """
          LIST is text with commas or a JSON array. add\(element) appends what is not in the list \
          yet, del\(element) takes elements out of it.
          """)
      }
    }
    let profile = setting == .parent ? "profile NAME " : "[profile NAME] "
    return HelpEntry(
      names, usage: usage.map { profile + $0 }, help.summary, text: text,
      options: setting.takesForce ? [force(setting)] : [], examples: help.examples)
  }

  private static func force(_ setting: Setting) -> HelpEntry.OptionText {
    let shorter = setting.kind == .list ? "shorter ones" : "a shorter one"
    return .init(.force, "take \(shorter), which others guess")
  }
}

extension Setting {
  /// Whether the commands that set it take `--force`.
  var takesForce: Bool { self == .secret || self == .secrets }

  /// Whether its name alone is the command that sets it: `eval` alone asks a node.
  var hasShortCommand: Bool { self != .eval }
}

// MARK: - Commands for profiles and nodes

/// The commands for secret, certificate and profiles, and those that show a configuration or run a node.
extension HelpTable {
  static let credentials = [
    HelpEntry(
      "gensecret", usage: ["[profile NAME] gensecret"], "make a new secret for the network",
      text: [
        """
        Makes a secret of 180 random characters and stores it. All nodes of a network have the \
        same: copy the configuration file to the other hosts.
        """
      ], examples: ["aemp gensecret"]),
    entry(.secret), entry(.secrets),
    HelpEntry(
      "gencert", usage: ["[profile NAME] gencert"],
      "make a new key and certificate for TLS",
      text: [
        """
        Makes a private key (EC P-256) and a certificate that it signed itself, valid for a \
        hundred years, and stores both. All nodes of a network have the same and trust it alone: \
        copy the configuration file to the other hosts.
        """
      ], examples: ["aemp gencert"]),
    entry(.certificate),
  ]

  static let profiles = [
    HelpEntry(
      "profile", usage: ["profile NAME COMMAND..."],
      "let the commands behind it work on this profile",
      text: [
        """
        A node takes the settings of the profile that is named like its host, or of the one that \
        its program names; what a profile does not set itself it has from its parent and from the \
        settings without a profile. The profile is made if it does not exist. Commands for other \
        nodes use its settings to connect; without it they use the profile "aemp".
        """
      ], examples: ["aemp gensecret profile xyzzy binds 4040,4041 nodeid anon/"]),
    HelpEntry(
      "delprofile", usage: ["delprofile NAME"], "remove a profile",
      examples: ["aemp delprofile xyzzy"]),
    entry(.parent),
    HelpEntry(
      "showprofile", usage: ["showprofile [OPTION...] NAME"], "show what a profile sets itself",
      options: [
        .init(.json, "print it in one line"),
        .init(.reveal, "show secret and certificate instead of asterisks"),
      ], examples: ["aemp showprofile seed"]),
    HelpEntry(
      "showconfig",
      usage: ["[profile NAME] showconfig [OPTION...] [PROFILE] [SETTING VALUE]..."],
      "show what a node would be configured with",
      text: [
        """
        Shows the settings of a node that is started with these arguments of configure; without \
        any, those that all profiles inherit. Of two values the one in the file wins, unless \
        "force 1" is among the arguments; "norc 1" leaves the file out. Options may also stand \
        last.
        """
      ],
      options: [
        .init(.json, "print it in one line"),
        .init(.reveal, "show secret and certificate instead of asterisks"),
      ], isLast: true, examples: ["aemp showconfig seed"]),
  ]

  static let nodes = [
    HelpEntry(
      "run", usage: ["[profile NAME] run [OPTION...] [PROFILE] [SETTING VALUE]..."],
      "run a node with these arguments of configure",
      text: [
        """
        Runs a node until it gets TERM or INT, or is told to leave. When it is ready, its node id and \
        addresses are printed. A supervisor starts it again when it has crashed, is stuck, or is told \
        to by restart; at HUP it reads its configuration again. The arguments are defaults: what the configuration file says wins, unless \
        "force 1" is among them; "norc 1" leaves the file out. As a value, "-" is read from standard \
        input.
        """
      ],
      options: [
        .init(.json, #"print {"binds": […], "node": "…"} when it is ready"#),
        .init(.readyDescriptor, "write that line to this descriptor, too, and close it"),
        .init(.pidFile, "hold the supervisor's process id in this file"),
        .init(.heartbeat, "seconds of silence until it is stuck; otherwise 60; 0: never"),
        .init(.force, "take a secret of fewer than 8 characters"),
      ], isLast: true, examples: ["aemp run seed binds '*:4040'", "aemp run binds '[\"*:4040\"]'"])
  ]
}
