/// A queue: first in, first out, in one piece of memory that is moved only when it has to grow.
struct FIFO<Element>: ~Copyable {
  private var items: UnsafeMutablePointer<Element>
  private var capacity: Int
  private var head = 0
  private var tail = 0

  /// The room that an empty queue keeps.
  private static var usualCapacity: Int { 16 }
  private static var keptCapacity: Int { 4096 }

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

  var count: Int { tail - head }

  /// The item that is taken out next.
  @inline(__always)
  var first: Element? { isEmpty ? nil : items[head] }

  /// The item that is taken out so many items after the first.
  @inline(__always)
  func item(behind places: Int) -> Element? { tail - head > places ? items[head + places] : nil }

  @inline(__always)
  mutating func append(_ item: consuming Element) {
    if tail == capacity { makeRoom(for: 1) }
    (items + tail).initialize(to: item)
    tail += 1
  }

  /// Adds as many items as the buffer has, by moving them out of it.
  @inline(__always)
  mutating func append(moving items: UnsafeMutableBufferPointer<Element>) {
    guard let first = items.baseAddress else { return }
    if capacity - tail < items.count { makeRoom(for: items.count) }
    (self.items + tail).moveInitialize(from: first, count: items.count)
    tail += items.count
  }

  /// Takes as many items out as the buffer has room for, by moving them there; so many must be there.
  @inline(__always)
  mutating func popFirst(into items: UnsafeMutableBufferPointer<Element>) {
    guard let first = items.baseAddress else { return }
    first.moveInitialize(from: self.items + head, count: items.count)
    head += items.count
    if head == tail { becameEmpty() }
  }

  /// Moves the first item out of its place, so that what it holds goes before the rest of the queue is done.
  @inline(__always)
  mutating func popFirst() -> Element? {
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
  private mutating func makeRoom(for count: Int) {
    let live = tail - head
    if live * 2 <= capacity, live + count <= capacity {
      items.moveInitialize(from: items + head, count: live)
    } else {
      capacity = max(capacity * 2, live + count)
      let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
      larger.moveInitialize(from: items + head, count: live)
      items.deallocate()
      items = larger
    }
    head = 0
    tail = live
  }
}
