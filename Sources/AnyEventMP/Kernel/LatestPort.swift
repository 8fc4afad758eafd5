internal import AEValue

/// The port that the last packet was for, and the beginning of a packet for its first tag.
///
/// The next packet is nearly always for the same port. It is recognised by comparing bytes, in words and under
/// masks: up to 49 bytes are read from where a packet begins, so `PacketBytes.slack` must be readable behind it.
struct LatestPort: ~Copyable {
  /// Retained, so that the reference below never leads to memory that is gone.
  private var port: LocalPort?
  private(set) var reference: Unmanaged<LocalPort>?
  /// Whether ``bytes`` are made, and for which framing.
  private(set) var isForCBOR = false
  private(set) var isForJSON = false
  /// The tag that they are made for.
  private var tag = ""
  /// Whether the bytes were made, or could not be, for this port, tag and framing.
  private var triedFraming: Framing?
  private(set) var nameCount = 0
  private(set) var tagCount = 0
  /// The name, its mask, the tag, its mask.
  private let bytes: UnsafeMutableRawPointer

  private static var nameSize: Int { 32 }
  private static var tagSize: Int { 16 }
  /// The longest name that is recognised: with what stands around it, it fits into ``nameSize``.
  private static var longestName: Int { 23 }

  init() {
    let size = 2 * (Self.nameSize + Self.tagSize)
    bytes = .allocate(byteCount: size, alignment: 16)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: size)
  }

  deinit { bytes.deallocate() }

  /// The port, if that is its name.
  @inline(__always)
  func port(named name: UnsafeRawBufferPointer) -> Unmanaged<LocalPort>? {
    guard let reference, NameHash.isName(of: reference, name) else { return nil }
    return reference
  }

  /// Remembers a port of a packet that has come.
  mutating func note(_ port: LocalPort) {
    self.port = port
    reference = .passUnretained(port)
    notMade()
    triedFraming = nil
  }

  /// Whether it is this one.
  @inline(__always)
  func isFor(_ port: Unmanaged<LocalPort>) -> Bool { reference?.toOpaque() == port.toOpaque() }

  /// Forgets the port, which is about to die.
  @inline(__always)
  mutating func forget(_ port: LocalPort) {
    if reference?.toOpaque() == Unmanaged.passUnretained(port).toOpaque() { forget() }
  }

  mutating func forget() {
    reference = nil
    notMade()
    let released = port.take()
    withExtendedLifetime(released) {}
  }

  /// Makes the beginning of the next packet, after the second packet in a row for the port.
  @inline(__always)
  mutating func refresh(for framing: Framing) {
    guard let port = reference else { return }
    let isMade = port._withUnsafeGuaranteedRef {
      triedFraming == framing && tag.isSameObject(as: $0.tagOfFirst ?? "" as String)
    }
    if !isMade { make(framing) }
  }

  private mutating func make(_ framing: Framing) {
    guard let port else { return }
    triedFraming = framing
    notMade()
    tag = port.tagOfFirst ?? ""
    guard port.tagOfFirst != nil else { return }
    let name = Array(port.name.utf8)
    let tag = Array(tag.utf8)
    guard !name.isEmpty, name.count <= Self.longestName,
      name.allSatisfy({ $0 < 0x80 && !$0.isEscapedInJSON })
    else { return }
    let nameBytes: [UInt8]
    let tagBytes: [UInt8]
    switch framing {
    case .cbor:
      nameBytes = [0x60 | UInt8(name.count)] + name
      tagBytes = [0x60 | UInt8(truncatingIfNeeded: tag.count)] + tag
    case .json:
      guard !tag.contains(where: \.isEscapedInJSON) else { return }
      nameBytes = Array("[\"".utf8) + name + Array("\",".utf8)
      tagBytes = Array("\"".utf8) + tag + Array("\"".utf8)
    }
    guard tagBytes.count <= Self.tagSize else { return }
    put(nameBytes, at: 0, Self.nameSize)
    put(tagBytes, at: 2 * Self.nameSize, Self.tagSize)
    nameCount = nameBytes.count
    tagCount = tagBytes.count
    isForCBOR = framing == .cbor
    isForJSON = framing == .json
  }

  private mutating func notMade() {
    isForCBOR = false
    isForJSON = false
  }

  /// Writes bytes, with zeros behind them, and their mask behind that.
  private func put(_ source: [UInt8], at offset: Int, _ size: Int) {
    for index in 0..<size {
      let isInside = index < source.count
      (bytes + offset + index).storeBytes(of: isInside ? source[index] : 0, as: UInt8.self)
      (bytes + offset + size + index).storeBytes(of: isInside ? 0xff : 0, as: UInt8.self)
    }
  }

  /// The place behind name and tag of a packet, if it is for the port and its first tag as they were when the bytes
  /// were made; it may lie behind the end.
  @inline(__always)
  func placeBehindTag(ofNameAt place: UnsafeRawPointer) -> UnsafeRawPointer? {
    guard
      differences(place, 0, 0) | differences(place, 0, 8) | differences(place, 0, 16)
        | differences(place, 0, 24) == 0
    else { return nil }
    let tag = place + nameCount
    let offset = 2 * Self.nameSize
    let sum =
      (load(tag, 0) ^ load(bytes, offset)) & load(bytes, offset + Self.tagSize)
      | (load(tag, 8) ^ load(bytes, offset + 8)) & load(bytes, offset + Self.tagSize + 8)
    return sum == 0 ? tag + tagCount : nil
  }

  /// Whether the port still has the tag that the bytes were made for.
  @inline(__always)
  func isCurrent(for port: LocalPort) -> Bool { port.isSurelyFirst(tag) }

  @inline(__always)
  private func differences(_ place: UnsafeRawPointer, _ offset: Int, _ index: Int) -> UInt64 {
    (load(place, index) ^ load(bytes, offset + index)) & load(bytes, offset + Self.nameSize + index)
  }

  @inline(__always)
  private func load(_ place: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    (place + offset).loadUnaligned(as: UInt64.self)
  }
}

extension UInt8 {
  /// Whether a string of JSON does not have this byte as it is.
  fileprivate var isEscapedInJSON: Bool {
    self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\")
  }
}
