import AnyEvent

/// The sending side: sends the log messages of this process to the ports that have asked for them.
///
/// Messages for a catcher that is away are dropped, and few wait for a slow one: it is told the
/// number of messages that it has missed.
final class LogSender {
  /// The function that a catcher calls: `(0, port, level)`; a call without a level ends it.
  static let function = "AnyEvent::MP::LogCatcher::connect"
  /// The context of messages about log messages.
  static let title = "AnyEvent::MP::LogCatcher"
  /// The most ports that may catch at a time.
  static let maximumCatchers = 64
  /// The most catching ports of one node, which leaves room for other nodes.
  static let maximumOfNode = 8
  /// The bytes waiting for a node beyond which its catchers get no messages.
  static let maximumQueue = 1 << 20

  private let kernel: Kernel
  private let peers: Peers
  private let system: LogSystem
  private lazy var reference = Reference(self)
  private var catchers: [PortID: Catcher] = [:]
  private var tap: LogTap?

  /// A port that catches messages.
  private struct Catcher {
    var level: LogLevel
    let monitor: Subscription
    /// The number of messages that it has missed since it was last told.
    var missed = 0
  }

  init(_ kernel: Kernel, _ peers: Peers, _ system: LogSystem) {
    self.kernel = kernel
    self.peers = peers
    self.system = system
  }

  /// The catching ports.
  var ports: [PortID] { Array(catchers.keys) }

  /// The highest level that a port catches; nil when there is none.
  var level: LogLevel? { catchers.values.map(\.level).max() }

  /// Handles a call of ``function``.
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
        throw RequestError("argument 2 (port) is no port of the node that asks")
      }
      guard catchers.count < Self.maximumCatchers else {
        throw RequestError("\(catchers.count) ports catch the log here already, which is the limit")
      }
      guard catchers.keys.count(where: { $0.node == port.node }) < Self.maximumOfNode else {
        throw RequestError(
          "\(Self.maximumOfNode) ports of that node catch the log here already, which is the limit")
      }
      let monitor = kernel.monitor(port) { [unowned self] _ in forget(port) }
      catchers[port] = Catcher(level: level, monitor: monitor)
    }
    setLevel()
  }

  /// Stops sending.
  func stop() {
    for catcher in catchers.values { catcher.monitor.cancel() }
    catchers = [:]
    setLevel()
    reference.clear()
  }

  /// Lets go of the node at its end.
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

  /// Sends the waiting messages.
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

/// The reference to a sender that other threads may hold.
///
/// Only the loop's thread uses it.
private final class LogDoor: @unchecked Sendable {
  private let sender: Reference<LogSender>

  init(_ sender: Reference<LogSender>) {
    self.sender = sender
  }

  func flush() { sender.object?.flush() }
}

extension LogTap.Line {
  /// The message for a catcher.
  fileprivate var message: [Value] {
    [.double(time), .string(title), .int(Int(level.rawValue)), .string(text)]
  }
}

extension LogLevel {
  /// Reads a level from another node: a number or a name.
  init(catching value: Value) throws {
    guard let level = LogLevel(value.string ?? "") else {
      throw RequestError("argument 3 (level) is no log level: 1 to 9, or a name such as warn")
    }
    self = level
  }
}
