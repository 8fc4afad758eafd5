import AnyEventMP

/// Secret, certificate, profiles, and what runs or shows a node's configuration.
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
        Runs a node until it gets TERM or INT. When it is ready, its node id and addresses are \
        printed. A supervisor starts it again when it has crashed, is stuck, or is told to by \
        restart or HUP. The arguments are defaults: what the configuration file says wins, unless \
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
