internal import AEMPWire

/// The identity of a node, and the services that run in it.
extension Setting {
  /// The pattern of the node id.
  package static let nodeID = Setting(
    "nodeid", .nodeID,
    reload: .kept(because: "all references to the ports of the node have its id in them"),
    example: "anon/", "node id; %n: host name, %u or / at the end: random",
    text: ["Without it, the node id is the profile's name with a random part."])

  /// The profile that a profile inherits from; only in profiles.
  package static let parent = Setting(
    "parent", .parent, reload: .applied(), example: "base", "let the profile inherit from this one",
    text: [],
    examples: ["aemp profile seed setparent base"])

  /// The services to start when the node is up.
  package static let services = Setting(
    "services", .services,
    reload: .kept(because: "services are started when the node joins the network"), standard: [],
    example: "My::Service::",
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

  /// Perl code, which this implementation does not run.
  package static let eval = Setting(
    "eval", .code(ignored: "it holds Perl code, which this program cannot run"), reload: .ignored,
    example: "1",
    "Perl code to run, by nodes in Perl only",
    text: [
      """
      Nodes in Swift warn about it and go on. Without "set", eval is another command: it has a \
      node evaluate something.
      """
    ], examples: ["aemp profile perl seteval 'require My::Setup'"])
}

/// The addresses, times and options of connections.
extension Setting {
  /// The addresses to listen on.
  package static let binds = Setting(
    "binds", .addresses(into: \.binds),
    reload: .kept(because: "other nodes know the addresses on which the node listens"),
    standard: ["*"], example: "*:4040",
    "where to listen: *:4040,127.0.0.1:4041",
    text: [
      """
      An element is HOST:PORT, [IPV6]:PORT, or a number: that port on the address of this host's \
      name. As host, * is every address of this host that others can reach; as port, * is any \
      free one. An empty list listens nowhere.
      """
    ], element: "bind", examples: ["aemp setbinds '*:4040'", "aemp addbind 127.0.0.1:4041"])

  /// The addresses that other nodes are told, in place of those that are listened on.
  package static let announce = Setting(
    "announce", .addresses(into: \.announced),
    reload: .kept(because: "other nodes have been told the addresses with which the node began"),
    example: "192.0.2.1:4040",
    "where others reach this node, unless at its binds",
    text: [
      """
      For a node behind a router, in a container or behind a proxy: other nodes are told these \
      addresses in place of those in binds, and dial them. An element is HOST:PORT, or HOST alone \
      for the port 4040; the name of a host is looked up by those who dial it. Without it, or with an \
      empty list, others are told what the node listens on. Nodes in Perl ignore it.
      """
    ])

  /// The nodes to contact first.
  package static let seeds = Setting(
    "seeds", .addresses(into: \.seeds), reload: .forNewConnections, standard: [],
    example: "10.0.0.1:4040",
    "nodes to contact first: 10.0.0.1,10.0.0.2:4041",
    text: ["An element is HOST:PORT, or HOST alone for the port 4040."], element: "seed",
    examples: ["aemp setseeds 10.0.0.1:4040", "aemp addseed 10.0.0.2:4040"])

  /// Seconds after which an unreachable node counts as down.
  static let monitorTimeout = Setting(
    "monitor_timeout", .seconds(into: \.monitorTimeout), reload: .applied(), standard: 30,
    example: "30",
    "seconds until an unreachable node is down",
    text: ["Also how long connecting to a node may take."])

  /// Seconds that a connection attempt gets before the next one starts.
  static let connectInterval = Setting(
    "connect_interval", .seconds(into: \.connectInterval), reload: .applied(), standard: 2,
    example: "2",
    "seconds that a connection attempt gets",
    text: ["When they are over, the node's next address is tried as well."])

  /// Seconds of silence after which a connected node is asked for a sign of life, and after which
  /// this node gives one.
  static let heartbeat = Setting(
    "heartbeat", .secondsOrNever(into: \.heartbeat), reload: .applied(), standard: 5, example: "5",
    "seconds of silence until a node is asked",
    text: [
      """
      A connected node that sends nothing for this long is asked for a sign of life, and this node gives \
      one when it has sent nothing. {standard} unless it is set; 0: never, and silence is no reason to \
      give a node up.
      """
    ])

  /// Seconds of silence after which a connected node counts as down.
  static let heartbeatTimeout = Setting(
    "heartbeat_timeout", .seconds(into: \.heartbeatTimeout), reload: .applied(), standard: 15,
    example: "15",
    "seconds of silence until a node is down",
    text: [
      """
      A connected node that sends nothing for this long counts as down. {standard} unless it is set. \
      Callbacks that keep a node busy for longer than half of that look like its death: set it higher \
      then, on all nodes.
      """
    ])

