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
    removeSlot(at: index, in: slots)
    return object?.takeRetainedValue()
  }

  @inline(__always)
  private func index(
    _ hash: UInt64, in slots: UnsafeMutablePointer<TableSlot<Element>>,
    _ matches: (Unmanaged<Element>) -> Bool
  ) -> Int? {
    var index = home(hash)
    var distance = 0
    while let object = slots[index].object {
      if slots[index].isAway(by: distance), matches(object) { return index }
      if slots[index].isNearer(than: distance) { return nil }
      index = (index + 1) & mask
      distance += 1
    }
    return nil
  }

  /// Adds an object that is not in the table.
  mutating func insert(_ element: Element) {
    if slots == nil || (count + 1) * 2 > capacity { resize(to: max(16, capacity * 2)) }
    guard let slots else { return }
    let home = home(Key.hash(of: element, seed: seed))
    place(Unmanaged.passRetained(element), from: home, in: slots, mask)
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
    guard let slots,
      let index = index(
        Key.hash(of: element, seed: seed), in: slots, { $0.toOpaque() == object.toOpaque() })
    else { return nil }
    removeSlot(at: index, in: slots)
    return object
  }

  @inline(__always)
  private mutating func removeSlot(
    at index: Int, in slots: UnsafeMutablePointer<TableSlot<Element>>
  ) {
    closeGap(at: index, in: slots)
    count -= 1
    // Shrink late and by much, so that a table that is being emptied moves its objects a few times only.
    if mask >= 64, count * 16 < mask { resize(to: capacity / 4) }
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
  private func place(
    _ object: Unmanaged<Element>, from home: Int,
    in slots: UnsafeMutablePointer<TableSlot<Element>>, _ mask: Int
  ) {
    var object = object
    var index = home & mask
    var distance = 0
    while let other = slots[index].object {
      let own = self.distance(of: slots[index], at: index, mask)
      if own < distance {
        slots[index] = TableSlot(object, distance: distance)
        object = other
        distance = own
      }
      index = (index + 1) & mask
      distance += 1
    }
    slots[index] = TableSlot(object, distance: distance)
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
    while let object = slots[index].object {
      let distance = distance(of: slots[index], at: index, mask)
      if distance == 0 { break }
      slots[gap] = TableSlot(object, distance: distance - 1)
      gap = index
      index = (index + 1) & mask
    }
    slots[gap] = TableSlot()
  }

  private mutating func resize(to capacity: Int) {
    let made = UnsafeMutablePointer<TableSlot<Element>>.allocate(capacity: capacity)
    made.initialize(repeating: TableSlot(), count: capacity)
    if let slots {
      let isGrowing = capacity > mask
      for index in 0..<self.capacity {
        guard let object = slots[index].object else { continue }
        // A smaller table needs fewer bits of the hash, which the slot tells; a larger one needs more.
        let home =
          isGrowing ? hash(of: object) : index - distance(of: slots[index], at: index, mask)
        place(object, from: home, in: made, capacity - 1)
      }
      slots.deallocate()
    }
    slots = made
    mask = capacity - 1
  }

  private func hash(of object: Unmanaged<Element>) -> Int {
    object._withUnsafeGuaranteedRef {
      Int(truncatingIfNeeded: Key.hash(of: $0, seed: seed))
    }
  }
}

/// A slot of an ``ObjectTable``: an object, and its distance from the slot where a search for it starts.
///
/// Both in one word: the distance is in the top byte, which is zero in the address of any Swift object
/// (the runtime itself keeps marks there).
struct TableSlot<Element: AnyObject> {
  private var bits: UInt = 0

  private static var shift: UInt { UInt(UInt.bitWidth - 8) }
  /// This distance or a larger one; the object's hash tells which.
  private static var far: UInt { 255 }

  /// An empty slot.
  init() {}

  @inline(__always)
  init(_ object: Unmanaged<Element>, distance: Int) {
    let address = UInt(bitPattern: object.toOpaque())
    bits = address | min(UInt(bitPattern: distance), Self.far) << Self.shift
  }

  @inline(__always)
  var object: Unmanaged<Element>? {
    UnsafeRawPointer(bitPattern: bits & ~(Self.far << Self.shift)).map { .fromOpaque($0) }
  }

  /// The distance from the slot where a search starts; nil if it is too large for its byte.
  @inline(__always)
  var distance: Int? {
    let distance = bits >> Self.shift
    return distance < Self.far ? Int(bitPattern: distance) : nil
  }

  /// Whether the distance is smaller than this one.
  @inline(__always)
  func isNearer(than distance: Int) -> Bool {
    bits >> Self.shift < min(UInt(bitPattern: distance), Self.far)
  }

  /// Whether the distance may be this one.
  @inline(__always)
  func isAway(by distance: Int) -> Bool {
    bits >> Self.shift == min(UInt(bitPattern: distance), Self.far)
  }
}
