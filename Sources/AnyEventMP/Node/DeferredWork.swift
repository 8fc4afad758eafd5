/// What waits for the event loop: messages of a deep recursion, kills, and what must come after.
///
/// First in, first out, so that the order per port is kept.
struct DeferredWork: ~Copyable {
  enum Item {
    /// A message and the bytes that it takes.
    case message(LocalPort, [Value], bytes: Int)
    /// A message to the node's own port.
    case request([Value], bytes: Int)
    case kill(LocalPort, [Value])
    case job(() -> Void)

    /// What counts for the limit; only who sends without end makes many of those that take any.
    @inline(__always)
    fileprivate var bytes: Int {
      switch self {
      case .message(_, _, let bytes), .request(_, let bytes): bytes
      case .kill, .job: 0
      }
    }
  }

  private var items = FIFO<Item>()
  /// How many bytes of memory the messages in it take.
  private(set) var bytes = 0
  /// Whether it was told that much waits.
  var isOverHighWater = false

  @inline(__always)
  var isEmpty: Bool { items.isEmpty }

  var count: Int { items.count }

  @inline(__always)
  mutating func append(_ item: consuming Item) {
    bytes += item.bytes
    items.append(item)
  }

  @inline(__always)
  mutating func popFirst() -> Item? {
    guard let item = items.popFirst() else { return nil }
    bytes -= item.bytes
    if items.isEmpty { isOverHighWater = false }
    return item
  }

  /// About how many bytes of memory a waiting message takes.
  static func bytes(of message: [Value]) -> Int {
    MemoryLayout<Item>.stride + heapBytes(of: message)
  }

  private static func heapBytes(of values: some Collection<Value>) -> Int {
    // An allocation has a header and is rounded up.
    values.reduce(32) { $0 + MemoryLayout<Value>.stride + heapBytes(of: $1) }
  }

  private static func heapBytes(of value: Value) -> Int {
    switch value {
    case .null, .bool, .int, .uint, .double: 0
    case .string(let text): text.utf8.count < 16 ? 0 : 32 + text.utf8.count
    case .bytes(let bytes): 32 + bytes.count
    case .array(let values): heapBytes(of: values)
    case .hash(let values):
      values.reduce(heapBytes(of: values.values)) { $0 + 24 + heapBytes(of: .string($1.key)) }
    }
  }
}
