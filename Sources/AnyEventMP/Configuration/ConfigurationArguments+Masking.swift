extension ConfigurationArguments: CustomStringConvertible, CustomReflectable {
  /// The settings as JSON, secret and certificate hidden.
  public var description: String {
    var shown = EffectiveSettings.masked(settings)
    if let profile { shown["profile"] = .string(profile) }
    if norc { shown["norc"] = true }
    if force { shown["force"] = true }
    return Value.hash(shown).description
  }

  /// A mirror without children, so that `dump` shows no more than ``description``.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension NodeConfiguration: CustomStringConvertible, CustomReflectable {
  /// The node id alone: the certificate holds the private key.
  package var description: String { "configuration of \(nodeID)" }

  /// A mirror without children, so that `dump`, of the node too, shows nothing.
  package var customMirror: Mirror { Mirror(self, children: []) }
}
