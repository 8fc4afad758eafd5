/// Reads CBOR out of memory; hot.
///
/// Each read is checked against the end before. Offsets in errors count from the start of the memory.
struct CBORReader {
  let base: UnsafeRawPointer
  /// The next byte.
  var index: Int
  /// The end of the readable bytes, or of the part that the size limit allows.
  var end: Int
  /// The error for reading beyond ``end``: truncated, or too large.
  var endCode: CodecError.Code
  /// How deep containers may nest.
  let maximumDepth: Int
  /// How many more values there may be.
  var room: Int
  private let reservation: Int

  /// A reader of one document that starts at `start`.
  @inline(__always)
  init(
    _ bytes: UnsafeRawBufferPointer, from start: Int = 0, base: UnsafeRawPointer,
    _ limits: CodecLimits
  ) {
    self.base = base
    index = start
    end = bytes.count
    endCode = .truncated
    maximumDepth = limits.depth
    room = limits.maximumValues
    reservation = limits.reservation
    limit(to: limits.maximumSize)
  }

  /// Lets a document that starts here have no more than `size` bytes.
  @inline(__always) mutating func limit(to size: Int) {
    if end - index > size {
      end = index + max(size, 0)
      endCode = .tooLarge
    }
  }

  @inline(__always) func fail(_ code: CodecError.Code) -> CodecError { CodecError(code, at: index) }

  @inline(__always) func byte(at offset: Int) -> UInt8 {
    (base + offset).loadUnaligned(as: UInt8.self)
  }

  /// Reads the argument after an initial byte, which has been looked at, and skips both.
  @inline(__always) mutating func argument(_ initial: UInt8) throws(CodecError) -> UInt64 {
    let info = initial & 31
    if info < 24 {
      index += 1
      return UInt64(info)
    }
    if info == 24, end - index >= 2 {
      index += 2
      return UInt64(byte(at: index - 1))
    }
    return try longArgument(info)
  }

  @inline(never) private mutating func longArgument(_ info: UInt8) throws(CodecError) -> UInt64 {
    guard info <= 27 else { throw fail(.malformed) }
    let width = 1 << Int(info - 24)
    guard end - index > width else { throw fail(endCode) }
    let source = base + index + 1
    index += 1 + width
    switch info {
    case 24: return UInt64(source.loadUnaligned(as: UInt8.self))
    case 25: return UInt64(UInt16(bigEndian: source.loadUnaligned(as: UInt16.self)))
    case 26: return UInt64(UInt32(bigEndian: source.loadUnaligned(as: UInt32.self)))
    default: return UInt64(bigEndian: source.loadUnaligned(as: UInt64.self))
    }
  }

  /// Reads the argument as a count of parts of at least `size` bytes each.
  ///
  /// Only the size limit is checked, because missing bytes may still come.
  @inline(__always)
  mutating func count(_ initial: UInt8, of size: Int) throws(CodecError) -> Int {
    let start = index
    let count = try argument(initial)
    if count > UInt64(truncatingIfNeeded: (end - index) / size) {
      index = start
      throw fail(endCode)
    }
    return Int(truncatingIfNeeded: count)
  }

  /// Counts values before they are read.
  @inline(__always) mutating func make(_ count: Int) throws(CodecError) {
    room -= count
    if room < 0 { throw fail(.tooManyValues) }
  }

  /// Reads the initial byte without skipping it.
  @inline(__always) func peek() throws(CodecError) -> UInt8 {
    guard index < end else { throw fail(endCode) }
    return byte(at: index)
  }

  /// Takes `count` bytes, which ``count(_:of:)`` has checked.
  @inline(__always) mutating func take(_ count: Int) -> UnsafeRawBufferPointer {
    let bytes = UnsafeRawBufferPointer(start: base + index, count: count)
    index += count
    return bytes
  }

