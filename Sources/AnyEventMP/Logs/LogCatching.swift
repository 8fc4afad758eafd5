import AnyEvent

/// The catching side: asks every node in the database for its log messages, and logs them here.
final class LogCatching {
  /// The most contexts of other nodes that messages are logged in; messages of further contexts are
  /// logged in our own.
  static let maximumContexts = 256

  private unowned let logs: Logs
  private let kernel: Kernel
  private let peers: Peers
  /// The highest level that is caught.
  let level: LogLevel
  private var familyWatch: Subscription?
  private var nodeWatch: Subscription?
  /// The nodes in the database, with their addresses.
  private var listed: TextDictionary<Value> = [:]
  private var sources: TextDictionary<Source> = [:]
  private var retries: TextDictionary<TimerWatcher> = [:]
  /// Limits the messages of one node that are logged in a second; further ones are counted.
  private var limiter: LogRateLimiter<Text>
  /// The limit with which it counts.
  private var lines: Int
  private var contexts: TextDictionary<LogContext> = [:]
  /// Logs the number of left-out messages when no more arrive.
  private var summary: TimerWatcher?
  /// The seconds in which the limited number of messages of a node is logged.
  private static let interval = 1.0

  /// A node that was asked for its messages.
  private struct Source {
    /// The port for the node's messages.
    let port: PortID
    /// The monitor on the node.
    let monitor: Subscription
  }

  init(_ logs: Logs, level: LogLevel) {
    self.logs = logs
    kernel = logs.kernel
    peers = logs.peers
    self.level = level
    lines = logs.peers.limits.caughtLines
    limiter = Self.limiter(lines)
  }

  /// Begins to count anew, with the limit as it is now.
  func limitChanged() {
    guard lines != peers.limits.caughtLines else { return }
    lines = peers.limits.caughtLines
    limiter = Self.limiter(lines)
  }

  private static func limiter(_ lines: Int) -> LogRateLimiter<Text> {
    LogRateLimiter(lines: lines, interval: interval, maximumKeys: 1024)
  }

  /// The nodes that were asked for their messages.
  var nodes: [String] { sources.keys.sorted() }

  func start() {
    AE.log(.info, in: Log.logCatcher, "catching the log of other nodes up to level \(level).")
    // The running port must not own these watchers, which outlive it.
    kernel.asNoPort(watch)
  }

  private func watch() {
    familyWatch = logs.database.monitor(InternalFamily.listeners) {
      [unowned self] family, added, changed, deleted in
      for id in deleted { unlist(id) }
      for id in added + changed {
        listed[id] = family[id]
        connect(to: id)
      }
    }
    // A node without addresses can be asked only when it connects by itself, however much later.
    nodeWatch = peers.watch { [unowned self] id, isUp, _ in
      if isUp, listed[id] != nil { connect(to: id) }
    }
  }

  func stop() {
    familyWatch?.cancel()
    familyWatch = nil
    nodeWatch?.cancel()
    nodeWatch = nil
    retries = [:]
    summary = nil
    for id in sources.keys { leave(id) }
  }

  private func unlist(_ id: String) {
    listed[id] = nil
    retries[id] = nil
  }

  /// Asks a node for its messages; a node without addresses only if it is connected.
  private func connect(to id: String) {
    guard id != kernel.id, sources[id] == nil else { return }
    let hasListeners = listed[id]?.array?.isEmpty == false
    guard hasListeners || peers.isUp(id) == true else { return }
    retries[id] = nil
    let port = kernel.port()
    // Messages may still wait for the port after the end of the catching.
    kernel.localPort(port, for: "catch")?.fallback = Handler { [weak self] message in
      self?.received(message, from: id)
    }
    let monitor = kernel.monitor(PortID(id)) { [unowned self] _ in
      leave(id)
      retry(id)
    }
    sources[id] = Source(port: port, monitor: monitor)
    logs.functions.send(
      [.int(0), .string(port.id), .int(Int(level.rawValue))], toFunction: LogSender.function, on: id
    )
  }

  /// Asks a lost node again later, because it may come back without a change of the database.
  private func retry(_ id: String) {
    guard listed[id] != nil, familyWatch != nil else { return }
    retries[id] = kernel.loop.timer(after: peers.monitorTimeout) { [unowned self] in
      kernel.run { connect(to: id) }
    }
  }

  private func leave(_ id: String) {
    guard let source = sources.removeValue(forKey: id) else { return }
    source.monitor.cancel()
    kernel.kill(source.port)
  }

  /// Logs a message of another node: time, context, level, text.
  private func received(_ message: UnsafeBufferPointer<Value>, from id: String) {
    LogTap.quietly {
      guard message.count >= 4, let time = message[0].double, let title = message[1].string,
        let level = LogLevel(message[2].string ?? ""), let text = message[3].string
      else {
        return kernel.peerLog.log(
          .error, in: Log.logCatcher, "\(id) sends no log messages but something else: ignored",
          similarTo: "\(id): log messages")
      }
      let context = context(title)
      guard context.isEnabled(level) else { return }
      switch limiter.admit(Text(id), at: kernel.loop.monotonicNow) {
      case .suppress: if summary == nil { scheduleSummary() }
      case .log(let suppressed):
        if suppressed > 0 { report(suppressed, of: id) }
        context.log(
          level, "[\(id)\(Self.difference(kernel.loop.time - time))] \(Log.cut(text, to: 16_000))")
      }
    }
  }

  private func scheduleSummary() {
    summary = kernel.loop.timer(after: Self.interval) { [unowned self] in
      summary = nil
      LogTap.quietly {
        for (id, suppressed) in limiter.flush(at: kernel.loop.monotonicNow) {
          report(suppressed, of: id?.string ?? "several nodes")
        }
      }
      // The time of nodes that began to be limited later is not over.
      if limiter.hasSuppressed { scheduleSummary() }
    }
  }

  private func report(_ suppressed: Int, of id: String) {
    logs.system.context(LogSender.title)
      .log(.warn, "[\(id)] \(suppressed) log messages were left out: there were too many")
  }

  /// The delay of the other node's clock as `(+0.0123)`; empty when it is negligible.
  static func difference(_ seconds: Double) -> String {
    guard abs(seconds) > 1e-4 else { return "" }
    guard abs(seconds) < 1e9 else { return "(unknown time)" }
    let parts = Int((abs(seconds) * 1e4).rounded())
    let fraction = String(parts % 10_000)
    let zeros = String(repeating: "0", count: 4 - fraction.utf8.count)
    return "(\(seconds < 0 ? "-" : "+")\(parts / 10_000).\(zeros)\(fraction))"
  }

  /// The context of that name in this process; their number is limited, because a context stays for ever.
  private func context(_ title: String) -> LogContext {
    if let known = contexts[title] { return known }
    guard contexts.count < Self.maximumContexts, Self.isPackage(title) else {
      return logs.system.context(LogSender.title)
    }
    let context = logs.system.context(title)
    contexts[title] = context
    return context
  }

  /// Whether the text can be the name of a package or module.
  private static func isPackage(_ title: String) -> Bool {
    (1...100).contains(title.utf8.count)
      && title.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
          true
        default: false
        }
      }
  }
}
