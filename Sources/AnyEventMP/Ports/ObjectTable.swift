internal import AEMPWire

/// The key by which an ``ObjectTable`` finds its objects.
protocol TableKey {
  associatedtype Element: AnyObject

  /// The hash of an object of the table whose key is `seed`.
  static func hash(of element: Element, seed: UInt64) -> UInt64
}

/// A set of objects that are found without a `String` being made or a generic hasher being run: ports
/// by name, monitors by the name of their port, the ports that a node watches by their identity.
///
/// Open addressing with linear probing, where a newcomer goes before those that are nearer to their homes
/// ("Robin Hood hashing"): searches and removals are short also where names lie close together. Eight
/// bytes a slot, at most half full. The hash is keyed, since other nodes choose the names of the ports
/// that they spawn here. Removing and shrinking look at slots only, not at the objects: a hundred
/// thousand ports that die at once lie all over the memory.
struct ObjectTable<Key: TableKey>: ~Copyable {
  typealias Element = Key.Element

  private var slots: UnsafeMutablePointer<TableSlot<Element>>?
  private var mask = 0
  let seed: UInt64
  private(set) var count = 0
  /// How many slots are marked as left.
  private var left = 0

  init() {
    seed = BufferedRandom().next()
  }

  deinit {
    guard let slots else { return }
    for index in 0...mask { slots[index].object?.release() }
    slots.deallocate()
  }

  var isEmpty: Bool { count == 0 }

  /// How many slots there are.
  var capacity: Int { slots == nil ? 0 : mask + 1 }

  /// All objects, in no order.
  var all: [Element] {
    guard let slots else { return [] }
    return (0...mask).compactMap { slots[$0].object?.takeUnretainedValue() }
  }

  /// The object with this hash that `matches` says true of.
  @inline(__always)
  func find(hash: UInt64, _ matches: (Unmanaged<Element>) -> Bool) -> Element? {
    guard let slots, let index = index(hash, in: slots, matches) else { return nil }
    return slots[index].object?.takeUnretainedValue()
  }

  /// Removes the object with this hash that `matches` says true of, and hands it out.
  @inline(__always)
  mutating func take(hash: UInt64, _ matches: (Unmanaged<Element>) -> Bool) -> Element? {
    guard let slots, let index = index(hash, in: slots, matches) else { return nil }
    let object = slots[index].object
    closeGap(at: index, in: slots)
    removedOne()
    return object?.takeRetainedValue()
  }

  @inline(__always)
  private func index(
    of object: Unmanaged<Element>, _ hash: UInt64,
    in slots: UnsafeMutablePointer<TableSlot<Element>>
  ) -> Int? {
    var index = home(hash)
    var distance = 0
    while !slots[index].holds(object) {
      if slots[index].isEmpty || slots[index].isNearer(than: distance) { return nil }
      index = (index &+ 1) & mask
      distance &+= 1
    }
    return index
  }

  @inline(__always)
  private func index(
    _ hash: UInt64, in slots: UnsafeMutablePointer<TableSlot<Element>>,
    _ matches: (Unmanaged<Element>) -> Bool
  ) -> Int? {
    var index = home(hash)
    var distance = 0
    while !slots[index].isEmpty {
      if slots[index].isAway(by: distance), let object = slots[index].object, matches(object) {
        return index
      }
      if slots[index].isNearer(than: distance) { return nil }
      index = (index &+ 1) & mask
      distance &+= 1
    }
    return nil
  }

  /// Adds an object that is not in the table.
  mutating func insert(_ element: Element) {
    if slots == nil || (count + left + 1) * 2 > capacity { makeRoom() }
    guard let slots else { return }
    let home = home(Key.hash(of: element, seed: seed))
    if place(Unmanaged.passRetained(element), from: home, in: slots, mask) { left -= 1 }
    count += 1
  }

  /// Removes exactly this object; false when it is not in the table.
  @discardableResult
  mutating func remove(_ element: Element) -> Bool {
    // The caller holds the object, so this release is not the last one.
    guard let owned = take(element) else { return false }
    owned.release()
    return true
  }

  /// Removes exactly this object and hands the table's reference over, to be released by the caller.
  mutating func take(_ element: Element) -> Unmanaged<Element>? {
    let object = Unmanaged.passUnretained(element)
    guard let slots, let index = index(of: object, Key.hash(of: element, seed: seed), in: slots)
    else { return nil }
    closeGap(at: index, in: slots)
    removedOne()
    return object
  }

  @inline(__always)
  private mutating func removedOne() {
    count -= 1
    // Shrink late and by much, so that a table that is being emptied moves its objects a few times only.
    if mask >= 64, count &* 32 < mask { resize(to: capacity / 8) }
  }