  /// Reads a value whose containers are at `depth`.
  mutating func value(depth: Int) throws(CodecError) -> Value {
    let initial = try peek()
    switch initial >> 5 {
    case 0:
      let number = try argument(initial)
      return number <= UInt64(Int.max) ? .int(Int(truncatingIfNeeded: number)) : .uint(number)
    case 1:
      let number = try argument(initial)
      return number <= UInt64(Int.max)
        ? .int(~Int(truncatingIfNeeded: number)) : .double(-1 - Double(number))
    case 2:
      if initial == 0x5f { return .bytesOrString(try chunks(major: 2)) }
      let bytes = take(try count(initial, of: 1))
      return bytes.isASCII ? .string(String(ascii: bytes)) : .bytes(Array(bytes))
    case 3:
      if initial == 0x7f {
        return .string(
          try chunks(major: 3).withUnsafeBytesTyped { (bytes) throws(CodecError) in
            try text(bytes)
          })
      }
      return .string(try text(take(try count(initial, of: 1))))
    case 4: return .array(try array(initial, depth: depth))
    case 5: return .hash(try hash(initial, depth: depth))
    case 6: return try tagged(initial, depth: depth)
    default: return try simple(initial)
    }
  }

  /// The text of bytes that should be UTF-8; invalid ones become U+FFFD, each of which counts as a value.
  @inline(__always)
  private mutating func text(_ bytes: UnsafeRawBufferPointer) throws(CodecError) -> String {
    if bytes.isASCII { return String(ascii: bytes) }
    return try otherText(bytes)
  }

  @inline(never)
  private mutating func otherText(
    _ bytes: UnsafeRawBufferPointer
  ) throws(CodecError) -> String {
    guard let text = RepairedText.make(bytes, room: &room) else { throw fail(.tooManyValues) }
    return text
  }

  @inline(never)
  private mutating func array(_ initial: UInt8, depth: Int) throws(CodecError) -> [Value] {
    guard depth <= maximumDepth else { throw fail(.tooDeep) }
    var elements: [Value] = []
    if initial == 0x9f {
      index += 1
      while try !skipBreak() {
        try make(1)
        elements.append(try value(depth: depth + 1))
      }
      return elements
    }
    let count = try count(initial, of: 1)
    // Reserving takes memory even for a capacity of 0.
    if count == 0 { return elements }
    try make(count)
    elements.reserveCapacity(min(count, reservation))
    for _ in 0..<count { elements.append(try value(depth: depth + 1)) }
    return elements
  }

  @inline(never)
  private mutating func hash(_ initial: UInt8, depth: Int) throws(CodecError) -> TextDictionary<
    Value
  > {
    guard depth <= maximumDepth else { throw fail(.tooDeep) }
    var elements: TextDictionary<Value> = [:]
    if initial == 0xbf {
      index += 1
      while try !skipBreak() {
        try make(2)
        let key = try key(depth: depth + 1)
        elements[key] = try value(depth: depth + 1)
      }
      return elements
    }
    let count = try count(initial, of: 2)
    if count == 0 { return elements }
    try make(2 * count)
    elements.reserveCapacity(min(count, reservation))
    for _ in 0..<count {
      let key = try key(depth: depth + 1)
      elements[key] = try value(depth: depth + 1)
    }
    return elements
  }

  /// Skips the end of an indefinite length if it is next.
  mutating func skipBreak() throws(CodecError) -> Bool {
    guard try peek() == 0xff else { return false }
    index += 1
    return true
  }

  /// Reads the key of a hash: text, bytes as text, and other values as the text that Perl makes of them.
  @inline(__always) private mutating func key(depth: Int) throws(CodecError) -> String {
    let initial = try peek()
    if initial >> 5 == 3, initial != 0x7f {
      return try text(take(try count(initial, of: 1)))
    }
    return try oddKey(depth: depth)
  }

  @inline(never) private mutating func oddKey(depth: Int) throws(CodecError) -> String {
    let start = index
    let value = try value(depth: depth)
    switch value {
    case .string(let text): return text
    case .null: return ""
    case .array, .hash:
      // No node sends such keys, and as text, escaped once more for each level, they would grow without
      // end.
      throw CodecError(.malformed, at: start)
    default: return value.string ?? value.debugDescription
    }
  }

  /// Reads the chunks of a string of indefinite length and joins them.
  @inline(never) mutating func chunks(major: UInt8) throws(CodecError) -> [UInt8] {
    index += 1
    var joined: [UInt8] = []
    while try !skipBreak() {
      try make(1)
      let initial = try peek()
      guard initial >> 5 == major, initial & 31 != 31 else { throw fail(.malformed) }
      joined.append(contentsOf: take(try count(initial, of: 1)))
    }
    return joined
  }
}
