/// How a node reaches others, and they it.
extension Setting {
  /// Where to listen.
  package static let binds = Setting(
    "binds", .addresses(into: \.binds), standard: ["*"], example: "*:4040",
    "where to listen: *:4040,127.0.0.1:4041",
    text: [
      """
      An element is HOST:PORT, [IPV6]:PORT, or a number: that port on the address of this host's \
      name. As host, * is every address of this host that others can reach; as port, * is any \
      free one. An empty list listens nowhere.
      """
    ], element: "bind", examples: ["aemp setbinds '*:4040'", "aemp addbind 127.0.0.1:4041"])

  /// Which nodes to contact first.
  package static let seeds = Setting(
    "seeds", .addresses(into: \.seeds), standard: [], example: "10.0.0.1:4040",
    "nodes to contact first: 10.0.0.1,10.0.0.2:4041",
    text: ["An element is HOST:PORT, or HOST alone for the port 4040."], element: "seed",
    examples: ["aemp setseeds 10.0.0.1:4040", "aemp addseed 10.0.0.2:4040"])

  /// Seconds after which an unreachable node counts as down.
  static let monitorTimeout = Setting(
    "monitor_timeout", .seconds(into: \.monitorTimeout), standard: 30, example: "30",
    "seconds until an unreachable node is down",
    text: ["Also how long connecting to a node may take."])

  /// Seconds that a connection attempt gets before the next one starts.
  static let connectInterval = Setting(
    "connect_interval", .seconds(into: \.connectInterval), standard: 2, example: "2",
    "seconds that a connection attempt gets",
    text: ["When they are over, the node's next address is tried as well."])

  /// Seconds of silence after which a connected node is asked for a sign of life, and after which this
  /// one gives one.
  static let heartbeat = Setting(
    "heartbeat", .secondsOrNever(into: \.heartbeat), standard: 5, example: "5",
    "seconds of silence until a node is asked",
    text: [
      """
      A connected node that says nothing for so long is asked for a sign of life, and this one gives \
      one when it has said nothing. {standard} unless it is set; 0: never, and silence is no reason to \
      give a node up.
      """
    ])

  /// Seconds of silence after which a connected node counts as down.
  static let heartbeatTimeout = Setting(
    "heartbeat_timeout", .seconds(into: \.heartbeatTimeout), standard: 15, example: "15",
    "seconds of silence until a node is down",
    text: [
      """
      A connected node that says nothing for so long counts as down. {standard} unless it is set. \
      Callbacks that keep a node busy for longer than half of that look like its death: set it higher \
      then, on all nodes.
      """
    ])

  /// Framings, most preferred first.
  static let framingFormat = Setting(
    "framing_format", .framings(into: \.framings), standard: ["cbor", "json"], example: "cbor,json",
    "framings, most preferred first: cbor,json",
    text: ["Nodes in Swift know cbor and json, those in Perl others as well."])

  /// Whether small packets are sent at once (`TCP_NODELAY`).
  static let nodelay = Setting(
    "nodelay", .flag(into: \.nodelay), standard: 1, example: "1", "send small packets at once",
    text: ["The socket option TCP_NODELAY; {standard} unless it is set."],
    examples: ["aemp setnodelay 0"])

  /// Whether nodes in Perl delay writes to send them together; this implementation always does.
  static let autocork = Setting(
    "autocork",
    .flag(
      ignored: """
        this program always sends together what is sent while its event loop goes round once
        """), standard: 0, example: "0", "collect small packets, by nodes in Perl only",
    text: [
      """
      Delays writing so that more is sent together. Nodes in Swift always do so, and warn about a 1.
      """
    ], examples: ["aemp setautocork 1"])
}
