public import AEValue

/// A packet that is being written, behind its tag.
@usableFromInline
struct OpenPacket {
  /// The buffer, which the entry of the other node retains.
  @usableFromInline let output: Unmanaged<ByteBuffer>
  @usableFromInline let place: PacketPlace
  @usableFromInline let isJSON: Bool

  /// Takes the packet into the buffer.
  @inlinable @inline(__always)
  func close(_ place: PacketPlace) { output._withUnsafeGuaranteedRef { $0.take(place) } }
}

extension RemotePort {
  /// Begins a packet; nil if nothing may be written now, or name or tag are not of the plain form.
  func open(_ tag: String, _ count: Int) -> OpenPacket? {
    guard let output = home.output,
      let place = output._withUnsafeGuaranteedRef({ $0.placeInWindow(for: PacketStart.size) })
    else { return nil }
    let isJSON = home.outputIsJSON
    guard let length = start.copy(of: tag, isJSON, to: place.place) else {
      return openSlowly(output, place, tag, count)
    }
    // An array with the name, the tag and the arguments.
    if !isJSON {
      place.place.storeBytes(of: 0x82 &+ UInt8(truncatingIfNeeded: count), as: UInt8.self)
    }
    return OpenPacket(
      output: output, place: PacketPlace(place.place + length, limit: place.limit), isJSON: isJSON)
  }

  /// The same after another tag, which is kept for the next time.
  @inline(never)
  private func openSlowly(
    _ output: Unmanaged<ByteBuffer>, _ place: PacketPlace, _ tag: String, _ count: Int
  ) -> OpenPacket? {
    start.make(name: name, tag: tag, isJSON: home.outputIsJSON) ? open(tag, count) : nil
  }
}

/// The beginning of packets for a port, name and tag as they stand in a packet, kept from the last one.
///
/// It is copied with a fixed size, so there must be room for so many bytes, whatever their number.
struct PacketStart: ~Copyable {
  private var bytes: UnsafeMutableRawPointer?
  private var length = 0
  private var tag = ""
  private var isJSON = false
  /// Whether the name cannot stand in it.
  private var isImpossible = false

  /// How many bytes are copied.
  static var size: Int { 64 }
  /// Of so many bytes, and one in front of them, name and tag may be.
  private static var longest: UInt8 { 23 }

  deinit { bytes?.deallocate() }

  /// Copies the beginning; returns its length, or nil if another is kept.
  @inline(__always)
  func copy(of tag: String, _ isJSON: Bool, to target: UnsafeMutableRawPointer) -> Int? {
    guard let bytes, isJSON == self.isJSON, tag.isSameObject(as: self.tag) else { return nil }
    target.copyMemory(from: bytes, byteCount: PacketStart.size)
    return length
  }

  /// Makes the beginning; false if name or tag are long, or have to be escaped.
  mutating func make(name: String, tag: String, isJSON: Bool) -> Bool {
    guard !isImpossible else { return false }
    guard !name.isEmpty, Self.isPlain(name) else {
      isImpossible = true
      return false
    }
    guard Self.isPlain(tag) else { return false }
    let made = bytes ?? .allocate(byteCount: Self.size, alignment: 16)
    if bytes == nil { made.initializeMemory(as: UInt8.self, repeating: 0, count: Self.size) }
    bytes = made
    self.tag = tag
    self.isJSON = isJSON
    var place = PacketPlace(made, limit: made + Self.size)
    if isJSON {
      place.put(UInt8(ascii: "["))
      Self.putQuoted(name, &place)
      place.put(UInt8(ascii: ","))
      Self.putQuoted(tag, &place)
    } else {
      // The place of the array's head.
      place.put(0x80)
      for text in [name, tag] {
        place.put(0x60 | UInt8(truncatingIfNeeded: text.utf8.count))
        for byte in text.utf8 { place.put(byte) }
      }
    }
    length = place.place - made
    return true
  }

  private static func putQuoted(_ text: String, _ place: inout PacketPlace) {
    place.put(UInt8(ascii: "\""))
    for byte in text.utf8 { place.put(byte) }
    place.put(UInt8(ascii: "\""))
  }

  /// Whether a text is short and ASCII, without characters that JSON escapes.
  private static func isPlain(_ text: String) -> Bool {
    text.utf8.count <= Int(longest)
      && text.utf8.allSatisfy {
        (0x20..<0x80).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
      }
  }
}
