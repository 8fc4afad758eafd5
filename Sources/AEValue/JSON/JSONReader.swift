/// Reads JSON out of memory; hot.
///
/// Each read is checked against the end before. Offsets in errors count from the start of the memory.
struct JSONReader {
  /// The extensions of the standard that are read.
  struct Dialect: OptionSet {
    let rawValue: UInt8
    /// `inf`, `nan` and the like, as Perl writes them.
    static let nonFinite = Dialect(rawValue: 1)
    /// Comments, and commas after the last element.
    static let configuration = Dialect(rawValue: 2)
  }

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
  let dialect: Dialect

  /// A reader of one document that starts at `start`.
  @inline(__always)
  init(
    _ bytes: UnsafeRawBufferPointer, from start: Int = 0, base: UnsafeRawPointer,
    _ limits: CodecLimits, _ dialect: Dialect
  ) {
    self.base = base
    index = start
    end = bytes.count
    endCode = .truncated
    maximumDepth = limits.depth
    room = limits.maximumValues
    self.dialect = dialect
    limit(to: limits.maximumSize)
  }

  /// Lets a document that starts here have no more than `size` bytes.
  @inline(__always) mutating func limit(to size: Int) {
    if end - index > size {
      end = index + max(size, 0)
      endCode = .tooLarge
    }
  }

  /// Counts values before they are read.
  @inline(__always) mutating func make(_ count: Int) throws(CodecError) {
    room -= count
    if room < 0 { throw fail(.tooManyValues) }
  }

  @inline(__always) func fail(_ code: CodecError.Code) -> CodecError { CodecError(code, at: index) }

  @inline(__always) func byte(at offset: Int) -> UInt8 {
    (base + offset).loadUnaligned(as: UInt8.self)
  }

  /// Skips white space and returns the byte after it, which is not skipped.
  @inline(__always) mutating func next() throws(CodecError) -> UInt8 {
    if index < end {
      let byte = byte(at: index)
      if byte > 0x20, byte != UInt8(ascii: "#"), byte != UInt8(ascii: "/") { return byte }
    }
    return try nextAfterSpace()
  }

  @inline(never) private mutating func nextAfterSpace() throws(CodecError) -> UInt8 {
    while index < end {
      let byte = byte(at: index)
      switch byte {
      case 0x20, 0x09, 0x0a, 0x0d: index += 1
      case UInt8(ascii: "#") where dialect.contains(.configuration): skipLine()
      case UInt8(ascii: "/") where dialect.contains(.configuration): try skipComment()
      default: return byte
      }
    }
    throw fail(endCode)
  }

  /// Reads a value whose containers are at `depth`.
  mutating func value(depth: Int) throws(CodecError) -> Value {
    let first = try next()
    switch first {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number(first)
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "{"): return .hash(try hash(depth: depth))
    default: return try word(first)
    }
  }

  /// Reads `true`, `false`, `null`, and in some dialects infinities.
  @inline(never) private mutating func word(_ first: UInt8) throws(CodecError) -> Value {
    switch first {
    case UInt8(ascii: "t"):
      try skip("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try skip("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      if dialect.contains(.nonFinite), index + 1 < end, byte(at: index + 1) | 0x20 == 0x61 {
        return try nonFinite(negative: false)
      }
      try skip("null")
      return .null
    case UInt8(ascii: "i"), UInt8(ascii: "I"), UInt8(ascii: "N"):
      guard dialect.contains(.nonFinite) else { throw fail(.malformed) }
      return try nonFinite(negative: false)
    default: throw fail(.malformed)
    }
  }

  /// Skips exactly the bytes of `word`.
  mutating func skip(_ word: StaticString) throws(CodecError) {
    let bytes = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    for expected in bytes {
      guard index < end else { throw fail(endCode) }
      guard byte(at: index) == expected else { throw fail(.malformed) }
      index += 1
    }
  }

  @inline(never) private mutating func array(depth: Int) throws(CodecError) -> [Value] {
    guard depth <= maximumDepth else { throw fail(.tooDeep) }
    index += 1
    var elements: [Value] = []
    if try next() == UInt8(ascii: "]") {
      index += 1
      return elements
    }
    repeat {
      try make(1)
      elements.append(try value(depth: depth + 1))
    } while try another(UInt8(ascii: "]"))
    return elements
  }

  /// After an element: whether another one follows; otherwise skips the closing bracket.
  @inline(__always) mutating func another(_ close: UInt8) throws(CodecError) -> Bool {
    let byte = try next()
    if byte == close {
      index += 1
      return false
    }
    guard byte == UInt8(ascii: ",") else { throw fail(.malformed) }
    index += 1
    guard dialect.contains(.configuration), try next() == close else { return true }
    index += 1
    return false
  }

  @inline(never) private mutating func hash(depth: Int) throws(CodecError) -> TextDictionary<Value>
  {
    guard depth <= maximumDepth else { throw fail(.tooDeep) }
    index += 1
    var elements: TextDictionary<Value> = [:]
    if try next() == UInt8(ascii: "}") {
      index += 1
      return elements
    }
    repeat {
      try make(2)
      guard try next() == UInt8(ascii: "\"") else { throw fail(.malformed) }
      let key = try string()
      guard try next() == UInt8(ascii: ":") else { throw fail(.malformed) }
      index += 1
      elements[key] = try value(depth: depth + 1)
    } while try another(UInt8(ascii: "}"))
    return elements
  }
}

// MARK: - Comments

/// The extensions for configuration files.
extension JSONReader {
  /// Skips a comment up to the end of its line.
  mutating func skipLine() {
    while index < end, byte(at: index) != 0x0a { index += 1 }
  }

  /// Skips a comment that starts with a slash.
  mutating func skipComment() throws(CodecError) {
    guard index + 1 < end else { throw fail(.malformed) }
    switch byte(at: index + 1) {
    case UInt8(ascii: "/"): skipLine()
    case UInt8(ascii: "*"):
      let start = index
      index += 2
      while index + 1 < end {
        if byte(at: index) == UInt8(ascii: "*"), byte(at: index + 1) == UInt8(ascii: "/") {
          index += 2
          return
        }
        index += 1
      }
      index = start
      throw fail(.truncated)
    default: throw fail(.malformed)
    }
  }

  /// Skips white space and comments after the document; other bytes there are an error.
  mutating func skipToEnd(of count: Int) throws(CodecError) {
    // The bytes behind the document do not count for its size.
    end = count
    do {
      _ = try next()
    } catch {
      guard error.code == endCode, index == end else { throw error }
      return
    }
    throw fail(.trailingData)
  }
}
