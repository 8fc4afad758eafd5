/// The effect of new settings on a running node: the result of ``Node/reload(_:)``.
public struct ConfigurationChanges: Hashable, Sendable {
  /// One setting whose value is another than before.
  public struct Change: Hashable, Sendable {
    /// The setting's name in the configuration file.
    public var setting: String
    /// The change, without a full stop; secrets are not shown.
    public var sentence: String
  }

  /// The changes that the node has taken over.
  public var applied: [Change] = []
  /// The changes that take effect when the node is started again.
  public var kept: [Change] = []
  /// Warnings about settings, without a full stop.
  public var warnings: [String] = []

  /// Whether all settings are as before.
  public var isEmpty: Bool { applied.isEmpty && kept.isEmpty }
}

extension ConfigurationChanges {
  /// The changes between two sets of settings; `warnings` are those of the new ones.
  init(from old: LayeredSettings, to new: LayeredSettings, _ warnings: [String]) {
    self.warnings = warnings
    for setting in new.changed(from: old) {
      let difference = Self.difference(setting, old[setting].value, new[setting].value)
      switch setting.reload {
      case .applied(let rest):
        let sentence = difference + (rest.isEmpty ? "" : "; \(rest)")
        applied.append(Change(setting: setting.name, sentence: sentence))
      case .kept(let reason):
        let sentence = "\(difference) from the next start on: \(reason)"
        kept.append(Change(setting: setting.name, sentence: sentence))
      case .ignored: break
      }
    }
  }

  private static func difference(_ setting: Setting, _ old: Value, _ new: Value) -> String {
    if new == .null { return "\(setting.name) is not set any more" }
    if setting.isSecret { return "\(setting.name) has another value" }
    let value = "\(setting.name) is \(Log.cut(new.description))"
    return old == .null ? value : "\(value) instead of \(Log.cut(old.description))"
  }
}

extension ConfigurationChanges: MessageConvertible {
  /// A hash: `applied` and `kept` are lists of pairs of a setting's name and a sentence, `warnings` is a
  /// list of sentences.
  public var messageValue: Value {
    .hash([
      "applied": Self.list(applied), "kept": Self.list(kept),
      "warnings": .array(warnings.map(Value.string)),
    ])
  }

  /// Takes such a hash; nil for another value.
  ///
  /// Elements that cannot be understood are left out.
  public init?(messageValue value: Value) {
    guard case .array(let applied) = value["applied"] else { return nil }
    self.applied = Self.changes(applied)
    kept = Self.changes(value["kept"].array ?? [])
    warnings = (value["warnings"].array ?? []).compactMap(\.string)
  }

  private static func list(_ changes: [Change]) -> Value {
    .array(changes.map { [.string($0.setting), .string($0.sentence)] })
  }

  private static func changes(_ values: [Value]) -> [Change] {
    values.compactMap { pair in
      guard let setting = pair[0].string, let sentence = pair[1].string else { return nil }
      return Change(setting: setting, sentence: sentence)
    }
  }
}
