import AnyEvent

/// The log messages of other nodes that this node catches, and its own that other nodes catch.
final class Logs {
  /// The service that catches log messages.
  static let service = "AnyEvent::MP::LogCatcher::catch"

  let kernel: Kernel
  let peers: Peers
  let functions: Functions
  let database: Database
  /// The source of the messages for catchers, and the place where caught messages are logged.
  let system: LogSystem
  /// Sends log messages of this node to catchers; nil until one has asked for them.
  private(set) var sender: LogSender?
  /// Catches the log messages of other nodes.
  private(set) var catching: LogCatching?

  init(_ kernel: Kernel, _ peers: Peers, _ functions: Functions, _ database: Database) {
    self.kernel = kernel
    self.peers = peers
    self.functions = functions
    self.database = database
    system = peers.surroundings.logSystem
    functions.registerBuiltIn(LogSender.function) { [unowned self] in try connect($0) }
    functions.registerService(Self.service) { [unowned self] in try startService($0) }
  }

  /// Catches the log messages of all other nodes up to a level; nil ends it.
  func catchLogs(upTo level: LogLevel?) {
    let before = catching
    catching = nil
    before?.stop()
    guard let level, !peers.isClosed else { return }
    let catching = LogCatching(self, level: level)
    self.catching = catching
    catching.start()
  }

  /// Follows changed limits.
  func limitsChanged() {
    catching?.limitChanged()
  }

  private func startService(_ arguments: [Value]) throws {
    guard let level = arguments.first, !level.isNull else { return catchLogs(upTo: nil) }
    guard let level = LogLevel(level.string ?? "") else {
      let shown = level.debugDescription
      throw RequestError("\(shown) is no log level: 1 to 9, or a name such as warn")
    }
    catchLogs(upTo: level)
  }

  /// Adds a catcher, which is a port of another node or of this one.
  private func connect(_ call: UnsafeBufferPointer<Value>) throws {
    let sender = sender ?? LogSender(kernel, peers, system)
    self.sender = sender
    try sender.connect(call)
  }

  /// Ends sending and catching.
  func stop() {
    catching?.stop()
    catching = nil
    sender?.stop()
    sender = nil
  }

  /// Ends sending and catching at the end of the node, when its parts cannot be used any more.
  func dissolve() {
    catching = nil
    sender?.dissolve()
    sender = nil
  }
}
