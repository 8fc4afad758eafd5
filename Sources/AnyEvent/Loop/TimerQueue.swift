/// A queue of deadlines: a binary heap ordered by deadline, then by the order of starting.
///
/// It holds no clock: the time is passed in, so that the same queue serves real and manual time.
/// All times are nanoseconds of one clock that the caller chooses.
struct TimerQueue<Payload> {
  /// Names one entry from `insert` until it is taken out; harmless afterwards.
  struct Token {
    fileprivate let slot: Int
    fileprivate let order: UInt64
  }

  private struct Entry {
    let deadline: UInt64
    let order: UInt64
    let slot: Int

    func isBefore(_ other: Entry) -> Bool {
      deadline != other.deadline ? deadline < other.deadline : order < other.order
    }
  }

  private struct Slot {
    var position: Int
    var order: UInt64
    var payload: Payload?
  }

  private var heap: [Entry] = []
  private var slots: [Slot] = []
  private var freeSlots: [Int] = []

  /// The order number that the next entry will get: what a pass takes as its limit.
  private(set) var nextOrder: UInt64 = 0

  var isEmpty: Bool { heap.isEmpty }
  var count: Int { heap.count }
  var nextDeadline: UInt64? { heap.first?.deadline }

  mutating func insert(deadline: UInt64, _ payload: Payload) -> Token {
    let order = nextOrder
    nextOrder += 1
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
      slots[slot] = Slot(position: heap.count, order: order, payload: payload)
    } else {
      slot = slots.count
      slots.append(Slot(position: heap.count, order: order, payload: payload))
    }
    heap.append(Entry(deadline: deadline, order: order, slot: slot))
    siftUp(heap.count - 1)
    return Token(slot: slot, order: order)
  }

  /// Takes an entry out; false if it is no longer there.
  @discardableResult
  mutating func remove(_ token: Token) -> Bool {
    guard slots.indices.contains(token.slot), slots[token.slot].order == token.order,
      slots[token.slot].payload != nil
    else { return false }
    _ = removeEntry(at: slots[token.slot].position)
    return true
  }

  /// Takes out the first entry that is due at `now` and was inserted before `limit`.
  ///
  /// The limit makes a pass finite: entries that callbacks insert during a pass wait for the next
  /// one, even if they are due at once.
  mutating func popDue(at now: UInt64, insertedBefore limit: UInt64) -> (
    payload: Payload, deadline: UInt64
  )? {
    guard let first = heap.first, first.deadline <= now, first.order < limit else { return nil }
    guard let payload = removeEntry(at: 0) else { return nil }
    return (payload, first.deadline)
  }

  /// Takes out the first entry, due or not.
  mutating func popFirst() -> Payload? { heap.isEmpty ? nil : removeEntry(at: 0) }

  private mutating func removeEntry(at position: Int) -> Payload? {
    let entry = heap[position]
    let last = heap.removeLast()
    if position < heap.count {
      heap[position] = last
      slots[last.slot].position = position
      siftDown(position)
      siftUp(position)
    }
    let payload = slots[entry.slot].payload
    slots[entry.slot].payload = nil
    freeSlots.append(entry.slot)
    return payload
  }

  private mutating func siftUp(_ start: Int) {
    var child = start
    let entry = heap[child]
    while child > 0 {
      let parent = (child - 1) / 2
      guard entry.isBefore(heap[parent]) else { break }
      place(heap[parent], at: child)
      child = parent
    }
    place(entry, at: child)
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    let entry = heap[parent]
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
      guard heap[child].isBefore(entry) else { break }
      place(heap[child], at: parent)
      parent = child
    }
    place(entry, at: parent)
  }

  private mutating func place(_ entry: Entry, at position: Int) {
    heap[position] = entry
    slots[entry.slot].position = position
  }
}
