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
    UnsafeRawPointer(bitPattern: bits & ~(Self.far << Self.shift | Self.leftMark)).map {
      .fromOpaque($0)
    }
  }

  /// Stands for the address of an object that has left.
  private static var leftMark: UInt { 1 }

  /// The slot after its object has left; the distance, which must be known, still guides searches.
  @inline(__always)
  var left: TableSlot {
    var slot = self
    slot.bits = bits & Self.far << Self.shift | Self.leftMark
    return slot
  }

  /// Whether nothing was displaced to here: the slot is empty, or was where a search starts.
  @inline(__always)
  var isEmptyOrHome: Bool { bits >> Self.shift == 0 }

  /// Whether four slots are empty.
  @inline(__always)
  static func areEmpty(_ slots: UnsafeMutablePointer<TableSlot>) -> Bool {
    slots[0].bits | slots[1].bits | slots[2].bits | slots[3].bits == 0
  }

  @inline(__always)
  var isEmpty: Bool { bits == 0 }

  /// Whether the object is this one.
  @inline(__always)
  func holds(_ object: Unmanaged<Element>) -> Bool {
    bits & ~(Self.far << Self.shift) == UInt(bitPattern: object.toOpaque())
  }

  /// The same, one slot nearer; nil if it is empty, in its home slot, or so far away that its hash is needed.
  @inline(__always)
  var nearer: TableSlot? {
    let distance = bits >> Self.shift
    guard distance &- 1 < Self.far - 1 else { return nil }
    var moved = self
    moved.bits = bits &- 1 << Self.shift
    return moved
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
