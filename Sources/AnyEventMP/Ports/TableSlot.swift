/// A slot of an ``ObjectTable``: an object, and how far it is from where the search for it starts.
///
/// Both in one word: the distance is in the top byte, which is zero in the address of any Swift object
/// (the runtime itself keeps marks there).
struct TableSlot<Element: AnyObject> {
  private var bits: UInt = 0

  private static var shift: UInt { UInt(UInt.bitWidth - 8) }
  /// This distance, or a larger one, which only the object's hash tells.
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

  /// How far the object is from where its search starts; nil if that is too far to be noted.
  @inline(__always)
  var distance: Int? {
    let distance = bits >> Self.shift
    return distance < Self.far ? Int(bitPattern: distance) : nil
  }

  /// Whether the object is nearer to where its search starts.
  @inline(__always)
  func isNearer(than distance: Int) -> Bool {
    bits >> Self.shift < min(UInt(bitPattern: distance), Self.far)
  }

  /// Whether the object can be one whose search starts so many slots before.
  @inline(__always)
  func isAway(by distance: Int) -> Bool {
    bits >> Self.shift == min(UInt(bitPattern: distance), Self.far)
  }
}
