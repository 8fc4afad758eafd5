import AnyEvent

/// One direction of a simulated connection: the items that were written and have not arrived.
final class Pipe {
  /// An item under way.
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
  /// The times (s) at which the pieces arrive, whatever becomes of earlier pieces.
  private var arrivals: [Double] = []
  /// The number of pieces that were delivered.
  private var arrivedInOrder: UInt64 = 0
  private var head = 0
  private var timer: TimerWatcher?
  /// The bytes that have not arrived at the other end's machine in order.
  private(set) var underWay = 0
  /// The bytes under way, and the arrived ones that were not read there.
  private(set) var count = 0
  /// Called with each item that arrives.
  var deliver: ((Item) -> Void)?
  /// Called when there is more room than before.
  var roomGrew: (() -> Void)?

  init(path: Path, network: SimulatedNetwork) {
    self.path = path
    self.network = network
    loop = network.loop
  }

  var isEmpty: Bool { head == items.count }
  var hasMuchRoom: Bool { room > 0 && room >= path.conditions.capacity / 3 }
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

  /// The number of pieces with data that have arrived, in order or not.
  var pieces: UInt64 {
    let now = loop.monotonicNow
    return arrivedInOrder + UInt64(arrivals.count { $0 <= now })
  }

  private func append(_ item: Item) {
    let last = isEmpty ? 0 : items[items.count - 1].arrival
    let arrival = path.arrival(of: item.count)
    if arrival < last, path.conditions.loss > 0,
      let repetition = path.repetition(after: arrival), repetition < last
    {
      // Its arrival shows that an earlier piece was lost.
      hurry(to: repetition)
    }
    let before = isEmpty ? 0 : items[items.count - 1].arrival
    items.append((max(before, arrival), item))
    if path.conditions.loss > 0 { arrivals.append(arrival) }
    count += item.count
    underWay += item.count
    arm()
  }

  /// Lets items that would arrive later than `time` arrive then.
  private func hurry(to time: Double) {
    for index in items.indices[head...] { items[index].arrival = min(items[index].arrival, time) }
    for index in arrivals.indices { arrivals[index] = min(arrivals[index], time) }
    timer = nil
  }

  /// Drops the bytes under way from a random one on; then a reset arrives.
  func cut() {
    let kept = path.random.number(below: underWay + 1)
    var left = kept
    var remaining: [(arrival: Double, item: Item)] = []
    for (arrival, item) in items[head...] {
      guard case .bytes(let bytes) = item, left > 0 else { break }
      remaining.append((arrival, .bytes(bytes.prefix(left))))
      left -= min(left, bytes.count)
    }
    items = remaining
    arrivals = []
    head = 0
    count -= underWay - kept
    underWay = kept
    append(.reset)
  }

  /// Drops everything and stops working.
  func end() {
    items = []
    arrivals = []
    head = 0
    count = 0
    underWay = 0
    timer = nil
    deliver = nil
    roomGrew = nil
  }

  /// Waits for the arrival of the first item; called again when the path is unblocked.
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
    underWay -= item.count
    if !arrivals.isEmpty { arrivals.removeFirst() }
    arrivedInOrder += 1
    network.note(path, item.count)
    path.to.enter { [self] in
      count -= item.count
      deliver?(item)
      path.from.enter { [self] in roomGrew?() }
    }
  }
}
