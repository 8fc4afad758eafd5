import AnyEvent

/// One direction of a simulated connection: what was written and has not arrived.
final class Pipe {
  /// What travels.
  enum Item {
    case bytes(ArraySlice<UInt8>)
    case endOfStream
    case reset

    var count: Int {
      if case .bytes(let bytes) = self { bytes.count } else { 0 }
    }
  }

  let path: Path
  private unowned let network: SimulatedNetwork
  private let loop: Loop
  private var items: [(arrival: Double, item: Item)] = []
  private var head = 0
  private var timer: TimerWatcher?
  /// Bytes under way.
  private(set) var count = 0
  /// Called with what has arrived.
  var deliver: ((Item) -> Void)?
  /// Called when there is more room than before.
  var roomGrew: (() -> Void)?

  init(path: Path, network: SimulatedNetwork) {
    self.path = path
    self.network = network
    loop = network.loop
  }

  var isEmpty: Bool { head == items.count }
  var room: Int { max(0, path.conditions.capacity - count) }

  /// Sends bytes, perhaps in several pieces.
  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while rest.count > 1, path.random.chance(path.conditions.splitting) {
      let piece = rest.prefix(path.random.number(below: rest.count - 1) + 1)
      append(.bytes(piece))
      rest = rest.dropFirst(piece.count)
    }
    if !rest.isEmpty { append(.bytes(rest)) }
  }

  func send(_ item: Item) { append(item) }

  private func append(_ item: Item) {
    let last = isEmpty ? 0 : items[items.count - 1].arrival
    items.append((max(last, loop.monotonicNow + path.latency()), item))
    count += item.count
    arm()
  }

  /// Loses what is under way from some byte on; then a reset arrives.
  func cut() {
    let kept = path.random.number(below: count + 1)
    var left = kept
    var remaining: [(arrival: Double, item: Item)] = []
    for (arrival, item) in items[head...] {
      guard case .bytes(let bytes) = item, left > 0 else { break }
      remaining.append((arrival, .bytes(bytes.prefix(left))))
      left -= min(left, bytes.count)
    }
    items = remaining
    head = 0
    count = kept
    append(.reset)
  }

  /// Loses everything and is of no use any more.
  func end() {
    items = []
    head = 0
    count = 0
    timer = nil
    deliver = nil
    roomGrew = nil
  }

  /// Waits for the arrival of what comes first; again after the path was blocked.
  func arm() {
    guard timer == nil, !isEmpty, !path.isBlocked else { return }
    timer = loop.timer(after: max(0, items[head].arrival - loop.monotonicNow)) { [unowned self] in
      timer = nil
      // The delivery may end the connection, which owns the pipe.
      withExtendedLifetime(self) {
        if !path.isBlocked { deliverFirst() }
        arm()
      }
    }
  }

  private func deliverFirst() {
    let item = items[head].item
    head += 1
    if head == items.count {
      items.removeAll(keepingCapacity: true)
      head = 0
    }
    count -= item.count
    network.note(path, item.count)
    deliver?(item)
    roomGrew?()
  }
}
