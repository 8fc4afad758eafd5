import Glibc

/// The ports of a node by name: looked up by the raw bytes of a packet, without making a `String`.
///
/// Open addressing with linear probing; eight bytes a slot, at most three quarters full. The hash is
/// keyed, since other nodes choose the names of the ports that they spawn here.
struct PortTable: ~Copyable {
  private var slots: UnsafeMutableBufferPointer<Unmanaged<LocalPort>?>
  private var mask: Int
  private let key: UInt64
  private(set) var count = 0

  init() {
    slots = .allocate(capacity: 16)
    slots.initialize(repeating: nil)
    mask = 15
    key = .random(in: .min ... .max)
  }

  deinit {
    for slot in slots { slot?.release() }
    slots.deallocate()
  }

  /// The port whose name is these bytes.
  func find(_ name: UnsafeRawBufferPointer) -> LocalPort? {
    var index = home(of: name)
    while let slot = slots[index] {
      let isMatch = slot._withUnsafeGuaranteedRef { port in
        Self.withBytes(of: port) { bytes in
          bytes.count == name.count && Self.areEqual(bytes, name)
        }
      }
      if isMatch { return slot.takeUnretainedValue() }
      index = (index + 1) & mask
    }
    return nil
  }

  func find(_ name: String) -> LocalPort? {
    var name = name
    return name.withUTF8 { find(UnsafeRawBufferPointer($0)) }
  }

  /// Adds a port whose name is not in the table.
  mutating func insert(_ port: LocalPort) {
    if (count + 1) * 4 > slots.count * 3 { resize(to: slots.count * 2) }
    place(Unmanaged.passRetained(port))
    count += 1
  }

  /// Removes exactly this port; nothing when it is not in the table.
  mutating func remove(_ port: LocalPort) {
    var index = Self.withBytes(of: port) { home(of: $0) }
    while let slot = slots[index] {
      if slot.toOpaque() == Unmanaged.passUnretained(port).toOpaque() {
        closeGap(at: index)
        count -= 1
        slot.release()
        if slots.count > 16, count * 8 < slots.count { resize(to: slots.count / 2) }
        return
      }
      index = (index + 1) & mask
    }
  }

  /// All ports, in no order.
  var all: [LocalPort] {
    slots.compactMap { $0?.takeUnretainedValue() }
  }

  private mutating func place(_ port: Unmanaged<LocalPort>) {
    var index = port._withUnsafeGuaranteedRef { Self.withBytes(of: $0) { home(of: $0) } }
    while slots[index] != nil { index = (index + 1) & mask }
    slots[index] = port
  }

  /// Moves later entries of the probe sequence up, so that no tombstone is left.
  private mutating func closeGap(at start: Int) {
    var gap = start
    var index = (start + 1) & mask
    while let slot = slots[index] {
      let wanted = slot._withUnsafeGuaranteedRef { Self.withBytes(of: $0) { home(of: $0) } }
      if (index - wanted) & mask >= (index - gap) & mask {
        slots[gap] = slot
        gap = index
      }
      index = (index + 1) & mask
    }
    slots[gap] = nil
  }

  private mutating func resize(to capacity: Int) {
    let old = slots
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: nil)
    mask = capacity - 1
    for slot in old {
      if let slot { place(slot) }
    }
    old.deallocate()
  }

  /// Whether two names of the same length are equal; an empty one may have no address.
  @inline(__always)
  private static func areEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard let first = a.baseAddress, let second = b.baseAddress else { return a.isEmpty }
    return memcmp(first, second, a.count) == 0
  }

  private static func withBytes<R>(
    of port: LocalPort, _ body: (UnsafeRawBufferPointer) -> R
  ) -> R {
    var name = port.name
    return name.withUTF8 { body(UnsafeRawBufferPointer($0)) }
  }

  /// Where the search for a name starts.
  private func home(of name: UnsafeRawBufferPointer) -> Int {
    var hash = key ^ UInt64(truncatingIfNeeded: name.count)
    var offset = 0
    while offset + 8 <= name.count {
      hash = Self.mix(hash ^ name.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < name.count {
      rest = rest << 8 | UInt64(name[offset])
      offset += 1
    }
    return Int(truncatingIfNeeded: Self.mix(hash ^ rest)) & mask
  }

  @inline(__always)
  private static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }
}
