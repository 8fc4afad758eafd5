/// The parsed value of `AE_LOG`: contexts and what is to be done with each.
struct LogSpecification: Equatable {
  var entries: [Entry] = []
  /// A sentence for each part that makes no sense and is left out.
  var problems: [String] = []

  struct Entry: Equatable {
    let context: ContextName
    var directives: [Directive] = []
  }

  enum ContextName: Hashable {
    case collect
    case filter
    case log
    /// `%name`: one that belongs to no package and is made when first mentioned.
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
        // Forces a name to be a package's: `log::` is package log.
        self = .package(String(text.dropLast(2)))
      } else {
        self = .package(text)
      }
    }
  }
}
