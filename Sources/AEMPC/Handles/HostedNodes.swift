internal import AnyEvent
internal import AnyEventMP
internal import CAEMP
internal import Synchronization

/// The nodes of this process that C has: whose log and trace lines go where.
enum HostedNodes {
  private struct Boxes: @unchecked Sendable {
    var all: [ObjectIdentifier: Unmanaged<NodeBox>] = [:]
  }

  private static let boxes = Mutex(Boxes())

  /// Has the process's log as a guest's must be, before anything is logged; once.
  static func prepare() { _ = isPrepared }

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

  private static let isPrepared: Bool = {
    _ = context
    Node.divertTraces { node, line in HostedNodes.take(line, of: node) }
    return aempc_watch_forks() == 0
  }()

  static func add(_ box: NodeBox) {
    boxes.withLock { $0.all[ObjectIdentifier(box.node)] = .passUnretained(box) }
  }

  static func remove(_ box: NodeBox) {
    boxes.withLock { $0.all[ObjectIdentifier(box.node)] = nil }
    levelsChanged()
  }

  /// Lets those messages come that somebody wants.
  static func levelsChanged() {
    let levels = boxes.withLock { boxes in
      boxes.all.values.map { $0.takeUnretainedValue().log.level }
    }
    context.level(levels.max().flatMap { LogLevel(rawValue: $0) })
  }

  private static func box(of node: Node) -> NodeBox? {
    boxes.withLock { $0.all[ObjectIdentifier(node)]?.takeUnretainedValue() }
  }

  private static func take(_ message: LogMessage) {
    if let node = Node.bound, let box = box(of: node) { return box.note(message) }
    // Of a part of the loop, such as a look-up: for all nodes on it.
    guard let loop = Loop.running else { return }
    let onLoop = boxes.withLock { boxes in
      boxes.all.values.map { $0.takeUnretainedValue() }.filter { $0.loop === loop }
    }
    for box in onLoop { box.note(message) }
  }

  /// Whether the node has who wants its lines.
  private static func take(_ line: String, of node: Node) -> Bool {
    guard let box = box(of: node), box.trace.isWanted else { return false }
    box.note(line)
    return true
  }
}
