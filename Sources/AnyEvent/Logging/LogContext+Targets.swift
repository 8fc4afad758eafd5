/// The usual targets; each takes the place of the context's log callback.
extension LogContext {
  /// Writes messages to standard error, each with a single `write(2)`.
  public func log_to_warn() {
    let write = system.host.standardError
    log_cb { lines in
      write(lines)
      return false
    }
  }

  /// Appends messages to a file that is opened once and kept open.
  ///
  /// A file that can't be opened or written is reported on standard error, once until it works
  /// again; it is tried anew for each message.
  /// - Parameter path: created with mode 0666 less the umask; better absolute.
  public func log_to_file(_ path: String) {
    log(to: LogFile(path: path, opening: .once, complain: system.host.complain))
  }

  /// Appends messages to a file that is opened for each message.
  ///
  /// Slower than ``log_to_file(_:)``, but the file may be moved or deleted at any time.
  /// - Parameter path: as for ``log_to_file(_:)``.
  public func log_to_path(_ path: String) {
    log(to: LogFile(path: path, opening: .eachTime, complain: system.host.complain))
  }

  /// Sends messages to the system's log daemon, a line at a time, trace messages as debug ones.
  ///
  /// - Parameter facility: a facility of `syslog(3)` by name, with or without `LOG_`.
  /// - Returns: false, and nothing is changed, if there is no such facility.
  @discardableResult
  public func log_to_syslog(_ facility: String = "user") -> Bool {
    guard let facility = Syslog.facility(named: facility) else { return false }
    let send = system.host.syslog
    message_cb { message in
      for line in Syslog.lines(of: message) {
        send(facility | Syslog.severity(of: message.level), line)
      }
      return false
    }
    return true
  }

  private func log(to file: LogFile) {
    log_cb { lines in
      file.write(lines)
      return false
    }
  }
}
