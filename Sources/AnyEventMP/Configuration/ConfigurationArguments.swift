public import AnyEvent

/// The arguments of `configure`: a profile, and settings under the file's names.
///
/// By default the configuration file has the last word; `force` gives it to these arguments, and
/// `norc` leaves the file out.
public struct ConfigurationArguments: Hashable, Sendable {
  /// The profile of the file to use; nil for the one named like the host.
  public var profile: String?
  /// Whether to ignore the configuration file.
  public var norc: Bool
  /// Whether the arguments beat the configuration file.
  public var force: Bool
  /// The settings, by their names in the file.
  var settings: TextDictionary<Value> = [:]

  /// Arguments of `configure`; one that is nil is left to the file and to the built-in defaults.
  ///
  /// - Parameters:
  ///   - profile: the profile of the file to use; default the host's name.
  ///   - nodeid: the node id; `%n` is the host's name, `%u` and an ending `/` something random.
  ///   - binds: where to listen, such as `*:4040`; an empty list listens nowhere.
  ///   - announce: the addresses that other nodes are told; default those that are listened on.
  ///   - seeds: `host:port` of nodes to contact first.
  ///   - services: functions to call when the node is up: a name, or a list of a name and
  ///     arguments.
  ///   - secret: the secret that all nodes of the network share.
  ///   - secrets: secrets that are accepted besides, most preferred first, while the network changes
  ///     from one to another.
  ///   - cert: key, certificate and trusted certificates as PEM text.
  ///   - monitor_timeout: seconds after which an unreachable node counts as down.
  ///   - connect_interval: seconds that a connection attempt gets before the next one starts.
  ///   - heartbeat: seconds of silence after which a connected node is asked for a sign of life, and
  ///     after which this node gives one; 0: never, and silence never makes a node count as down.
  ///   - heartbeat_timeout: seconds of silence after which a connected node counts as down.
  ///   - framing_format: framings, most preferred first.
  ///   - auth_offer: authentication methods that this node uses, most preferred first.
  ///   - auth_accept: authentication methods that this node accepts, most preferred first.
  ///   - secure: whether other nodes may not start functions here.
  ///   - nodelay: whether small packets are sent at once.
  ///   - autocork: ignored, with a warning: the packets of one iteration of the loop always leave
  ///     together.
  ///   - log_level: the urgency from which on the process logs messages.
  ///   - limits: limits on what other nodes may cost this one.
  ///   - norc: whether to ignore the configuration file.
  ///   - force: whether the arguments beat the configuration file.
  public init(
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
    self.profile = profile
    self.norc = norc
    self.force = force
    set(.nodeID, nodeid.map(Value.string))
    set(.binds, binds.map(Self.list))
    set(.announce, announce.map(Self.list))
    set(.seeds, seeds.map(Self.list))
    set(.services, services.map(Value.array))
    set(.secret, secret.map(Value.string))
    set(.secrets, secrets.map(Self.list))
    set(.certificate, cert.map(Value.string))
    set(.monitorTimeout, monitor_timeout.map(Value.double))
    set(.connectInterval, connect_interval.map(Value.double))
    set(.heartbeat, heartbeat.map(Value.double))
    set(.heartbeatTimeout, heartbeat_timeout.map(Value.double))
    set(.framingFormat, framing_format.map(Self.list))
    set(.authOffer, auth_offer.map(Self.list))
    set(.authAccept, auth_accept.map(Self.list))
    set(.secure, secure.map(Value.bool))
    set(.nodelay, nodelay.map(Value.bool))
    set(.autocork, autocork.map(Value.bool))
    set(.logLevel, log_level.map { .string($0.description) })
    settings.merge(limits.settings) { _, new in new }
  }

  private mutating func set(_ setting: Setting, _ value: Value?) {
    if let value { settings[setting.name] = value }
  }

  private static func list(_ texts: [String]) -> Value { .array(texts.map(Value.string)) }
}

extension ConfigurationArguments {
  /// Arguments as Perl's `configure` takes them: a profile if their number is odd, then pairs.
  ///
  /// The command line tool needs this, because it learns names and values at run time. A later pair
  /// beats an earlier one. Lists may be written as text with commas.
  ///
  /// The arguments of a program have no types, which the sentence about a mistake says.
  ///
  /// - Throws: ``ConfigurationError`` for a name that is no setting, and for a value of the wrong
  ///   type.
  package init(list: [Value], isTyped: Bool = true) throws(ConfigurationError) {
    self.init()
    var rest = list[...]
    if !list.count.isMultiple(of: 2) {
      profile = try Self.profileName(list[0])
      rest = list[1...]
    }
    while let name = rest.popFirst(), let value = rest.popFirst() {
      guard let name = SettingValue.text(of: name) else {
        throw ConfigurationError(
          .unknownSetting,
          "the name of a setting must be a string, not \(SettingValue.kind(of: name))")
      }
      try assign(name, value, isTyped)
    }
  }

  /// The arguments as a list from which another process makes the same arguments.
  package var list: [Value] {
    var list: [Value] = profile.map { ["profile", .string($0)] } ?? []
    if norc { list += ["norc", true] }
    if force { list += ["force", true] }
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
      list += [.string(name), value]
    }
    return list
  }

  private mutating func assign(
    _ name: String, _ value: Value, _ isTyped: Bool
  ) throws(ConfigurationError) {
    switch name {
    case "profile": profile = try Self.profileName(value)
    case "norc": norc = Self.isTrue(value)
    case "force": force = Self.isTrue(value)
    default:
      guard let setting = Setting.named(name), setting != .parent else {
        throw ConfigurationError(
          .unknownSetting, "there is no setting \"\(name)\"; the settings are \(Self.names)")
      }
      settings[name] = try setting.normalized(value, isTyped: isTyped)
    }
  }

  private static func profileName(_ value: Value) throws(ConfigurationError) -> String {
    guard let name = SettingValue.text(of: value), !name.isEmpty else {
      throw ConfigurationError(
        .wrongType, "the name of a profile must be a string that is not empty")
    }
    return name
  }

  private static func isTrue(_ value: Value) -> Bool {
    switch value {
    case .bool(let flag): flag
    case .int(let number): number != 0
    case .string(let text): !text.isEmpty && text != "0"
    default: false
    }
  }

  private static var names: String {
    let settings = Setting.all.filter { $0 != .parent }.map(\.name)
    return (["profile", "norc", "force"] + settings).joined(separator: ", ")
  }
}

extension ConfigurationArguments: CustomStringConvertible, CustomReflectable {
  /// The settings as JSON, secret and certificate hidden.
  public var description: String {
    var shown = EffectiveSettings.masked(settings)
    if let profile { shown["profile"] = .string(profile) }
    if norc { shown["norc"] = true }
    if force { shown["force"] = true }
    return Value.hash(shown).description
  }

  /// A mirror without children, so that `dump` shows the same as ``description`` and no secret.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
