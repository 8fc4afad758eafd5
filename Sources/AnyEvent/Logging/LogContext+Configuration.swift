internal import AEValue
internal import Synchronization

/// Levels, slaves and callbacks; the method names are those of Perl's AnyEvent::Log::Ctx.
extension LogContext {
  // MARK: Levels

  /// Lets the given level and all of a higher priority pass; nil stops everything.
  public func level(_ level: LogLevel?) {
    update { $0.levels = LogLevels(upTo: level) }
  }

  /// Lets exactly the given levels pass, as in `levels(.debug, .trace)` or `levels(.all)`.
  public func levels(_ levels: LogLevels...) {
    update { $0.levels = LogLevels(anyOf: levels) }
  }

  /// Lets the given levels pass too.
  public func enable(_ levels: LogLevels...) {
    update { $0.levels.formUnion(LogLevels(anyOf: levels)) }
  }

  /// Stops the given levels.
  public func disable(_ levels: LogLevels...) {
    update { $0.levels.subtract(LogLevels(anyOf: levels)) }
  }

  /// Lowers messages of a higher priority to the given level, here and from here on; nil doesn't.
  ///
  /// Whether a message passes is still decided by the level it was logged with.
  public func cap(_ level: LogLevel?) {
    update { $0.cap = level }
  }

  // MARK: Slaves

  /// Passes messages on to the given contexts too; one that is attached already stays so.
  public func attach(_ contexts: LogContext...) {
    let nodes = ownNodes(contexts)
    update { $0.attach(nodes) }
  }

  /// Passes messages no longer on to the given contexts; the others stay.
  public func detach(_ contexts: LogContext...) {
    update { configuration in
      configuration.slaves.removeAll { slave in contexts.contains { $0.node === slave } }
    }
  }

  /// Passes messages on to the given contexts only, to none if there is no argument.
  public func slaves(_ contexts: LogContext...) {
    let nodes = ownNodes(contexts)
    update { configuration in
      configuration.slaves = []
      configuration.attach(nodes)
    }
  }

  // MARK: Callbacks

  /// Sets the callback that takes the formatted messages that reach this context; nil removes it.
  ///
  /// - Parameter callback: called on the thread that logs with one or more whole lines; returns
  ///   true if it has consumed the message, which then doesn't go on to the slaves. Messages that it
  ///   logs itself don't come back to it.
  public func log_cb(_ callback: (@Sendable (String) -> Bool)?) {
    update { $0.target = callback.map { .line($0) } ?? .none }
  }

  /// Sets the callback that takes the messages themselves, with time, context, level and raw text.
  ///
  /// For bridges to other logging systems; takes the place of ``log_cb(_:)``.
  /// - Parameter callback: as for ``log_cb(_:)``; the context's ``fmt_cb(_:)`` isn't called.
  public func message_cb(_ callback: @escaping @Sendable (LogMessage) -> Bool) {
    update { $0.target = .message(callback) }
  }

  /// Sets the callback that formats messages for this context's ``log_cb(_:)``; nil: the default format.
  ///
  /// - Parameter callback: gets the time in seconds since 1970, the context the message was logged
  ///   in, its level and its raw text; returns the text for the log callback, with its newline.
  public func fmt_cb(
    _ callback: (@Sendable (_ time: Double, LogContext, LogLevel, _ text: String) -> String)?
  ) {
    update { $0.format = callback }
  }
}

extension LogContext {
  /// Changes the settings, and recomputes which levels reach a target.
  func update(_ change: (inout LogConfiguration) -> Void) {
    // The old settings are released after the lock: the deinitializer of an object that a callback held
    // may log.
    let old = node.configuration.withLock { configuration in
      let old = configuration
      change(&configuration)
      return old
    }
    withExtendedLifetime(old) { system.reassess() }
  }

  private func ownNodes(_ contexts: [LogContext]) -> [LogNode] {
    contexts.map { context in
      guard context.system === system else {
        misuse("attach a log context only to contexts of the same LogSystem")
      }
      return context.node
    }
  }
}

extension LogConfiguration {
  fileprivate mutating func attach(_ nodes: [LogNode]) {
    for node in nodes where !slaves.contains(where: { $0 === node }) {
      slaves.append(node)
    }
  }
}

// MARK: - Targets

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
