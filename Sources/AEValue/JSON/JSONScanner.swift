/// Finds the end of a JSON array or object that arrives in pieces, and looks at each byte once.
///
/// It knows brackets and strings only; other errors show when the document is read.
struct JSONScanner {
  /// The next byte to look at, from the start of the document; its end when ``scan(_:_:)`` returns
  /// true.
  private(set) var index = 0
  /// The number of steps, for tests of linear time.
  private(set) var work = 0
  /// The closing brackets that have to come.
  private var open: [UInt8] = []
  private var isInString = false
  private var isEscaped = false

  /// How many bytes there must be before scanning makes sense again.
  var needed: Int { index + 1 }

  /// Goes on with the document, whose present bytes are `bytes`.
  ///
  /// - Returns: Whether it is complete.
  /// - Throws: ``CodecError`` as soon as it goes beyond the limits.
  mutating func scan(
    _ bytes: UnsafeRawBufferPointer, _ limits: CodecLimits
  ) throws(CodecError) -> Bool {
    let end = min(bytes.count, max(0, limits.maximumSize))
    while index < end {
      work += 1
      if isInString {
        scanString(bytes, end)
        continue
      }
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "["): try enter(UInt8(ascii: "]"), limits)
      case UInt8(ascii: "{"): try enter(UInt8(ascii: "}"), limits)
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        guard open.popLast() == byte else { throw CodecError(.malformed, at: index - 1) }
        if open.isEmpty { return true }
      case 0x20, 0x09, 0x0a, 0x0d, UInt8(ascii: "+")...UInt8(ascii: ":"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
        break
      default: throw CodecError(.malformed, at: index - 1)
      }
    }
    if bytes.count > end { throw CodecError(.tooLarge, at: index) }
    return false
  }

  /// Looks at the next byte of a string, or at all up to the next special one.
  @inline(__always)
  private mutating func scanString(_ bytes: UnsafeRawBufferPointer, _ end: Int) {
    if isEscaped {
      isEscaped = false
      index += 1
      return
    }
    if let start = bytes.baseAddress {
      var isASCII = true
      let plain = TextScan.plainCount(start + index, end - index, isASCII: &isASCII)
      if plain > 0 {
        index += plain
        return
      }
    }
    switch bytes[index] {
    case UInt8(ascii: "\\"): isEscaped = true
    case UInt8(ascii: "\""): isInString = false
    default: break
    }
    index += 1
  }

  private mutating func enter(_ close: UInt8, _ limits: CodecLimits) throws(CodecError) {
    guard open.count < limits.depth else { throw CodecError(.tooDeep, at: index - 1) }
    open.append(close)
  }
}
