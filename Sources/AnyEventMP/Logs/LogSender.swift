import AnyEvent

/// The side that is caught: sends the log messages of this process to those who have asked for them.
///
/// Nothing is kept for a catcher that is away, and nothing waits long for one that is slow: it is told how
/// many messages it has missed.
final class LogSender {
  /// The function that a catcher calls: `(0, port, level)`; without a level it wants no more.
  static let function = "AnyEvent::MP::LogCatcher::connect"
  /// The context of what is said about this.
  static let title = "AnyEvent::MP::LogCatcher"
  /// So many ports may catch at a time.
  static let maximumCatchers = 64
  /// So many of one node: others want to catch as well.
  static let maximumOfNode = 8
  /// As long as more bytes wait for its node, a catcher is sent nothing.
  static let maximumQueue = 1 << 20

  private let kernel: Kernel
  private let peers: Peers
  private let system: LogSystem
  private lazy var reference = Reference(self)
  private var catchers: [PortID: Catcher] = [:]
  private var tap: LogTap?

  /// A port that wants messages.
  private struct Catcher {
    var level: LogLevel
    let monitor: Subscription
    /// How many messages it has missed since it was told.
    var missed = 0
  }

  init(_ kernel: Kernel, _ peers: Peers, _ system: LogSystem) {
    self.kernel = kernel
    self.peers = peers
    self.system = system
  }

  /// The ports that catch.
  var ports: [PortID] { Array(catchers.keys) }

  /// Up to which level messages are sent; nil when nobody catches.
  var level: LogLevel? { catchers.values.map(\.level).max() }

  /// A call of ``function``.
  func connect(_ call: UnsafeBufferPointer<Value>) throws {
    let arguments = RequestArguments(message: call)
    let port = try arguments.port(2)
    guard !port.id.isEmpty else { throw RequestError("argument 2 (port) is empty") }
    guard call.count > 3, !call[3].isNull else { return remove(port) }
    let level = try LogLevel(catching: call[3])
    if catchers[port] != nil {
      catchers[port]?.level = level
    } else {
      if let source = kernel.source?.id, port.node != source {
        throw RequestError("argument 2 (port) is none of the node that wants to catch")
      }
      guard catchers.count < Self.maximumCatchers else {
        throw RequestError("\(catchers.count) ports catch the log here, as many as may")
      }
      guard catchers.keys.count(where: { $0.node == port.node }) < Self.maximumOfNode else {
        throw RequestError(
          "\(Self.maximumOfNode) ports of that node catch the log here, as many as may")
      }
      let monitor = kernel.monitor(port) { [unowned self] _ in forget(port) }
      catchers[port] = Catcher(level: level, monitor: monitor)
    }
    setLevel()
  }

  /// Sends to nobody any more.
  func stop() {
    for catcher in catchers.values { catcher.monitor.cancel() }
    catchers = [:]
    setLevel()
    reference.clear()
  }

  /// The node is gone.
  func dissolve() {
    reference.clear()
    tap?.close()
  }

  private func remove(_ port: PortID) {
    catchers[port]?.monitor.cancel()
    forget(port)
  }

  private func forget(_ port: PortID) {
    catchers[port] = nil
    setLevel()
  }

  private func setLevel() {
    guard let level else {
      tap?.close()
      tap = nil
      return
    }
    let tap = tap ?? makeTap()
    self.tap = tap
    tap.level(level)
  }

  private func makeTap() -> LogTap {
    let loop = kernel.loop
    let door = LogDoor(reference)
    return LogTap(system) { loop.post { door.flush() } }
  }

  /// Sends what has come.
  fileprivate func flush() {
    guard let caught = tap?.take() else { return }
    kernel.run { send(caught) }
  }

  private func send(_ caught: LogTap.Catch) {
    LogTap.quietly {
      for port in catchers.keys { catchers[port]?.missed += caught.lost }
      for line in caught.lines {
        for (port, catcher) in catchers where line.level <= catcher.level { send(line, to: port) }
      }
    }
  }

  private func send(_ line: LogTap.Line, to port: PortID) {
    guard peers.queuedBytes(for: port.node) <= Self.maximumQueue else {
      catchers[port]?.missed += 1
      return
    }
    if let missed = catchers[port]?.missed, missed > 0 {
      catchers[port]?.missed = 0
      kernel.send(
        LogTap.Line(
          time: line.time, title: Self.title, level: .warn,
          text: "\(missed) log messages were left out: there were too many to be sent"
        ).message, to: port)
    }
    kernel.send(line.message, to: port)
  }
}

/// What other threads hold of a sender.
///
/// It is used on the loop's thread only.
private final class LogDoor: @unchecked Sendable {
  private let sender: Reference<LogSender>

  init(_ sender: Reference<LogSender>) {
    self.sender = sender
  }

  func flush() { sender.object?.flush() }
}

extension LogTap.Line {
  /// What a catcher is sent.
  fileprivate var message: [Value] {
    [.double(time), .string(title), .int(Int(level.rawValue)), .string(text)]
  }
}

extension LogLevel {
  /// A level as another node writes it: a number or a name.
  init(catching value: Value) throws {
    guard let level = LogLevel(value.string ?? "") else {
      throw RequestError("argument 3 (level) is no log level: 1 to 9, or a name as warn")
    }
    self = level
  }
}
