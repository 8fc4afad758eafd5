import AnyEventMP

/// One command of the command line, which can hold several of them.
enum Command {
  /// Changes the configuration file, in this profile or (nil) at the top level.
  case edit(ConfigurationEdit, profile: String?)
  /// Makes a new secret.
  case generateSecret(profile: String?)
  /// Reads the value of a change from standard input.
  case readValue(TypedChange, profile: String?)
  /// Makes a new key and certificate.
  case generateCertificate(profile: String?)
  /// Reads key and certificate from a file; nil: from standard input.
  case readCertificate(path: String?, profile: String?)
  /// Shows the configuration of a node with these arguments; nil: the settings that all nodes inherit.
  case showConfiguration(ConfigurationArguments?, Options)
  /// Shows the settings of one profile, without those that it inherits.
  case showProfile(String, Options)
  /// Runs a node.
  case runNode(ConfigurationArguments, Options)
  /// Runs a proxy between nodes, or asks one.
  case proxy(ProxyCommand)
  /// Talks to other nodes.
  case network(NetworkCommand)
  /// Prints how the tool, or one command of it, is used.
  case help(HelpEntry?, Options)
  /// Prints the completion for a shell.
  case completion(CompletionShell)
  /// Prints the manual page.
  case manual
  /// Prints the version.
  case version(Options)

  /// Whether the command changes the configuration file.
  var isEdit: Bool {
    switch self {
    case .edit, .generateSecret, .readValue, .generateCertificate, .readCertificate: true
    default: false
    }
  }

  /// Whether the command looks at the configuration file.
  var readsFile: Bool {
    switch self {
    case .showConfiguration, .showProfile: true
    default: isEdit
    }
  }
}

/// The arguments of `aemp proxy`.
struct ProxyCommand {
  let options: Options
  /// The request to a running proxy; empty: to run one.
  let words: [String]
}

/// The shells that there are completions for.
enum CompletionShell: String, CaseIterable {
  case bash, zsh, fish
}
