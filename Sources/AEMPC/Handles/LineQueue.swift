internal import AnyEvent
internal import AnyEventMP
public import CAEMP

/// Lines that wait to be told from the loop, and whom they are told.
struct LineQueue<Callback> {
  struct Line {
    let level: UInt8
    let facility: String
    let text: String
  }

  /// How many lines wait at most; further ones are counted and dropped.
  static var limit: Int { 1000 }

  /// The function of C's.
  private(set) var cb: Callback?
  private(set) var data: UserData?
  /// The lowest priority that is wanted; 0: none.
  private(set) var level: UInt8 = 0
  private var lines: [Line] = []
  private var dropped = 0

  init() {}

  init(_ cb: Callback?, _ data: UserData, level: UInt8) {
    self.cb = cb
    self.data = cb == nil ? nil : data
    self.level = cb == nil ? 0 : level
  }

  var isWanted: Bool { cb != nil }

  /// Adds a line; true when it is the first that waits.
  mutating func append(_ line: Line) -> Bool {
    guard lines.count < Self.limit else {
      dropped += 1
      return false
    }
    lines.append(line)
    return lines.count == 1
  }

  /// Takes all that wait.
  mutating func takeAll() -> [Line] {
    defer {
      lines = []
      dropped = 0
    }
    guard dropped > 0 else { return lines }
    return lines + [
      Line(
        level: LogLevel.warn.rawValue, facility: "aemp",
        text: "\(dropped) lines more came in one turn of the loop and were dropped")
    ]
  }
}

extension NodeBox {
  /// Has a message told that the node has logged.
  func note(_ message: LogMessage) {
    guard state == .open, log.isWanted, message.level.rawValue <= log.level else { return }
    let line = LineQueue<aemp_log_cb>.Line(
      level: message.level.rawValue, facility: message.context.title, text: message.text)
    guard log.append(line) else { return }
    loop.postpone { [self] in
      guard state == .open, let cb = log.cb, let data = log.data else { return }
      for line in log.takeAll() {
        // The callback may have closed the node, or set another.
        guard state == .open, log.data === data else { break }
        callingPlainly { cb(handle, CInt(line.level), line.facility, line.text, data.ud) }
      }
    }
  }

  /// Has a line told about a message that was sent or received.
  func note(_ text: String) {
    guard state == .open else { return }
    guard trace.append(.init(level: 0, facility: "", text: text)) else { return }
    loop.postpone { [self] in
      guard state == .open, let cb = trace.cb, let data = trace.data else { return }
      for line in trace.takeAll() {
        guard state == .open, trace.data === data else { break }
        callingPlainly { cb(handle, line.text, data.ud) }
      }
    }
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_on_log(
  _ node: OpaquePointer?, _ level: CInt, _ cb: aemp_log_cb?, _ ud: UnsafeMutableRawPointer?,
  _ free: aemp_free_cb?
) -> CInt {
  let data = UserData(ud, free, node)
  return withNode(node) { box in
    guard cb == nil || (1...9).contains(level) else {
      return failArgument("the level must be 1 to 9, not \(level)", "aemp_on_log")
    }
    box.log = LineQueue(cb, data, level: UInt8(truncatingIfNeeded: level))
    HostedNodes.setLevel(box.log.level, of: box)
    return 0
  }
}

/// See `aemp.h`.
@c @implementation public func aemp_on_trace(
  _ node: OpaquePointer?, _ cb: aemp_trace_cb?, _ ud: UnsafeMutableRawPointer?,
  _ free: aemp_free_cb?
) -> CInt {
  let data = UserData(ud, free, node)
  return withNode(node) { box in
    box.trace = LineQueue(cb, data, level: 0)
    box.node.isTraced = cb != nil
    box.isTracedByEnvironment = false
    return 0
  }
}
