import AnyEventMP

/// A change of one setting whose value is typed: as an argument, or at standard input.
struct TypedChange {
  /// What is done with the value.
  enum Action {
    case set, append, subtract

    /// For sentences about the elements of a list.
    var verb: String {
      switch self {
      case .set: "set as"
      case .append: "add to"
      case .subtract: "take out of"
      }
    }
  }

  let action: Action
  let setting: Setting
  /// Whether a secret may be short.
  let isForced: Bool

  /// The change of the file for a value.
  ///
  /// - Throws: ``UsageError`` when the value does not fit.
  func edit(_ argument: Argument) throws(UsageError) -> ConfigurationEdit {
    let value = try normalized(argument)
    if action != .set, value.array?.isEmpty == true {
      throw UsageError(explained: "there is nothing to \(action.verb) \(setting.name)")
    }
    switch action {
    case .set: return .set(setting, value)
    case .append: return .append(setting, value.array ?? [])
    case .subtract: return .subtract(setting, value.array ?? [])
    }
  }

  private func normalized(_ argument: Argument) throws(UsageError) -> Value {
    var value = try argument.value(for: setting)
    // One service, as Perl's tool takes it: a function and its arguments.
    if action != .set, setting == .services, case .array(let parts) = value {
      if case .array? = parts.first {
        throw UsageError(
          explained:
            #"one service is a name or ["name", argument…], not a list of services; add each by itself"#
        )
      }
      value = .array([value])
    }
    do throws(ConfigurationError) {
      value = try setting.normalized(value)
    } catch {
      throw UsageError(explained: error.sentence)
    }
    if !isForced { try ShortSecret.refuse(value, for: setting) }
    // What stands in the file already can be taken out.
    if setting == .services, action != .subtract { try Self.refuseNumbers(in: value) }
    return value
  }

  /// Refuses services whose name is a number: no function has such a name.
  private static func refuseNumbers(in services: Value) throws(UsageError) {
    for service in services.array ?? [] {
      guard let name = service.array?.first?.string ?? service.string,
        name.utf8.allSatisfy({ $0 < UInt8(ascii: "A") }), Double(name) != nil
      else { continue }
      throw UsageError(
        explained:
          #"\#(name) is a number and no name of a function; a service is a name or ["name", argument…]"#
      )
    }
  }
}

/// Secrets that anybody guesses.
enum ShortSecret {
  private static let shortest = 8

  /// Refuses a value that is, or holds, such a secret.
  static func refuse(_ value: Value, for setting: Setting) throws(UsageError) {
    let secrets: [Value]
    switch setting {
    case .secret: secrets = [value]
    case .secrets: secrets = value.array ?? []
    default: return
    }
    for secret in secrets where (secret.string ?? "").unicodeScalars.count < shortest {
      throw UsageError(
        explained: """
          a secret of fewer than \(shortest) characters can be guessed by everybody who can connect; run \
          "aemp gensecret" to get a good one, or add --force
          """)
    }
  }
}
