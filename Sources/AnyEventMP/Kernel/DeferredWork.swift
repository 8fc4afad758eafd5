/// The queue of work for the event loop: messages of a deep recursion, kills, and all that must follow them.
///
/// First in, first out, so that the order per port is kept.
struct DeferredWork: ~Copyable {
  enum Item {
    /// A message and the bytes that it takes.
    case message(LocalPort, [Value], bytes: Int)
    /// A message to the node's own port, from another node that has had it relayed here, else from this.
    case request([Value], from: NodeEntry? = nil, bytes: Int)
    /// All kills of one run, which die of the same reason.
    case kills([Value], run: Int)
    case job(() -> Void)

    /// The bytes that count for the limit: only messages, which an endless sender can pile up.
    @inline(__always)
    fileprivate var bytes: Int {
      switch self {
      case .message(_, _, let bytes), .request(_, _, let bytes): bytes
      case .kills, .job: 0
      }
    }
  }

  private var items = FIFO<Item>()
  private var kills = DeferredKills()
  /// How many bytes of memory the messages in it take.
  private(set) var bytes = 0
  /// Whether it was told that much waits.
  var isOverHighWater = false

  @inline(__always)
  var isEmpty: Bool { items.isEmpty }

  var count: Int { items.count + kills.count }

  @inline(__always)
  mutating func append(_ item: consuming Item) {
    bytes += item.bytes
    items.append(item)
    kills.endRun()
  }

  /// Adds the kill of a port, which the table of ports keeps until then.
  @inline(__always)
  mutating func append(killOf port: LocalPort, _ reason: [Value]) {
    if kills.append(port, reason) { items.append(.kills(reason, run: kills.lastRun)) }
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

  /// Takes out the first item, which is not a run of kills.
  @inline(__always)
  mutating func popFirst() -> Item? {
    guard let item = items.popFirst() else { return nil }
    bytes -= item.bytes
    if items.isEmpty { isOverHighWater = false }
    return item
  }

  /// About how many bytes of memory a waiting message takes.
  static func bytes(of message: [Value]) -> Int {
    MemoryLayout<Item>.stride + message.heapBytes
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
  var heapBytes: Int {
    switch self {
    case .null, .bool, .int, .uint, .double: 0
    case .string(let text): text.utf8.count < 16 ? 0 : 32 + text.utf8.count
    case .bytes(let bytes): 32 + bytes.count
    case .array(let values): values.heapBytes
    case .hash(let values):
      values.reduce(values.values.heapBytes) { $0 + 24 + Value.string($1.key).heapBytes }
    }
  }
}
