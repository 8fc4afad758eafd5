import AnyEvent

/// The log messages of other nodes that are caught here, and those of this node that others catch.
final class Logs {
  /// The service that catches logs.
  static let service = "AnyEvent::MP::LogCatcher::catch"

  let kernel: Kernel
  let peers: Peers
  let functions: Functions
  let database: Database
  /// Whose messages are sent to catchers, and where caught ones are logged.
  var system = LogSystem.shared
  /// Sends our log messages to other nodes, once one has asked for them.
  private(set) var sender: LogSender?
  /// Catches the log messages of other nodes.
  private(set) var catching: LogCatching?

  init(_ kernel: Kernel, _ peers: Peers, _ functions: Functions, _ database: Database) {
    self.kernel = kernel
    self.peers = peers
    self.functions = functions
    self.database = database
    functions.registerBuiltIn(LogSender.function) { [unowned self] in try connect($0) }
    functions.registerService(Self.service) { [unowned self] in try startService($0) }
  }

  /// Catches the log messages of all other nodes up to a level, or of none any more.
  func catchLogs(upTo level: LogLevel?) {
    let before = catching
    catching = nil
    before?.stop()
    guard let level, !peers.isClosed else { return }
    let catching = LogCatching(self, level: level)
    self.catching = catching
    catching.start()
  }

  private func startService(_ arguments: [Value]) throws {
    guard let level = arguments.first, !level.isNull else { return catchLogs(upTo: nil) }
    guard let level = LogLevel(level.string ?? "") else {
      throw RequestError("\(level) is no log level: 1 to 9, or a name as warn")
    }
    catchLogs(upTo: level)
  }

  /// Another node, or this one, wants our messages.
  private func connect(_ call: UnsafeBufferPointer<Value>) throws {
    let sender = sender ?? LogSender(kernel, peers, system)
    self.sender = sender
    try sender.connect(call)
  }

  /// Sends and catches no log messages any more.
  func stop() {
    catching?.stop()
    catching = nil
    sender?.stop()
    sender = nil
  }

  /// The same at the end of the node, which nothing may be asked of any more.
  func dissolve() {
    catching = nil
    sender?.dissolve()
    sender = nil
  }
}
