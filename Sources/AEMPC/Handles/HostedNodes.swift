internal import AnyEvent
internal import AnyEventMP
internal import CAEMP
internal import Synchronization

/// The nodes of this process that C has: whose log and trace lines go where.
enum HostedNodes {
  private struct Boxes: @unchecked Sendable {
    var all: [ObjectIdentifier: Entry] = [:]
  }

  private struct Entry {
    let box: Unmanaged<NodeBox>
    /// The lowest priority of log lines that it wants; 0: none.
    var level: UInt8 = 0
  }

  private static let boxes = Mutex(Boxes())

  /// The number of nodes that obey the environment.
  ///
  /// The lock is held while the process's log is changed, so that the last thread's change stands; a line that is
  /// logged meanwhile takes the lock of the boxes only.
  private static let logging = Mutex(0)

  /// Where our log lines come from.
  private static let context: LogContext = {
    LogSystem.isGuest = true
    let context = LogContext(title: "aemp.h")
    context.level(nil)
    context.message_cb { message in
      HostedNodes.take(message)
      return false
    }
    LogContext.COLLECT.attach(context)
    return context
  }()

  /// Whether the process's log is as a guest's must be, and the process is told of forks; evaluated once,
  /// before anything is logged.
  static let isPrepared: Bool = {
    _ = context
    Node.divertTraces { node, line in HostedNodes.take(line, of: node) }
    return Loop.isToldOfForks && aempc_watch_forks() == 0
  }()

  static func add(_ box: NodeBox) {
    boxes.withLock { $0.all[ObjectIdentifier(box.node)] = Entry(box: .passUnretained(box)) }
  }

  static func remove(_ box: NodeBox) {
    boxes.withLock { $0.all[ObjectIdentifier(box.node)] = nil }
    levelsChanged()
  }

  /// Sets the level up to which a node wants log lines; 0: none.
  static func setLevel(_ level: UInt8, of box: NodeBox) {
    boxes.withLock { $0.all[ObjectIdentifier(box.node)]?.level = level }
    levelsChanged()
  }

  /// Lets messages come up to the highest level that a node wants.
  private static func levelsChanged() {
    logging.withLock { _ in
      let level = boxes.withLock { boxes in boxes.all.values.map { $0.level }.max() }
      context.level(level.flatMap { LogLevel(rawValue: $0) })
    }
  }

  private static func box(of node: Node) -> NodeBox? {
    boxes.withLock { $0.all[ObjectIdentifier(node)]?.box.takeUnretainedValue() }
  }

  private static func take(_ message: LogMessage) {
    if let node = Node.bound, let box = box(of: node) { return box.note(message) }
    let running = Loop.running
    let wanting = boxes.withLock { boxes in
      boxes.all.values.compactMap { entry -> NodeBox? in
        let box = entry.box.takeUnretainedValue()
        // Each node has a loop object of its own, whose look-ups are for this node.
        guard running == nil || running === box.loop else { return nil }
        return message.level.rawValue <= entry.level ? box : nil
      }
    }
    for box in wanting {
      if running == nil { box.loop.post { box.note(message) } } else { box.note(message) }
    }
  }

  // MARK: The environment

  /// Has the process's log obey the environment until ``forgetEnvironment()`` is called as often.
  static func followEnvironment() {
    logging.withLock { followers in
      followers += 1
      if followers == 1 { LogSystem.shared.followEnvironment() }
    }
  }

  /// Takes one ``followEnvironment()`` back.
  static func forgetEnvironment() {
    logging.withLock { followers in
      followers -= 1
      guard followers == 0 else { return }
      LogSystem.shared.forgetEnvironment()
      LogContext.COLLECT.attach(context)
    }
  }

  /// Hands a line to the node's trace callback; false if it has none.
  private static func take(_ line: String, of node: Node) -> Bool {
    guard let box = box(of: node), box.trace.isWanted else { return false }
    box.note(line)
    return true
  }
}
