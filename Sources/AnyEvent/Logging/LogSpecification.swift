/// The parsed value of `AE_LOG`: contexts and the directives for each.
struct LogSpecification: Equatable {
  var contexts: [Context] = []
  /// A sentence for each part that is not understood and left out.
  var problems: [String] = []

  struct Context: Equatable {
    let name: ContextName
    var directives: [Directive] = []
  }

  enum ContextName: Hashable {
    case collect
    case filter
    case log
    /// `%name`: a context that belongs to no package and is made when first mentioned.
    case anonymous(String)
    case package(String)
  }

  enum Directive: Equatable {
    case stderr
    case file(String)
    case path(String)
    case syslog(facility: String)
    case nolog
    case cap(LogLevel?)
    /// The level and all of a higher priority; nil is off.
    case level(LogLevel?)
    case enable(LogLevel)
    case disable(LogLevel)
    case attach(ContextName)
    case detachAll
  }
}

extension LogSpecification.ContextName {
  /// Reads a name as it stands in a specification; nil if it is empty.
  init?(_ text: String) {
    switch text {
    case "": return nil
    case "collect": self = .collect
    case "filter": self = .filter
    case "log": self = .log
    default:
      if text.hasPrefix("%"), text.utf8.count > 1 {
        self = .anonymous(text)
      } else if text.hasSuffix("::"), text.utf8.count > 2 {
        // With `::` at its end a name is a package's: `log::` is the package log.
        self = .package(String(text.dropLast(2)))
      } else {
        self = .package(text)
      }
    }
  }
}

// MARK: - Parsing

extension LogSpecification {
  /// Reads specifications such as `filter=debug:log=+%warnings:%warnings=warn,syslog=LOG_LOCAL0`.
  ///
  /// Contexts are separated by `:` or white space, directives by commas; a backslash takes the
  /// special meaning from the character after it. A part that is not understood is left out and
  /// becomes a problem.
  init(_ text: String) {
    var scanner = LogSpecificationScanner(text)
    while let words = scanner.nextContext() {
      parse(words)
    }
  }

  private mutating func parse(_ words: LogSpecificationScanner.Words) {
    guard let directives = words.directives else {
      problems.append(
        "'\(words.name)' has no '=': a context's name comes first, as in filter=debug.")
      return
    }
    guard let name = ContextName(words.name) else {
      problems.append("'=\(directives.joined(separator: ","))' lacks the name of a context.")
      return
    }
    var context = Context(name: name)
    var mode = LevelMode.upTo
    for word in directives where !word.isEmpty {
      do {
        context.directives.append(try Directive(word, mode: &mode))
      } catch {
        problems.append("'\(word)' for '\(words.name)' \(error.reason).")
      }
    }
    contexts.append(context)
  }
}

/// The meaning of a level's name after `level`, `only` or `except`.
private enum LevelMode {
  case upTo
  case only
  case except
}

private struct DirectiveError: Error {
  let reason: String
}

extension LogSpecification.Directive {
  fileprivate init(_ word: String, mode: inout LevelMode) throws(DirectiveError) {
    let (key, value) = word.splitAtEquals
    switch (key, value) {
    case ("stderr", nil): self = .stderr
    case ("nolog", nil): self = .nolog
    case ("syslog", _):
      let facility = value ?? "user"
      guard Syslog.facility(named: facility) != nil else {
        throw DirectiveError(reason: "names no syslog facility, such as user or LOG_LOCAL0")
      }
      self = .syslog(facility: facility)
    case ("file", let path?), ("path", let path?):
      guard !path.isEmpty else { throw DirectiveError(reason: "lacks the path of the file") }
      self = key == "file" ? .file(path) : .path(path)
    case ("cap", let name?):
      if ["0", "off", "none"].contains(name) {
        self = .cap(nil)
      } else if let level = LogLevel(name) {
        self = .cap(level)
      } else {
        throw DirectiveError(reason: "names no log level")
      }
    case ("off", nil), ("0", nil), ("none", nil):
      self = .level(nil)
    case ("all", nil):
      self = .level(.trace)
    case ("level", nil):
      mode = .upTo
      self = .level(.trace)
    case ("only", nil):
      mode = .only
      self = .level(nil)
    case ("except", nil):
      mode = .except
      self = .level(.trace)
    case ("+", nil):
      self = .detachAll
    default:
      if word.hasPrefix("+"), let name = LogSpecification.ContextName(String(word.dropFirst())) {
        self = .attach(name)
      } else if let level = LogLevel(word) {
        self = mode.directive(for: level)
      } else {
        throw DirectiveError(reason: "is no directive or log level")
      }
    }
  }
}

extension LevelMode {
  fileprivate func directive(for level: LogLevel) -> LogSpecification.Directive {
    switch self {
    case .upTo: .level(level)
    case .only: .enable(level)
    case .except: .disable(level)
    }
  }
}

extension String {
  /// The parts before and after the first `=`.
  fileprivate var splitAtEquals: (key: String, value: String?) {
    let parts = unicodeScalars.split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts[0]), parts.count > 1 ? String(parts[1]) : nil)
  }
}

/// Cuts the value of `AE_LOG` into contexts, and each into its name and its directives.
struct LogSpecificationScanner {
  /// One context with its escapes taken out; the directives are nil if there was no `=`.
  struct Words: Equatable {
    var name = ""
    var directives: [String]?
  }

  private var rest: Substring.UnicodeScalarView

  init(_ text: String) {
    rest = Substring(text).unicodeScalars
  }

  /// The next context, or nil at the end.
  ///
  /// Two colons are part of a name, a single one separates contexts.
  mutating func nextContext() -> Words? {
    while let first = rest.first, first.properties.isWhitespace || first == ":" {
      if rest.starts(with: "::".unicodeScalars) { break }
      rest.removeFirst()
    }
    guard !rest.isEmpty else { return nil }

    var words = Words()
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\\":
        if let escaped = rest.popFirst() { words.append(escaped) }
      case ":" where rest.first == ":":
        rest.removeFirst()
        words.append(":")
        words.append(":")
      case ":":
        return words
      case _ where scalar.properties.isWhitespace:
        return words
      case "=" where words.directives == nil:
        words.directives = [""]
      case "," where words.directives != nil:
        words.directives?.append("")
      default:
        words.append(scalar)
      }
    }
    return words
  }
}

extension LogSpecificationScanner.Words {
  fileprivate mutating func append(_ scalar: Unicode.Scalar) {
    if let count = directives?.count {
      directives?[count - 1].unicodeScalars.append(scalar)
    } else {
      name.unicodeScalars.append(scalar)
    }
  }
}
