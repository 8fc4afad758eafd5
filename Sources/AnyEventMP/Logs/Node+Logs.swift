public import AnyEvent

extension Node {
  /// Catches the log messages of all other nodes up to a level, or of none any more.
  ///
  /// Every node that listens, or is connected, is asked for its messages, also those that come later.
  /// Each message is logged here in the context where it was logged there, with its level, as
  /// `[node] text`, or `[node(+0.0123)] text` when the message is older by so many seconds. So what is
  /// shown depends on this process's settings (`AE_VERBOSE`, `AE_LOG`). Nothing is kept for a connection
  /// that is lost, and of a node that sends very much only 1000 messages a second are logged. A node
  /// that is `secure` sends nothing. The loop's thread only.
  ///
  /// Corresponds to Perl's `AnyEvent::MP::LogCatcher::catch`.
  public func catchLogs(upTo level: LogLevel?) {
    loop.preconditionOnLoop()
    let before = logCatching
    logCatching = nil
    before?.stop()
    guard let level, !isClosed else { return }
    let catching = LogCatching(node: self, level: level)
    logCatching = catching
    catching.start()
  }

  /// The service that catches logs: the level as argument.
  func catchLogs(asService arguments: [Value]) throws {
    guard let level = arguments.first, !level.isNull else { return catchLogs(upTo: nil) }
    guard let level = LogLevel(level.string ?? "") else {
      throw RequestError("\(level) is no log level: 1 to 9, or a name as warn")
    }
    catchLogs(upTo: level)
  }

  /// Another node, or this one, wants our messages.
  func connectLogCatcher(_ call: UnsafeBufferPointer<Value>) throws {
    let sender = logSender ?? LogSender(node: self)
    logSender = sender
    try sender.connect(call)
  }

  /// Sends and catches no log messages any more.
  func stopLogs() {
    logCatching?.stop()
    logCatching = nil
    logSender?.stop()
    logSender = nil
  }

  /// The same at the end of the node, which nothing may be asked of any more.
  func dissolveLogs() {
    logCatching = nil
    logSender?.dissolve()
    logSender = nil
  }
}
