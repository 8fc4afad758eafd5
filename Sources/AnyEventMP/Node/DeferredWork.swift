/// What waits for the event loop: messages of a deep recursion, kills, and what must come after.
///
/// First in, first out, so that the order per port is kept.
struct DeferredWork: ~Copyable {
  enum Item {
    case message(LocalPort, [Value])
    case kill(LocalPort, [Value])
    case job(() -> Void)
  }

  private var items: UnsafeMutablePointer<Item>
  private var capacity: Int
  private var head = 0
  private var tail = 0

  /// What an empty queue keeps room for.
  private static let usualCapacity = 16
  private static let keptCapacity = 4096

  init() {
    capacity = Self.usualCapacity
    items = .allocate(capacity: capacity)
  }

  deinit {
    (items + head).deinitialize(count: tail - head)
    items.deallocate()
  }

  @inline(__always)
  var isEmpty: Bool { head == tail }

  @inline(__always)
  mutating func append(_ item: consuming Item) {
    if tail == capacity { makeRoom() }
    (items + tail).initialize(to: item)
    tail += 1
  }

  /// The item gives up its place: what a message holds must not live until the whole queue is done.
  @inline(__always)
  mutating func popFirst() -> Item? {
    if head == tail { return nil }
    let item = (items + head).move()
    head += 1
    if head == tail { becameEmpty() }
    return item
  }

  private mutating func becameEmpty() {
    head = 0
    tail = 0
    guard capacity > Self.keptCapacity else { return }
    items.deallocate()
    capacity = Self.usualCapacity
    items = .allocate(capacity: capacity)
  }

  /// Moves the items to the front, into a larger allocation unless they fill less than half of this.
  private mutating func makeRoom() {
    let live = tail - head
    if live * 2 <= capacity {
      items.moveInitialize(from: items + head, count: live)
    } else {
      let larger = UnsafeMutablePointer<Item>.allocate(capacity: capacity * 2)
      larger.moveInitialize(from: items + head, count: live)
      items.deallocate()
      items = larger
      capacity *= 2
    }
    head = 0
    tail = live
  }
}
