internal import Glibc

/// The system's log daemon, as `syslog(3)` reaches it.
enum Syslog {
  /// A facility by its name, with or without `LOG_`: `user`, `LOG_LOCAL0`, ….
  static func facility(named name: String) -> CInt? {
    let name = name.lowercased()
    let number: CInt? =
      switch name.hasPrefix("log_") ? String(name.dropFirst(4)) : name {
      case "kern": 0
      case "user": 1
      case "mail": 2
      case "daemon": 3
      case "auth": 4
      case "syslog": 5
      case "lpr": 6
      case "news": 7
      case "uucp": 8
      case "cron": 9
      case "authpriv": 10
      case "ftp": 11
      case "local0": 16
      case "local1": 17
      case "local2": 18
      case "local3": 19
      case "local4": 20
      case "local5": 21
      case "local6": 22
      case "local7": 23
      default: nil
      }
    return number.map { $0 << 3 }
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
      // The C library opens a socket for it, and keeps that.
      withVaList([text]) { arguments in
        StandardDescriptors.whileReserved { vsyslog(priority, "%s", arguments) }
      }
    }
  }
}
