internal import Glibc
public import Synchronization

/// A place where messages are logged: it filters them, may log them, and passes them on.
///
/// Every package (or Swift module) has its context. A message that the context's levels let pass
/// goes to the context's own log callback, if it has one, and then to its slaves, unless the
/// callback has consumed it; to each context at most once. A new package context lets all levels
/// pass, has no callback, and one slave: the context of the parent package, the name without its
/// last `::` component. The parent of a name without `::` is ``COLLECT``, from where messages go to
/// ``FILTER`` (which stops messages below `AE_VERBOSE`) and ``LOG`` (which writes to standard error).
///
/// The value is a reference: copies are the same context. May be used from any thread; callbacks
/// run on the thread that logs. Keep a context that is used often in a `let`, so that it is not
/// looked up again. Corresponds to the contexts of Perl's AnyEvent::Log.
public struct LogContext: Sendable {
  @usableFromInline let node: LogNode
  let system: LogSystem

  init(node: LogNode, system: LogSystem) {
    self.node = node
    self.system = system
  }

  /// The context of a package, such as `AnyEvent::MP::Kernel`; made when first asked for.
  public init(_ package: String) {
    self = LogSystem.shared.context(package)
  }

  /// A new context that belongs to no package: no slaves, no callback, all levels.
  ///
  /// It lives as long as it is referenced or attached to another context.
  /// Corresponds to Perl's `new AnyEvent::Log::Ctx`.
  public init(title: String = "") {
    self = LogSystem.shared.anonymousContext(title: title)
  }

  /// Where the messages of all packages arrive before any filtering.
  public static var COLLECT: LogContext { LogSystem.shared.COLLECT }

  /// The context that filters by the global level, that of `AE_VERBOSE` at first.
  public static var FILTER: LogContext { LogSystem.shared.FILTER }

  /// The context that writes: to standard error, unless it is told otherwise.
  public static var LOG: LogContext { LogSystem.shared.LOG }

  /// The package name, or the title given to a context without package.
  public var title: String {
    get { node.configuration.withLock { $0.title } }
    nonmutating set { update { $0.title = newValue } }
  }

  /// Logs a message in this context.
  ///
  /// When no target wants the level, the cost is a load and a comparison, and the text is not built.
  /// - Parameters:
  ///   - level: the priority. ``LogLevel/fatal`` only logs; it doesn't end the program.
  ///   - message: the text, one or more lines; a newline at the end is dropped.
  /// - Returns: true if it was logged somewhere.
  @inlinable @discardableResult
  public func log(_ level: LogLevel, _ message: @autoclosure () -> String) -> Bool {
    guard isEnabled(level) else { return false }
    return deliver(level, message)
  }

  /// A function that logs in this context at that level: Perl's `$ctx->logger ($level)`.
  public func logger(_ level: LogLevel) -> LogFunction { LogFunction(self, level) }

  /// True if a message of that level would be logged somewhere.
  @inlinable
  public func isEnabled(_ level: LogLevel) -> Bool {
    node.reach.load(ordering: .relaxed) & level.mask != 0
  }
}

extension LogContext: Hashable {
  /// True if both are the same context, not merely contexts with the same title.
  public static func == (left: LogContext, right: LogContext) -> Bool {
    left.node === right.node
  }

  /// Hashes the identity of the context.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(node))
  }
}

extension LogContext: CustomStringConvertible {
  /// The title.
  public var description: String { title }
}

extension LogContext {
  /// The context of the module that a `#fileID` belongs to.
  ///
  /// - Parameter fileID: `Module/File.swift`, as the compiler writes it.
  /// - Returns: the context of the package with the module's name; `AnyEvent::MP` for the modules of
  ///   this package.
  public static func ofModule(_ fileID: StaticString = #fileID) -> LogContext {
    LogContext(LogPackage.ofModule(fileID))
  }
}

// MARK: - Delivery

