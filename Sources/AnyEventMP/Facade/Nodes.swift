public import AnyEvent
import Glibc

/// Joins this process to the network, by default with the profile that is named like the host.
///
/// Reads the configuration file, listens, and begins to connect to the seeds; only the first call
/// has an effect. An error in the configuration ends the program with one line in the log and exit
/// code 1. Use ``Node/configure(_:)`` to handle the error.
///
/// Corresponds to Perl's `configure`.
///
/// The arguments are defaults, which the configuration file overrides unless `force` is given; see
/// ``ConfigurationArguments/init(_:nodeid:binds:announce:seeds:services:secret:secrets:cert:monitor_timeout:connect_interval:heartbeat:heartbeat_timeout:framing_format:auth_offer:auth_accept:secure:nodelay:autocork:log_level:limits:norc:force:)``.
public func configure(
  _ profile: String? = nil, nodeid: String? = nil, binds: [String]? = nil,
  announce: [String]? = nil, seeds: [String]? = nil, services: [Value]? = nil,
  secret: String? = nil, secrets: [String]? = nil, cert: String? = nil,
  monitor_timeout: Double? = nil, connect_interval: Double? = nil, heartbeat: Double? = nil,
  heartbeat_timeout: Double? = nil,
  framing_format: [String]? = nil, auth_offer: [String]? = nil, auth_accept: [String]? = nil,
  secure: Bool? = nil, nodelay: Bool? = nil, autocork: Bool? = nil,
  log_level: LogLevel? = nil, limits: LimitArguments = LimitArguments(), norc: Bool = false,
  force: Bool = false
) {
  configure(
    ConfigurationArguments(
      profile, nodeid: nodeid, binds: binds, announce: announce, seeds: seeds, services: services,
      secret: secret, secrets: secrets, cert: cert, monitor_timeout: monitor_timeout,
      connect_interval: connect_interval,
      heartbeat: heartbeat, heartbeat_timeout: heartbeat_timeout,
      framing_format: framing_format, auth_offer: auth_offer, auth_accept: auth_accept,
      secure: secure, nodelay: nodelay, autocork: autocork, log_level: log_level,
      limits: limits, norc: norc, force: force))
}

/// Joins this process to the network with arguments that were made before.
public func configure(_ arguments: ConfigurationArguments) {
  do {
    try Node.current.configure(arguments)
  } catch {
    AE.log(.fatal, in: LogContext("AnyEvent::MP::Kernel"), "configure: \(error)")
    exit(1)
  }
}

/// The id of the node whose message is being handled; outside of that the id of this node.
///
/// Corresponds to Perl's `$AnyEvent::MP::Kernel::SRCNODE`.
public var SRCNODE: String {
  Node.current.sourceNode
}

/// The ids of the nodes that are connected to this one.
///
/// Corresponds to Perl's `up_nodes`.
public func up_nodes() -> [String] {
  Node.current.connectedNodes
}

/// Whether a node is connected; this node is always up.
///
/// False for a node that is searched for or monitored, nil for a node that is not known: so compare
/// with `== true`.
///
/// Corresponds to Perl's `node_is_up`, which answers 1, 0 or undef.
public func node_is_up(_ node: some PortConvertible) -> Bool? {
  Node.current.isUp(node.portID.node)
}

/// Calls `callback` whenever a connection to another node is ready or lost; the reason says why.
///
/// Nodes that are connected already are in `up_nodes`.
///
/// Corresponds to Perl's `mon_nodes`.
public func mon_nodes(
  _ callback: @escaping (_ node: String, _ isUp: Bool, _ reason: Message) throws -> Void
) {
  Node.current.watchNodes(callback)
}

/// Calls `callback` whenever a connection to another node is ready or lost, while the guard lives.
@_disfavoredOverload
public func mon_nodes(
  _ callback: @escaping (_ node: String, _ isUp: Bool, _ reason: Message) throws -> Void
) -> Guard {
  Node.current.watchNodes(callback).guardian
}

/// Calls `callback` whenever a connection to another node is ready or lost.
public func mon_nodes(_ callback: @escaping (_ node: String, _ isUp: Bool) throws -> Void) {
  Node.current.watchNodes { node, isUp, _ in try callback(node, isUp) }
}

/// Calls `callback` whenever a connection to another node is ready or lost, while the guard lives.
@_disfavoredOverload
public func mon_nodes(
  _ callback: @escaping (_ node: String, _ isUp: Bool) throws -> Void
) -> Guard {
  Node.current.watchNodes { node, isUp, _ in try callback(node, isUp) }.guardian
}

/// Catches the log messages of other nodes, like Perl's `AnyEvent::MP::LogCatcher`.
///
///     LogCatcher.catch(.note)
///
/// As a service of a node: `aemp profile logger addservice '["AnyEvent::MP::LogCatcher::catch", 9]'`.
public enum LogCatcher {
  /// Catches the log messages of all other nodes up to a level; nil ends it.
  ///
  /// They are logged here as `[node] text`, in their original context and level; see ``Node/catchLogs(upTo:)``.
  ///
  /// Corresponds to Perl's `AnyEvent::MP::LogCatcher::catch`.
  public static func `catch`(_ level: LogLevel?) {
    Node.current.catchLogs(upTo: level)
  }
}
