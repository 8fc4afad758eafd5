/// Finds the end of a CBOR document that arrives in pieces, and looks at each byte once.
///
/// It knows the structure only; errors in the contents show when the document is read.
struct CBORScanner {
  /// The items that an open container waits for.
  private enum Level {
    /// So many more items.
    case items(Int)
    /// Items or the end.
    case array
    /// A key or the end, or (`value: true`) the value of a key.
    case hash(value: Bool)
    /// Chunks of a string of this major type, or the end.
    case chunks(UInt8)
  }

  /// The next header, from the start of the document; its end when ``scan(_:_:)`` returns true.
  private(set) var index = 0
  /// How many bytes there must be before scanning makes sense again.
  private(set) var needed = 1
  /// The number of scanned headers, for tests of linear time.
  private(set) var work = 0
  private var open: [Level] = []
  private var isComplete = false

  /// Goes on with the document, whose present bytes are `bytes`.
  ///
  /// - Returns: Whether it is complete.
  /// - Throws: ``CodecError`` as soon as a header goes beyond the limits.
  mutating func scan(
    _ bytes: UnsafeRawBufferPointer, _ limits: CodecLimits
  ) throws(CodecError) -> Bool {
    while !isComplete {
      guard try scanHeader(bytes, limits) else {
        guard needed <= limits.maximumSize else { throw CodecError(.tooLarge, at: index) }
        return false
      }
    }
    guard index <= limits.maximumSize else { throw CodecError(.tooLarge, at: index) }
    needed = index
    return bytes.count >= index
  }

  /// Scans one header; false if it is not there yet.
  private mutating func scanHeader(
    _ bytes: UnsafeRawBufferPointer, _ limits: CodecLimits
  ) throws(CodecError) -> Bool {
    work += 1
    guard index < bytes.count else {
      needed = index + 1
      return false
    }
    let initial = bytes[index]
    let major = initial >> 5
    let info = initial & 31
    if info == 31 { return try scanIndefinite(initial, limits) }
    guard info < 28 else { throw CodecError(.malformed, at: index) }
    let width = info < 24 ? 0 : 1 << Int(info - 24)
    guard bytes.count - index > width else {
      needed = index + 1 + width
      return false
    }
    if case .chunks(let expected)? = open.last, major != expected {
      throw CodecError(.malformed, at: index)
    }
    var argument = UInt64(info)
    if width > 0 {
      argument = 0
      for offset in 1...width { argument = argument << 8 | UInt64(bytes[index + offset]) }
    }
    // The rest below the limit, so that no sum below overflows.
    let room = UInt64(max(0, limits.maximumSize - index - 1 - width))
    switch major {
    case 2, 3:
      guard argument <= room else { throw CodecError(.tooLarge, at: index) }
      index += 1 + width + Int(argument)
      itemIsComplete()
    case 4, 5:
      guard argument <= (major == 5 ? room / 2 : room) else {
        throw CodecError(.tooLarge, at: index)
      }
      try enter(.items(major == 5 ? 2 * Int(argument) : Int(argument)), limits)
      index += 1 + width
      if argument == 0 {
        open.removeLast()
        itemIsComplete()
      }
    case 6: index += 1 + width
    default:
      index += 1 + width
      itemIsComplete()
    }
    return true
  }

  /// Scans the start or the end of an item of indefinite length.
  private mutating func scanIndefinite(
    _ initial: UInt8, _ limits: CodecLimits
  ) throws(CodecError) -> Bool {
    if initial == 0xff {
      switch open.last {
      case .array, .hash(value: false), .chunks: open.removeLast()
      default: throw CodecError(.malformed, at: index)
      }
      index += 1
      itemIsComplete()
      return true
    }
    if case .chunks? = open.last { throw CodecError(.malformed, at: index) }
    switch initial >> 5 {
    case 2, 3: open.append(.chunks(initial >> 5))
    case 4: try enter(.array, limits)
    case 5: try enter(.hash(value: false), limits)
    default: throw CodecError(.malformed, at: index)
    }
    index += 1
    return true
  }

  private mutating func enter(_ level: Level, _ limits: CodecLimits) throws(CodecError) {
    guard open.count < limits.depth else { throw CodecError(.tooDeep, at: index) }
    open.append(level)
  }

  /// Counts an item for its container, and a container that is complete by that for its own.
  private mutating func itemIsComplete() {
    while let level = open.popLast() {
      switch level {
      case .items(1): continue
      case .items(let count): open.append(.items(count - 1))
      case .hash(let value): open.append(.hash(value: !value))
      case .array, .chunks: open.append(level)
      }
      return
    }
    isComplete = true
  }
}
