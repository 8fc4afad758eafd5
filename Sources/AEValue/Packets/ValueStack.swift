/// The values of the message that is being read; its memory is kept from message to message.
struct ValueStack: ~Copyable {
  private var base: UnsafeMutablePointer<Value>
  private var capacity: Int
  private(set) var count = 0

  /// How many values an idle decoder keeps room for.
  private static let usualCapacity = 16

  init() {
    capacity = ValueStack.usualCapacity
    base = .allocate(capacity: capacity)
  }

  deinit {
    base.deinitialize(count: count)
    base.deallocate()
  }

  /// The values; valid until the next change.
  var values: UnsafeBufferPointer<Value> { UnsafeBufferPointer(start: base, count: count) }

  @inline(__always) mutating func push(_ value: consuming Value) {
    if count == capacity { reallocate(2 * capacity) }
    (base + count).initialize(to: value)
    count += 1
  }

  /// Drops the values, and the memory of an unusually long message with them.
  @inline(__always) mutating func removeAll() {
    base.deinitialize(count: count)
    count = 0
    if capacity > 1024 { reallocate(ValueStack.usualCapacity) }
  }

  @inline(never) private mutating func reallocate(_ newCapacity: Int) {
    let moved = UnsafeMutablePointer<Value>.allocate(capacity: newCapacity)
    moved.moveInitialize(from: base, count: count)
    base.deallocate()
    base = moved
    capacity = newCapacity
  }
}
