/// Who a node is, and what runs in it.
extension Setting {
  /// The pattern of the node id.
  package static let nodeID = Setting(
    "nodeid", .nodeID, example: "anon/", "node id; %n: host name, %u or / at the end: random",
    text: ["Without it, the node id is the profile's name with a random part."])

  /// The profile that a profile inherits from; only in profiles.
  package static let parent = Setting(
    "parent", .parent, example: "base", "let the profile inherit from this one", text: [],
    examples: ["aemp profile seed setparent base"])

  /// What to start when the node is up.
  package static let services = Setting(
    "services", .services, standard: [], example: "My::Service::",
    "what to start: My::Service::,My::function",
    text: [
      """
      A service is the name of a function to call once the node is up, or, as JSON, a list of the \
      name and its arguments. Every node has two: AnyEvent::MP::Global:: makes it global, and \
      AnyEvent::MP::LogCatcher::catch LEVEL logs what all other nodes log up to a level, 1 to 9.
      """,
      """
      LIST is names with commas or a JSON array of services. addservice appends one, also if there is \
      an equal one: it is started as often as it is in the list. delservice takes one out of it.
      """,
    ], element: "service",
    examples: [
      #"aemp setservices '["My::Service::", ["My::function", 1]]'"#,
      #"aemp addservice '["My::function", 2]'"#,
      "aemp profile logger addservice '[\"AnyEvent::MP::LogCatcher::catch\", 9]'",
    ])

  /// Perl code; not run by this implementation.
  package static let eval = Setting(
    "eval", .code(ignored: "it holds Perl code, which this program cannot run"), example: "1",
    "Perl code to run, by nodes in Perl only",
    text: [
      """
      Nodes in Swift warn about it and go on. Without "set", eval is another command: it has a \
      node evaluate something.
      """
    ], examples: ["aemp profile perl seteval 'require My::Setup'"])
}
