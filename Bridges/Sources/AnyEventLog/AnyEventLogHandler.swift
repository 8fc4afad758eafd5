public import AnyEvent
public import Logging

/// A backend for swift-log: what loggers log goes to AnyEvent's log contexts.
///
///     LoggingSystem.bootstrap(AnyEventLogHandler.init(label:metadataProvider:), metadataProvider: nil)
///
/// A logger's label is the name of its context: `Logger(label: "Shop::Orders")` logs where
/// `LogContext("Shop::Orders")` does, so `AE_VERBOSE` and `AE_LOG` decide what is written, and where
/// to. Contexts of packages are kept for ever, so labels are names of parts of a program, not of
/// requests or users; those belong to the metadata, which follows the text as `key=value`.
///
/// May be used from any thread.
public struct AnyEventLogHandler: LogHandler {
  /// Where the messages go.
  public let context: LogContext
  /// What each message has besides its own metadata.
  public var metadata: Logger.Metadata = [:]
  /// Gives further metadata with each message.
  public var metadataProvider: Logger.MetadataProvider?
  private var ownLevel: Logger.Level?

  /// A handler for the context of a package with the label as its name; for `LoggingSystem.bootstrap`.
  public init(label: String, metadataProvider: Logger.MetadataProvider? = nil) {
    self.init(LogContext(label), metadataProvider: metadataProvider)
  }

  /// A handler for a context.
  public init(_ context: LogContext, metadataProvider: Logger.MetadataProvider? = nil) {
    self.context = context
    self.metadataProvider = metadataProvider
  }

  /// The least severe level that the logger hands over.
  ///
  /// Until it is set it follows the contexts: it is the least severe level that would be logged
  /// somewhere now, so that no other text is even made. One that was set holds for this logger and
  /// its copies, and the contexts still stop what they would stop anyway.
  public var logLevel: Logger.Level {
    get { ownLevel ?? leastLevel }
    set { ownLevel = newValue }
  }

  private var leastLevel: Logger.Level {
    Self.levels.first { context.isEnabled(LogLevel($0)) } ?? .critical
  }

  /// From the least severe one.
  private static let levels = Logger.Level.allCases.sorted()

  /// One value of ``metadata``.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Logs in the context; swift-log calls it.
  public func log(event: LogEvent) {
    context.log(LogLevel(event.level), text(of: event))
  }

  /// The message with its metadata; its own values win over the provider's, these over the handler's.
  private func text(of event: LogEvent) -> String {
    var all = metadata
    if let more = metadataProvider?.get() { all.merge(more) { _, new in new } }
    if let error = event.error { all["error"] = "\(error)" }
    if let more = event.metadata { all.merge(more) { _, new in new } }
    return "\(event.message)" + MetadataText.suffix(for: all)
  }
}
