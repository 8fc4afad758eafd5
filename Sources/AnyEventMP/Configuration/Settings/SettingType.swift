internal import AEMPWire
internal import AnyEvent

/// Which values a setting takes, how they are stored, and which field of the configuration they
/// fill.
///
/// `apply` is required, so that a setting without an effect does not compile.
struct SettingType: Sendable {
  let kind: Setting.Kind
  /// The word for a value in the tool's help.
  let placeholder: String
  /// Values to choose from, if there are few.
  var choices: [String] = []
  /// Why this implementation ignores the setting; nil when it does not.
  var ignored: String?
  /// Converts a typed value to the value to store; throws when it does not fit.
  let stored: @Sendable (SettingValue) throws(ConfigurationError) -> Value
  /// Writes a value into the configuration of a node; throws when it makes no sense.
  let apply: @Sendable (SettingValue, inout NodeConfiguration) throws(ConfigurationError) -> Void
}

/// Types that belong to one setting each.
extension SettingType {
  static let nodeID = SettingType(
    kind: .text, placeholder: "ID",
    stored: { value throws(ConfigurationError) in
      _ = try value.nodeID(hostName: "n", runiq: "u")
      return .string(try value.text())
    },
    apply: { value, configuration throws(ConfigurationError) in
      (configuration.nodeID, configuration.isRandom) = try value.nodeID(
        hostName: configuration.hostName, runiq: configuration.runiq)
    })

  static let secret = SettingType(
    kind: .text, placeholder: "SECRET|-",
    stored: { value throws(ConfigurationError) in
      guard try value.secret() != nil else {
        throw ConfigurationError(
          .badValue, "the secret is empty; run \"aemp gensecret\" to get a good one")
      }
      return .string(try value.text())
    },
    apply: { value, configuration throws(ConfigurationError) in
      guard let secret = try value.secret(), !configuration.secrets.contains(secret) else { return }
      configuration.secrets.append(secret)
    })

  /// The secrets of the list come before that of `secret`, in whichever order the two are applied.
  static let secrets = SettingType(
    kind: .list, placeholder: "LIST|-",
    stored: { value throws(ConfigurationError) in
      _ = try value.secrets()
      return value.value
    },
    apply: { value, configuration throws(ConfigurationError) in
      let secrets = try value.secrets()
      configuration.secrets = secrets + configuration.secrets.filter { !secrets.contains($0) }
    })

  static let certificate = SettingType(
    kind: .text, placeholder: "FILE|-",
    stored: { value throws(ConfigurationError) in .string(try value.text()) },
    apply: { value, configuration throws(ConfigurationError) in
      let text = try value.text()
      configuration.certificate = text.isEmpty ? nil : text
    })

  static let logLevel = SettingType(
    kind: .text, placeholder: "LEVEL", choices: LogLevel.allCases.map(\.description),
    stored: { value throws(ConfigurationError) in
      _ = try value.logLevel()
      return .string(try value.text())
    },
    apply: { value, configuration throws(ConfigurationError) in
      configuration.logLevel = try value.logLevel()
    })

  /// The parent of a profile; ``LayeredSettings`` follows it, so there is nothing to apply.
  static let parent = SettingType(
    kind: .text, placeholder: "PARENT",
    stored: { value throws(ConfigurationError) in .string(try value.text()) }, apply: { _, _ in })

  static let services = SettingType(
    kind: .services, placeholder: "LIST",
    stored: { value throws(ConfigurationError) in
      _ = try value.services()
      return value.value
    },
    apply: { value, configuration throws(ConfigurationError) in
      configuration.services = try value.services()
    })

  /// Perl code, which is stored for nodes in Perl.
  static func code(ignored reason: String) -> SettingType {
    SettingType(
      kind: .text, placeholder: "CODE", ignored: reason,
      stored: { value throws(ConfigurationError) in .string(try value.text()) }, apply: { _, _ in })
  }
}

