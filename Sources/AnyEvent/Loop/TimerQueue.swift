/// A queue of deadlines: a binary heap ordered by deadline, then by the order of starting.
///
/// It holds no clock: the time is passed in, so that the same queue serves real and manual time.
/// All times are nanoseconds of one clock that the caller chooses.
struct TimerQueue<Payload> {
  /// Names one entry from `insert` until it is removed, and none afterwards.
  struct Token {
    fileprivate let slot: Int
    fileprivate let serial: UInt64
  }

  private struct Deadline {
    let time: UInt64
    let order: UInt64
    let slot: Int

    func isBefore(_ other: Deadline) -> Bool {
      time != other.time ? time < other.time : order < other.order
    }
  }

  private struct Slot {
    var position: Int
    /// The order of the insertion, which an entry keeps when it gets another deadline.
    var serial: UInt64
    var payload: Payload?
  }

  private var heap: [Deadline] = []
  private var slots: [Slot] = []
  private var freeSlots: [Int] = []

  /// The order number of the next inserted deadline, which is the limit of a pass.
  private(set) var nextOrder: UInt64 = 0

  var isEmpty: Bool { heap.isEmpty }
  var count: Int { heap.count }
  var nextDeadline: UInt64? { heap.first?.time }

  mutating func insert(deadline: UInt64, _ payload: Payload) -> Token {
    let order = nextOrder
    nextOrder += 1
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
      slots[slot] = Slot(position: heap.count, serial: order, payload: payload)
    } else {
      slot = slots.count
      slots.append(Slot(position: heap.count, serial: order, payload: payload))
    }
    heap.append(Deadline(time: deadline, order: order, slot: slot))
    siftUp(heap.count - 1)
    return Token(slot: slot, serial: order)
  }

  /// Whether the entry is still in the queue.
  func contains(_ token: Token) -> Bool {
    slots.indices.contains(token.slot) && slots[token.slot].serial == token.serial
      && slots[token.slot].payload != nil
  }

  /// Removes an entry; nil if it is no longer in the queue.
  mutating func remove(_ token: Token) -> Payload? {
    contains(token) ? remove(at: slots[token.slot].position) : nil
  }

  /// Takes the first entry that is due at `now` and was inserted before `limit`.
  ///
  /// It is removed unless `next` says a later deadline for it. The limit makes a pass finite: entries that
  /// callbacks insert during a pass, and later deadlines, wait for the next one, even if they are due at once.
  mutating func takeDue(
    at now: UInt64, insertedBefore limit: UInt64,
    next: (_ payload: Payload, _ deadline: UInt64) -> UInt64? = { _, _ in nil }
  ) -> Payload? {
    guard let first = heap.first, first.time <= now, first.order < limit else { return nil }
    guard let payload = slots[first.slot].payload, let later = next(payload, first.time) else {
      return remove(at: 0)
    }
    heap[0] = Deadline(time: later, order: nextOrder, slot: first.slot)
    nextOrder += 1
    siftDown(0)
    return payload
  }

  /// Removes the first entry, due or not.
  mutating func popFirst() -> Payload? { heap.isEmpty ? nil : remove(at: 0) }

  private mutating func remove(at position: Int) -> Payload? {
    let removed = heap[position]
    let last = heap.removeLast()
    if position < heap.count {
      heap[position] = last
      slots[last.slot].position = position
      siftDown(position)
      siftUp(position)
    }
    let payload = slots[removed.slot].payload
    slots[removed.slot].payload = nil
    freeSlots.append(removed.slot)
    return payload
  }

  private mutating func siftUp(_ start: Int) {
    var child = start
    let moved = heap[child]
    while child > 0 {
      let parent = (child - 1) / 2
      guard moved.isBefore(heap[parent]) else { break }
      place(heap[parent], at: child)
      child = parent
    }
    place(moved, at: child)
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    let moved = heap[parent]
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
      guard heap[child].isBefore(moved) else { break }
      place(heap[child], at: parent)
      parent = child
    }
    place(moved, at: parent)
  }

  private mutating func place(_ deadline: Deadline, at position: Int) {
    heap[position] = deadline
    slots[deadline.slot].position = position
  }
}