  /// Framings, most preferred first.
  static let framingFormat = Setting(
    "framing_format", .framings(into: \.framings), reload: .forNewConnections,
    standard: ["cbor", "json"], example: "cbor,json",
    "framings, most preferred first: cbor,json",
    text: ["Nodes in Swift know cbor and json, those in Perl others as well."])

  /// Whether small packets are sent at once (`TCP_NODELAY`).
  static let nodelay = Setting(
    "nodelay", .flag(into: \.nodelay), reload: .forNewConnections, standard: 1, example: "1",
    "send small packets at once",
    text: ["The socket option TCP_NODELAY; {standard} unless it is set."],
    examples: ["aemp setnodelay 0"])

  /// Whether nodes in Perl delay writes to send them together, as nodes in Swift always do.
  static let autocork = Setting(
    "autocork",
    .flag(
      ignored: """
        this program always sends the packets of one round of its event loop together
        """), reload: .ignored, standard: 0, example: "0",
    "collect small packets, by nodes in Perl only",
    text: [
      """
      Delays writing so that more is sent together. Nodes in Swift always do so, and warn about a 1.
      """
    ], examples: ["aemp setautocork 1"])
}

/// Settings of the output of a node's process.
extension Setting {
  /// The urgency from which on messages are logged.
  static let logLevel = Setting(
    "log_level", .logLevel, reload: .applied(), example: "info",
    "what the process logs: error, warn, info, 9",
    text: [
      """
      Messages of this level and all that are more urgent are logged: 1 to 9, or fatal, alert, crit, \
      error, warn, note, info, debug, trace. Without it that is error. The environment variables \
      AE_VERBOSE and AE_LOG win.
      """
    ])
}

/// The credentials of a node, and the rights of other nodes here.
extension Setting {
  /// The secret that all nodes of the network share.
  package static let secret = Setting(
    "secret", .secret, reload: .forNewConnections, example: "geheimnis", isSecret: true,
    "the network's secret; \"-\" reads it from standard input",
    text: [
      """
      The secret is one line of at least 8 characters. From standard input it is seen by nobody, not \
      even as it is typed; as an argument it is overwritten as soon as it was read. What is typed is \
      stored byte for byte, as by Perl's tool: a letter that is not ASCII makes two characters or \
      more. In a JSON string a character is itself, up to U+00FF.
      """
    ], examples: ["pass show aemp | aemp setsecret -", "aemp delsecret"])

  /// Secrets that are accepted besides, most preferred first, while the network changes its secret.
  package static let secrets = Setting(
    "secrets", .secrets, reload: .forNewConnections, example: "new-secret,old-secret",
    isSecret: true,
    "secrets to accept besides, while the secret changes",
    text: [
      """
      Others may have any of these secrets or the one of setsecret; the first that both ends \
      have is used. So the secret of a network is changed host by host: setsecrets NEW,OLD \
      everywhere, then setsecret NEW and delsecrets everywhere. Nodes in Perl know setsecret \
      only.
      """
    ], examples: ["aemp setsecrets NEW-SECRET,OLD-SECRET", "aemp delsecrets"])

  /// Key, certificate and trusted certificates as PEM text.
  package static let certificate = Setting(
    "cert", .certificate, reload: .forNewConnections, example: "-----BEGIN CERTIFICATE-----",
    isSecret: true,
    "key and certificate from a PEM file; \"-\": standard input",
    text: [
      """
      The file holds, in any order, one private key without a pass phrase, its certificate, and \
      perhaps further certificates to trust. They are copied: the file is not needed any more.
      """
    ], examples: ["aemp setcert node.pem", "aemp delcert"])

  /// Authentication methods that this node uses, most preferred first.
  static let authOffer = Setting(
    "auth_offer", .authMethods(into: \.authOffer), reload: .forNewConnections,
    standard: standardMethods,
    example: "chacha20poly1305_x25519,secretbox_x25519,hmac_sha3_512",
    "authentication methods that we use",
    text: [methods])

  /// Authentication methods that this node accepts, most preferred first.
  static let authAccept = Setting(
    "auth_accept", .authMethods(into: \.authAccept), reload: .forNewConnections,
    standard: standardMethods,
    example: "chacha20poly1305_x25519,secretbox_x25519,hmac_sha3_512",
    "authentication methods that we accept",
    text: [methods], examples: ["aemp setauth_accept tls_sha3_512"])

  private static let standardMethods = Value.array(
    HandshakeConfiguration.defaultAuthMethods.map { .string($0.rawValue) })

  private static let methods =
    "The methods are \(AuthMethod.configurable.dropLast().joined(separator: ", ")) and cleartext."

  /// Whether other nodes may not start functions here.
  static let secure = Setting(
    "secure", .flag(into: \.secure), reload: .applied(), standard: 0, example: "1",
    "let no other node start functions here",
    text: ["With 1, spawning, function calls and evaluation for other nodes are refused."])
}
