import AnyEvent
import Glibc

/// Joins this process to the network, by the profile named like the host.
///
/// Reads the configuration file, listens, and begins to look for the seeds; it takes effect once.
/// What is wrong with the configuration ends the program: one line in the log, exit code 1. Use
/// ``Node/configure(_:)`` to handle the error.
///
/// Corresponds to Perl's `configure`.
///
/// The arguments are defaults, which the configuration file overrides, unless `force` is given; see
/// ``ConfigurationArguments/init(_:nodeid:binds:seeds:services:secret:secrets:cert:monitor_timeout:connect_interval:heartbeat:heartbeat_timeout:framing_format:auth_offer:auth_accept:secure:nodelay:autocork:limits:norc:force:)``.
public func configure(
  _ profile: String? = nil, nodeid: String? = nil, binds: [String]? = nil,
  seeds: [String]? = nil, services: [Value]? = nil, secret: String? = nil,
  secrets: [String]? = nil, cert: String? = nil,
  monitor_timeout: Double? = nil, connect_interval: Double? = nil, heartbeat: Double? = nil,
  heartbeat_timeout: Double? = nil,
  framing_format: [String]? = nil, auth_offer: [String]? = nil, auth_accept: [String]? = nil,
  secure: Bool? = nil, nodelay: Bool? = nil, autocork: Bool? = nil,
  limits: LimitArguments = LimitArguments(), norc: Bool = false, force: Bool = false
) {
  configure(
    ConfigurationArguments(
      profile, nodeid: nodeid, binds: binds, seeds: seeds, services: services, secret: secret,
      secrets: secrets, cert: cert, monitor_timeout: monitor_timeout,
      connect_interval: connect_interval,
      heartbeat: heartbeat, heartbeat_timeout: heartbeat_timeout,
      framing_format: framing_format, auth_offer: auth_offer, auth_accept: auth_accept,
      secure: secure, nodelay: nodelay, autocork: autocork, limits: limits, norc: norc,
      force: force))
}

/// Joins this process to the network with arguments that were put together before.
public func configure(_ arguments: ConfigurationArguments) {
  do {
    try Node.current.configure(arguments)
  } catch {
    AE.log(.fatal, in: Log.kernel, "configure: \(error)")
    exit(1)
  }
}
