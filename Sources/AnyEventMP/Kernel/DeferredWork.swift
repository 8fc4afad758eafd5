/// The queue of work for the event loop: messages of a deep recursion, kills, and all that must follow them.
///
/// First in, first out, so that the order per port is kept.
struct DeferredWork: ~Copyable {
  enum Item {
    /// All messages of one run, which are for the same port.
    case messages(LocalPort, run: Int)
    /// A message to the node's own port, from another node that has had it relayed here, else from this.
    case request([Value], from: NodeEntry? = nil, bytes: Int)
    /// All kills of one run, which die of the same reason.
    case kills([Value], run: Int)
    case job(() -> Void)

    /// The bytes that count for the limit: only messages, which an endless sender can pile up.
    @inline(__always)
    fileprivate var bytes: Int {
      switch self {
      case .request(_, _, let bytes): bytes
      case .messages, .kills, .job: 0
      }
    }
  }

  private var items = FIFO<Item>()
  private var kills = DeferredKills()
  private var messages = DeferredMessages()
  /// How many bytes of memory the messages in it take.
  private(set) var bytes = 0
  /// Whether it was told that much waits.
  var isOverHighWater = false

  @inline(__always)
  var isEmpty: Bool { items.isEmpty }

  var count: Int { items.count + kills.count + messages.count }

  @inline(__always)
  mutating func append(_ item: consuming Item) {
    bytes += item.bytes
    items.append(item)
    kills.endRun()
    messages.endRun()
  }

  /// Adds a message to a port, whose values are moved out of the buffer.
  @inline(__always)
  mutating func append(
    moving message: UnsafeMutableBufferPointer<Value>, to port: LocalPort, bytes: Int
  ) {
    self.bytes += bytes
    guard messages.append(moving: message, to: port, bytes: bytes) else { return }
    items.append(.messages(port, run: messages.lastRun))
    kills.endRun()
  }

  /// Adds the kill of a port, which the table of ports keeps until then.
  @inline(__always)
  mutating func append(killOf port: LocalPort, _ reason: [Value]) {
    guard kills.append(port, reason) else { return }
    items.append(.kills(reason, run: kills.lastRun))
    messages.endRun()
  }

  /// Adds the kill of a port if it is of the run that is last in the queue.
  @inline(__always)
  mutating func append(killOf port: LocalPort, ofReasonAt address: UnsafePointer<Value>?) -> Bool {
    kills.append(port, ofReasonAt: address)
  }

  /// The run of kills that is first in the queue, if such a run is; it stays there until its last
  /// kill is taken out.
  @inline(__always)
  var firstRun: (reason: [Value], run: Int)? {
    guard !kills.isEmpty, case .kills(let reason, let run) = items.first else { return nil }
    return (reason, run)
  }

  /// Takes out the next kill of the run that was first; nil when that is done.
  @inline(__always)
  mutating func popKill(of run: Int) -> Unmanaged<LocalPort>? {
    guard let port = kills.popFirst(of: run) else { return nil }
    if !kills.isFirst(run) { _ = popFirst() }
    return port
  }

  /// A port that is killed soon.
  @inline(__always)
  var portKilledSoon: Unmanaged<LocalPort>? { kills.port(behind: 3) }

  /// The run of messages that is first in the queue, if such a run is; it stays there until its last
  /// message is taken out.
  @inline(__always)
  var firstMessages: (port: LocalPort, run: Int)? {
    guard case .messages(let port, let run) = items.first else { return nil }
    return (port, run)
  }

  /// How many values the next message has of the run that was first; nil when that is done.
  @inline(__always)
  func nextCount(of run: Int) -> Int? { messages.first(of: run)?.count }

  /// Takes out the next message of the run that was first, whose values are moved into the buffer.
  @inline(__always)
  mutating func popMessage(of run: Int, into message: UnsafeMutableBufferPointer<Value>) {
    guard let record = messages.first(of: run) else { return }
    messages.popFirst(into: message)
    bytes -= record.bytes
    guard messages.first(of: run) == nil else { return }
    _ = popFirst()
  }

  /// Takes out the first item, which is not a run.
  @inline(__always)
  mutating func popFirst() -> Item? {
    guard let item = items.popFirst() else { return nil }
    bytes -= item.bytes
    if items.isEmpty { isOverHighWater = false }
    return item
  }

  /// About how many bytes of memory a waiting message takes.
  static func bytes(of message: [Value]) -> Int {
    message.withUnsafeBufferPointer { bytes(of: $0) }
  }

  @inline(__always)
  static func bytes(of message: UnsafeBufferPointer<Value>) -> Int {
    var bytes = MemoryLayout<Item>.stride + 32 + message.count * MemoryLayout<Value>.stride
    for index in message.indices { bytes += message[index].heapBytes }
    return bytes
  }
}

extension Collection<Value> {
  /// About how many bytes of memory these take, with all that is in them.
  fileprivate var heapBytes: Int {
    // An allocation has a header and is rounded up.
    reduce(32) { $0 + MemoryLayout<Value>.stride + $1.heapBytes }
  }
}

extension Value {
  /// About how many bytes of memory it takes, beside its own place.
  @inline(__always)
  var heapBytes: Int {
    switch self {
    case .null, .bool, .int, .uint, .double: 0
    case .string(let text): text.utf8.count < 16 ? 0 : 32 + text.utf8.count
    default: heapBytesOfMany
    }
  }

  private var heapBytesOfMany: Int {
    switch self {
    case .null, .bool, .int, .uint, .double, .string: 0
    case .bytes(let bytes): 32 + bytes.count
    case .array(let values): values.heapBytes
    case .hash(let values):
      values.reduce(values.values.heapBytes) { $0 + 24 + Value.string($1.key).heapBytes }
    }
  }
}