  /// Empties the table and returns what was in it, to be released by the caller.
  mutating func removeAll() -> [Element] {
    let elements = all
    self = ObjectTable()
    return elements
  }

  @inline(__always)
  private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & mask }

  /// Adds an object, before those of its neighbours that are nearer to their homes.
  ///
  /// True if it, or a neighbour, has the slot of an object that has left.
  @discardableResult
  private func place(
    _ object: Unmanaged<Element>, from home: Int,
    in slots: UnsafeMutablePointer<TableSlot<Element>>, _ mask: Int
  ) -> Bool {
    var object = object
    var index = home & mask
    var distance = 0
    while !slots[index].isEmpty {
      let own = self.distance(of: slots[index], at: index, mask)
      if let other = slots[index].object {
        if own < distance {
          slots[index] = TableSlot(object, distance: distance)
          object = other
          distance = own
        }
      } else if own <= distance {
        slots[index] = TableSlot(object, distance: distance)
        return true
      }
      index = (index &+ 1) & mask
      distance &+= 1
    }
    slots[index] = TableSlot(object, distance: distance)
    return false
  }

  /// How far the object of a slot is from where the search for it starts.
  @inline(__always)
  private func distance(of slot: TableSlot<Element>, at index: Int, _ mask: Int) -> Int {
    if let distance = slot.distance { return distance }
    return slot.object.map { (index - hash(of: $0)) & mask } ?? 0
  }

  /// Moves later entries of the probe sequence up, so that no tombstone is left.
  ///
  /// Stop at the first entry in its home slot: nothing behind it was displaced across the gap.
  private func closeGap(at start: Int, in slots: UnsafeMutablePointer<TableSlot<Element>>) {
    var gap = start
    var index = (start + 1) & mask
    while true {
      if let nearer = slots[index].nearer {
        slots[gap] = nearer
      } else {
        guard let object = slots[index].object else { break }
        let distance = distance(of: slots[index], at: index, mask)
        if distance == 0 { break }
        slots[gap] = TableSlot(object, distance: distance - 1)
      }
      gap = index
      index = (index + 1) & mask
    }
    slots[gap] = TableSlot()
  }

  /// Makes room for an object; if many have left, by removing their marks.
  private mutating func makeRoom() {
    resize(to: (count + 1) * 8 > capacity * 3 ? max(16, capacity * 2) : capacity)
  }

  private mutating func resize(to capacity: Int) {
    let made = UnsafeMutablePointer<TableSlot<Element>>.allocate(capacity: capacity)
    made.initialize(repeating: TableSlot(), count: capacity)
    left = 0
    defer {
      slots = made
      mask = capacity - 1
    }
    guard let slots else { return }
    let isGrowing = capacity > self.capacity
    for first in stride(from: 0, to: self.capacity, by: 4) where !TableSlot.areEmpty(slots + first)
    {
      for index in first..<first + 4 {
        guard let object = slots[index].object else { continue }
        // A smaller table needs fewer bits of the hash, which the slot tells; a larger one needs more.
        let home =
          isGrowing ? hash(of: object) : index - distance(of: slots[index], at: index, mask)
        place(object, from: home, in: made, capacity - 1)
      }
    }
    slots.deallocate()
  }

  private func hash(of object: Unmanaged<Element>) -> Int {
    object._withUnsafeGuaranteedRef {
      Int(truncatingIfNeeded: Key.hash(of: $0, seed: seed))
    }
  }
}

// Many that go one after the other leave marks behind, since closing each gap costs more than all else; the marks go
// when the table shrinks or needs room.

extension ObjectTable {
  /// Removes exactly this object, which has this hash, as one of many, and hands the table's reference over; false when
  /// it is not in the table.
  @inline(__always)
  mutating func takeOfMany(_ object: Unmanaged<Element>, hash: UInt64) -> Bool {
    guard let slots, let index = index(of: object, hash, in: slots) else { return false }
    leave(index, of: slots)
    return true
  }

  /// Removes the object with this hash that `matches` says true of, as one of many, and hands it out.
  @inline(__always)
  mutating func takeOfMany(hash: UInt64, _ matches: (Unmanaged<Element>) -> Bool) -> Element? {
    guard let slots, let index = index(hash, in: slots, matches) else { return nil }
    let object = slots[index].object
    leave(index, of: slots)
    return object?.takeRetainedValue()
  }

  @inline(__always)
  private mutating func leave(_ index: Int, of slots: UnsafeMutablePointer<TableSlot<Element>>) {
    if slots[(index &+ 1) & mask].isEmptyOrHome {
      slots[index] = TableSlot()
    } else if slots[index].distance != nil {
      slots[index] = slots[index].left
      left &+= 1
    } else {
      closeGap(at: index, in: slots)
    }
    removedOne()
  }
}
