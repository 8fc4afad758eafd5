import AnyEventMP

/// The settings that have no heading of their own, each with the commands that change it.
extension HelpTable {
  static let settings = [
    setting(
      .nodeID, "ID", "node id; %n: host name, %u or / at the end: random",
      "Without it, the node id is the profile's name with a random part.", "anon/"),
    list(
      .binds, "bind", "where to listen: *:4040,127.0.0.1:4041",
      """
      An element is HOST:PORT, [IPV6]:PORT, or a number: that port on the address of this host's \
      name. As host, * is every address of this host that others can reach; as port, * is any \
      free one. An empty list listens nowhere.
      """, "'*:4040'", "127.0.0.1:4041"),
    list(
      .seeds, "seed", "nodes to contact first: 10.0.0.1,10.0.0.2:4041",
      "An element is HOST:PORT, or HOST alone for the port 4040.", "10.0.0.1:4040",
      "10.0.0.2:4040"),
    services,
    HelpEntry(
      "seteval", "deleval", usage: ["[profile NAME] seteval CODE", "[profile NAME] deleval"],
      "Perl code to run, by nodes in Perl only",
      text: [
        """
        Nodes in Swift warn about it and go on. Without "set", eval is another command: it has a \
        node evaluate something.
        """
      ], examples: ["aemp profile perl seteval 'require My::Setup'"]),
    setting(
      .monitorTimeout, "S", "seconds until an unreachable node is down",
      "Also how long connecting to a node may take.", "30"),
    setting(
      .connectInterval, "S", "seconds that a connection attempt gets",
      "When they are over, the node's next address is tried as well.", "2"),
    setting(
      .heartbeat, "S", "seconds of silence until a node is asked",
      """
      A connected node that says nothing for so long is asked for a sign of life, and this one gives \
      one when it has said nothing. 5 unless it is set; 0: never, and silence is no reason to give a \
      node up.
      """, "5"),
    setting(
      .heartbeatTimeout, "S", "seconds of silence until a node is down",
      """
      A connected node that says nothing for so long counts as down. 15 unless it is set. Callbacks \
      that keep a node busy for longer than half of that look like its death: set it higher then, on \
      all nodes.
      """, "15"),
    setting(
      .framingFormat, "LIST", "framings, most preferred first: cbor,json",
      "Nodes in Swift know cbor and json, those in Perl others as well.", "cbor,json"),
    setting(
      .authOffer, "LIST", "authentication methods that we use",
      "The methods are secretbox_x25519, tls_sha3_512, hmac_sha3_512, tls_anon and cleartext.",
      "secretbox_x25519,tls_sha3_512,hmac_sha3_512"),
    setting(
      .authAccept, "LIST", "authentication methods that we accept",
      "The methods are secretbox_x25519, tls_sha3_512, hmac_sha3_512, tls_anon and cleartext.",
      "tls_sha3_512"),
    setting(
      .secure, "0|1", "let no other node start functions here",
      "With 1, spawning, function calls and evaluation for other nodes are refused.", "1"),
    setting(
      .nodelay, "0|1", "send small packets at once",
      "The socket option TCP_NODELAY; 1 unless it is set.", "0"),
    setting(
      .autocork, "0|1", "collect small packets, by nodes in Perl only",
      """
      Delays writing so that more is sent together. Nodes in Swift always do so, and warn about a 1.
      """, "1"),
  ]

  private static let services = HelpEntry(
    "setservices", "services", "delservices", "addservice", "delservice",
    usage: [
      "[profile NAME] setservices LIST", "[profile NAME] delservices",
      "[profile NAME] addservice SERVICE", "[profile NAME] delservice SERVICE",
    ], "what to start: My::Service::,My::function",
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
    ],
    examples: [
      #"aemp setservices '["My::Service::", ["My::function", 1]]'"#,
      #"aemp addservice '["My::function", 2]'"#,
      #"aemp profile logger addservice '["AnyEvent::MP::LogCatcher::catch", 9]'"#,
    ])

  static func setting(
    _ setting: Setting, _ value: String, _ summary: String, _ text: String, _ example: String
  ) -> HelpEntry {
    let name = setting.rawValue
    return HelpEntry(
      "set" + name, name, "del" + name,
      usage: ["[profile NAME] set\(name) \(value)", "[profile NAME] del\(name)"], summary,
      text: [text], examples: ["aemp set\(name) \(example)"])
  }

  /// A setting whose elements can be added and removed one by one.
  private static func list(
    _ setting: Setting, _ element: String, _ summary: String, _ text: String, _ example: String,
    _ added: String
  ) -> HelpEntry {
    let name = setting.rawValue
    return HelpEntry(
      "set" + name, name, "del" + name, "add" + element, "del" + element,
      usage: [
        "[profile NAME] set\(name) LIST", "[profile NAME] del\(name)",
        "[profile NAME] add\(element) LIST", "[profile NAME] del\(element) LIST",
      ], summary,
      text: [
        text,
        """
        LIST is text with commas or a JSON array. add\(element) appends what is not in the list \
        yet, del\(element) takes elements out of it.
        """,
      ], examples: ["aemp set\(name) \(example)", "aemp add\(element) \(added)"])
  }
}
