extension LogSpecification {
  /// Reads specifications such as `filter=debug:log=+%warnings:%warnings=warn,syslog=LOG_LOCAL0`.
  ///
  /// Contexts are separated by `:` or white space, directives by commas; a backslash takes the
  /// special meaning from the character after it. What can't be understood is left out and
  /// becomes a problem.
  init(_ text: String) {
    var scanner = LogSpecificationScanner(text)
    while let words = scanner.nextEntry() {
      parse(words)
    }
  }

  private mutating func parse(_ words: LogSpecificationScanner.Words) {
    guard let directives = words.directives else {
      problems.append(
        "'\(words.name)' has no '=': a context's name comes first, as in filter=debug.")
      return
    }
    guard let context = ContextName(words.name) else {
      problems.append("'=\(directives.joined(separator: ","))' lacks the name of a context.")
      return
    }
    var entry = Entry(context: context)
    var mode = LevelMode.upTo
    for word in directives where !word.isEmpty {
      do {
        entry.directives.append(try Directive(word, mode: &mode))
      } catch {
        problems.append("'\(word)' for '\(words.name)' \(error.reason).")
      }
    }
    entries.append(entry)
  }
}

/// How a level's name is to be understood, after `level`, `only` or `except`.
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
  /// What is before and after the first `=`.
  fileprivate var splitAtEquals: (key: String, value: String?) {
    let parts = unicodeScalars.split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts[0]), parts.count > 1 ? String(parts[1]) : nil)
  }
}