extension LogContext {
  /// Walks the message through the contexts; returns true if a target got it.
  ///
  /// No lock is held while a callback runs, so that it may log and configure.
  @usableFromInline
  func deliver(_ level: LogLevel, _ makeText: () -> String) -> Bool {
    var waiting = [(node: node, level: level)]
    var seen: [ObjectIdentifier] = []
    var message: LogMessage?
    var formatted: (level: LogLevel, lines: String)?
    var isLogged = false

    while let (node, incoming) = waiting.popLast() {
      let settings = node.configuration.withLock { $0 }
      guard settings.levels.contains(level), !seen.contains(ObjectIdentifier(node)) else {
        continue
      }
      seen.append(ObjectIdentifier(node))

      let capped = settings.cap.map { max($0, incoming) } ?? incoming
      if !settings.target.isNone {
        var current = message ?? makeMessage(makeText())
        message = current
        current.level = capped
        isLogged = true

        let isConsumed = enterTarget(of: node) {
          switch settings.target {
          case .none:
            return false
          case .message(let callback):
            return callback(current)
          case .line(let callback):
            if let format = settings.format {
              return callback(format(current.time, self, capped, current.text))
            }
            let lines: String
            if let formatted, formatted.level == capped {
              lines = formatted.lines
            } else {
              lines = current.formatted
            }
            formatted = (capped, lines)
            return callback(lines)
          }
        }
        if isConsumed { continue }
      }
      for slave in settings.slaves.reversed() { waiting.append((slave, capped)) }
    }
    return isLogged
  }

  private func makeMessage(_ text: String) -> LogMessage {
    var text = text
    if text.unicodeScalars.last == "\n" { text.unicodeScalars.removeLast() }
    return LogMessage(time: system.host.time(), context: self, level: .fatal, text: text)
  }

  /// Calls a target, but not from within itself: so a target may log.
  private func enterTarget(of node: LogNode, _ call: () -> Bool) -> Bool {
    let thread = UInt(pthread_self())
    let isInside = node.configuration.withLock { settings in
      if settings.threadsInTarget.contains(thread) { return true }
      settings.threadsInTarget.append(thread)
      return false
    }
    if isInside { return false }
    defer {
      node.configuration.withLock { settings in
        if let index = settings.threadsInTarget.firstIndex(of: thread) {
          settings.threadsInTarget.remove(at: index)
        }
      }
    }
    return call()
  }
}

/// A message on its way through the contexts, as a message callback sees it.
public struct LogMessage: Sendable {
  /// When it was logged, in seconds since 1970.
  public let time: Double
  /// The context it was logged in, not the one it is passing.
  public let context: LogContext
  /// Its level; contexts on the way with a cap may have lowered the priority.
  public internal(set) var level: LogLevel
  /// The raw text, without the newline at the end; control characters are as they were given.
  public let text: String

  /// The message as AnyEvent formats it: one or more lines, each with its newline.
  ///
  /// Corresponds to Perl's AnyEvent::Log::default_format.
  public var formatted: String {
    context.system.format.lines(time: time, title: context.title, level: level, text: text)
  }
}

/// Logs at one level in one context: `let debug = AE.logger(.debug); debug("text")`.
///
/// Corresponds to Perl's AnyEvent::Log::logger.
public struct LogFunction: Sendable {
  /// The context in which it logs.
  public let context: LogContext
  /// The level at which it logs.
  public let level: LogLevel

  /// A function that logs in the given context at the given level.
  public init(_ context: LogContext, _ level: LogLevel) {
    self.context = context
    self.level = level
  }

  /// True if a message would be logged somewhere; follows changes of the configuration.
  @inlinable
  public var isEnabled: Bool { context.isEnabled(level) }

  /// Logs a message; returns true if it was logged somewhere.
  @inlinable @discardableResult
  public func callAsFunction(_ message: @autoclosure () -> String) -> Bool {
    guard isEnabled else { return false }
    return context.deliver(level, message)
  }
}
