internal import AEValue
internal import Glibc
internal import Synchronization

/// Where a context puts the messages that reach it.
enum LogTarget: Sendable {
  case none
  /// Takes the formatted text; returns true if the message goes no further.
  case line(@Sendable (String) -> Bool)
  /// Takes the message itself; returns true if it goes no further.
  case message(@Sendable (LogMessage) -> Bool)

  var isNone: Bool {
    if case .none = self { return true }
    return false
  }
}

/// A file that messages are appended to, each with one `write(2)`.
final class LogFile: Sendable {
  enum Opening: Sendable {
    /// The file is opened once and kept open.
    case once
    /// The file is opened for each message, and may be renamed or deleted at any time.
    case eachTime
  }

  private let path: String
  private let opening: Opening
  private let complain: @Sendable (String) -> Void
  private let state = Mutex(State())

  private struct State {
    var descriptor: CInt = -1
    /// Whether the last try failed, which is reported once and not for every message.
    var isFailing = false
  }

  init(path: String, opening: Opening, complain: @escaping @Sendable (String) -> Void) {
    self.path = path
    self.opening = opening
    self.complain = complain
    if opening == .once { write("") }
  }

  deinit {
    let descriptor = state.withLock { $0.descriptor }
    if descriptor >= 0 { close(descriptor) }
  }

  /// Appends the lines of a message; a failure is reported once, until it works again.
  func write(_ lines: String) {
    let complaint: String? = state.withLock { state in
      if state.descriptor < 0 {
        state.descriptor = StandardDescriptors.spare(
          open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666))
      }
      let failure =
        state.descriptor < 0
        ? errno
        : SystemCalls.writeAll(lines, to: state.descriptor, patience: LogHost.patience)
      let verb = state.descriptor < 0 ? "open" : "write to"
      if opening == .eachTime, state.descriptor >= 0 {
        close(state.descriptor)
        state.descriptor = -1
      }
      defer { state.isFailing = failure != 0 }
      guard failure != 0, !state.isFailing else { return nil }
      return "unable to \(verb) logfile '\(path)': \(SystemCalls.text(for: failure))"
    }
    if let complaint { complain(complaint) }
  }
}

/// The system's log daemon, as `syslog(3)` reaches it.
enum Syslog {
  /// A facility by its name, with or without `LOG_`: `user`, `LOG_LOCAL0`, ….
  static func facility(named name: String) -> CInt? {
    let name = name.lowercased()
    switch name.hasPrefix("log_") ? String(name.dropFirst(4)) : name {
    case "kern": return LOG_KERN
    case "user": return LOG_USER
    case "mail": return LOG_MAIL
    case "daemon": return LOG_DAEMON
    case "auth": return LOG_AUTH
    case "syslog": return LOG_SYSLOG
    case "lpr": return LOG_LPR
    case "news": return LOG_NEWS
    case "uucp": return LOG_UUCP
    case "cron": return LOG_CRON
    case "authpriv": return LOG_AUTHPRIV
    case "ftp": return LOG_FTP
    case "local0": return LOG_LOCAL0
    case "local1": return LOG_LOCAL1
    case "local2": return LOG_LOCAL2
    case "local3": return LOG_LOCAL3
    case "local4": return LOG_LOCAL4
    case "local5": return LOG_LOCAL5
    case "local6": return LOG_LOCAL6
    case "local7": return LOG_LOCAL7
    default: return nil
    }
  }

  /// The severity of a level: trace becomes debug, the others have their own.
  static func severity(of level: LogLevel) -> CInt {
    CInt(min(level, .debug).rawValue) - 1
  }

  /// The lines for a message: its title in parentheses, continuation lines after a `+`.
  static func lines(of message: LogMessage) -> [String] {
    LogEscaping.lines(of: "(\(message.context.title)) \(message.text)").enumerated()
      .map { number, line in (number == 0 ? "" : "+ ") + String(decoding: line, as: UTF8.self) }
  }

  static func send(priority: CInt, _ text: String) {
    text.withCString { text in
      // The C library opens a socket for the first message, and keeps it open.
      withVaList([text]) { arguments in
        StandardDescriptors.whileReserved { vsyslog(priority, "%s", arguments) }
      }
    }
  }
}