/// Types for several settings; the argument names the field of the configuration.
extension SettingType {
  typealias Field<T> = any WritableKeyPath<NodeConfiguration, T> & Sendable

  static func addresses(into field: Field<[BindAddress]>) -> SettingType {
    SettingType(
      kind: .list, placeholder: "LIST",
      stored: { value throws(ConfigurationError) in
        _ = try value.addresses()
        return value.value
      },
      apply: { value, configuration throws(ConfigurationError) in
        configuration[keyPath: field] = try value.addresses()
      })
  }

  /// A time span in seconds: above 0 and at most a year.
  static func seconds(into field: Field<Double>) -> SettingType {
    time(into: field) { value throws(ConfigurationError) in try value.seconds() }
  }

  /// A time span in seconds, or 0 for never.
  static func secondsOrNever(into field: Field<Double>) -> SettingType {
    time(into: field) { value throws(ConfigurationError) in try value.secondsOrNever() }
  }

  private static func time(
    into field: Field<Double>,
    _ read: @escaping @Sendable (SettingValue) throws(ConfigurationError) -> Double
  ) -> SettingType {
    SettingType(
      kind: .number, placeholder: "S",
      stored: { value throws(ConfigurationError) in number(try read(value)) },
      apply: { value, configuration throws(ConfigurationError) in
        configuration[keyPath: field] = try read(value)
      })
  }

  private static func number(_ number: Double) -> Value {
    Int(exactly: number).map(Value.int) ?? .double(number)
  }

  /// Framings, most preferred first.
  static func framings(into field: Field<[Framing]>) -> SettingType {
    preferences(["cbor", "json", "cbor,json"], into: field) {
      value, warnings throws(ConfigurationError) in try value.framings(&warnings)
    }
  }

  /// Authentication methods, most preferred first.
  static func authMethods(into field: Field<[AuthMethod]>) -> SettingType {
    preferences(AuthMethod.configurable, into: field) {
      value, warnings throws(ConfigurationError) in try value.authMethods(&warnings)
    }
  }

  private static func preferences<Choice>(
    _ choices: [String], into field: Field<[Choice]>,
    _ read:
      @escaping @Sendable (SettingValue, inout [String]) throws(ConfigurationError) -> [Choice]
  ) -> SettingType {
    SettingType(
      kind: .list, placeholder: "LIST", choices: choices,
      stored: { value throws(ConfigurationError) in
        var warnings: [String] = []
        _ = try read(value, &warnings)
        return value.value
      },
      apply: { value, configuration throws(ConfigurationError) in
        configuration[keyPath: field] = try read(value, &configuration.warnings)
      })
  }

  static func flag(into field: Field<Bool>) -> SettingType {
    flag { value, configuration throws(ConfigurationError) in
      configuration[keyPath: field] = try value.flag()
    }
  }

  /// A flag that this implementation ignores.
  static func flag(ignored reason: String) -> SettingType {
    var type = flag { value, _ throws(ConfigurationError) in _ = try value.flag() }
    type.ignored = reason
    return type
  }

  private static func flag(
    _ apply:
      @escaping @Sendable (SettingValue, inout NodeConfiguration)
      throws(ConfigurationError) -> Void
  ) -> SettingType {
    SettingType(
      kind: .flag, placeholder: "0|1", choices: ["0", "1"],
      stored: { value throws(ConfigurationError) in .int(try value.flag() ? 1 : 0) }, apply: apply)
  }

  /// A whole number that has an effect only when it is configured; see ``Limit``.
  static func limit(in range: ClosedRange<Int>, _ placeholder: String) -> SettingType {
    SettingType(
      kind: .number, placeholder: placeholder,
      stored: { value throws(ConfigurationError) in .int(try value.limit(in: range)) },
      apply: { value, configuration throws(ConfigurationError) in
        guard value.origin != .builtIn else { return }
        configuration.limits[value.setting] = try value.limit(in: range)
      })
  }
}
