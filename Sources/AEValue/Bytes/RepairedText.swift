/// Text of bytes of which some may be no UTF-8, as `String(decoding:as:)` makes it.
///
/// The standard library takes 40 ns for a byte that has to be replaced, and has no limit on their number.
enum RepairedText {
  /// What stands for bytes that are no UTF-8, U+FFFD.
  private static var replacement: (UInt8, UInt8, UInt8) { (0xef, 0xbf, 0xbd) }

  /// The text; nil if more than so many places had to be replaced, which are taken off `room`.
  static func make(_ bytes: UnsafeRawBufferPointer, room: inout Int) -> String? {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    // Counted first: three times as much, to be on the safe side, would stay with the string.
    var size = 0
    var index = 0
    while index < bytes.count {
      let (length, isWhole) = scalar(bytes, index)
      index += length
      size += isWhole ? length : 3
      if !isWhole {
        room -= 1
        if room < 0 { return nil }
      }
    }
    return String(unsafeUninitializedCapacity: size) { target in
      var index = 0
      var count = 0
      while index < bytes.count {
        let (length, isWhole) = scalar(bytes, index)
        if isWhole {
          for offset in 0..<length { target[count + offset] = bytes[index + offset] }
          count += length
        } else {
          (target[count], target[count + 1], target[count + 2]) = replacement
          count += 3
        }
        index += length
      }
      return count
    }
  }

  /// How many bytes of a scalar are at `index`, and whether these are all of it.
  ///
  /// Like the standard library it takes the longest beginning of a scalar at once, else one byte.
  @inline(__always)
  private static func scalar(
    _ bytes: UnsafeRawBufferPointer, _ index: Int
  ) -> (length: Int, isWhole: Bool) {
    let first = bytes[index]
    if first < 0x80 { return (1, true) }
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xbf
    switch first {
    case 0xc2...0xdf: length = 2
    case 0xe0:
      length = 3
      second = 0xa0...0xbf
    case 0xed:
      length = 3
      second = 0x80...0x9f
    case 0xe1...0xef: length = 3
    case 0xf0:
      length = 4
      second = 0x90...0xbf
    case 0xf1...0xf3: length = 4
    case 0xf4:
      length = 4
      second = 0x80...0x8f
    default: return (1, false)
    }
    guard index + 1 < bytes.count, second.contains(bytes[index + 1]) else { return (1, false) }
    for offset in 2..<max(2, length) {
      guard index + offset < bytes.count, bytes[index + offset] & 0xc0 == 0x80 else {
        return (offset, false)
      }
    }
    return (length, true)
  }
}
