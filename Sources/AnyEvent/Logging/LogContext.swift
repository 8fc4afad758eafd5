public import Synchronization

/// A place where messages are logged: it filters them, may log them, and passes them on.
///
/// Every package (or Swift module) has its context. A message that the context's levels let pass
/// goes to the context's own log callback, if it has one, and then to its slaves, unless the
/// callback has consumed it; to each context at most once. A new package context lets all levels
/// pass, has no callback, and one slave: the context of the parent package, the name without its
/// last `::` component. The parent of a name without `::` is ``COLLECT``, from where messages
/// wander to ``FILTER`` (which stops what is below `AE_VERBOSE`) and ``LOG`` (which writes to
/// standard error).
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
  /// It lives as long as somebody holds it or has it attached.
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
  /// The text is not built, and nothing but a load and a comparison is done, when nobody wants it.
  /// - Parameters:
  ///   - level: the priority. ``LogLevel/fatal`` only logs; it doesn't end the program.
  ///   - message: the text, one or more lines; a newline at the end is dropped.
  /// - Returns: true if it was logged somewhere.
  @inlinable @discardableResult
  public func log(_ level: LogLevel, _ message: @autoclosure () -> String) -> Bool {
    guard isEnabled(level) else { return false }
    return deliver(level, message)
  }

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
