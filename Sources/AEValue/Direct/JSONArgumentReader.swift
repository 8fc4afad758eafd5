/// Reads arguments in JSON without white space; hot.
@frozen public struct JSONArgumentReader: ArgumentReader {
  /// Where the next byte is.
  public var bytes: PacketBytes

  /// A reader of what follows the tag.
  @inlinable @inline(__always)
  package init(_ bytes: PacketBytes) { self.bytes = bytes }

  /// The bracket at the end tells.
  @inlinable @inline(__always)
  public func mayHave(_ count: Int) -> Bool { true }

  /// Reads an integer of up to eighteen digits, with the comma before it.
  public mutating func int() -> Int? {
    guard skipComma() else { return nil }
    var place = bytes.next
    let isNegative = bytes.byte() == UInt8(ascii: "-")
    if isNegative { place += 1 }
    let start = place
    var number = 0
    // Numbers are short or very long, such as times: eight digits at once, if there are so many.
    let word = UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
    if word.isEightDigits {
      number = Int(truncatingIfNeeded: word.eightDigits)
      place += 8
    }
    while true {
      let digit = place.loadUnaligned(as: UInt8.self) &- UInt8(ascii: "0")
      if digit > 9 { break }
      number = number &* 10 &+ Int(truncatingIfNeeded: digit)
      place += 1
      // More could overflow, and lead beyond what is readable.
      if place - start > 18 { return nil }
    }
    let count = place - start
    guard count > 0, count == 1 || start.loadUnaligned(as: UInt8.self) != UInt8(ascii: "0")
    else { return nil }
    // The next byte must end the number, of which only a part may have arrived.
    let after = place.loadUnaligned(as: UInt8.self)
    guard after == UInt8(ascii: ",") || after == UInt8(ascii: "]") else { return nil }
    bytes.next = place
    return isNegative ? 0 &- number : number
  }

  /// Floats go the general way.
  public mutating func double() -> Double? { nil }

  /// Reads a boolean, with the comma before it.
  public mutating func bool() -> Bool? {
    guard skipComma() else { return nil }
    // A byte behind the end is no mistake: isWhole tells.
    let first = UInt32(littleEndian: bytes.next.loadUnaligned(as: UInt32.self))
    if first == 0x6575_7274 {  // true
      bytes.next += 4
      return true
    }
    guard first == 0x736c_6166, bytes.byte(4) == UInt8(ascii: "e") else { return nil }  // false
    bytes.next += 5
    return false
  }

  /// Reads text without escapes, with the comma before it.
  public mutating func text() -> String? {
    var isASCII = true
    guard let (start, count) = textBytes(&isASCII) else { return nil }
    return bytes.text(start, count, isASCII: isASCII)
  }

  /// Reads such text without making a string.
  public mutating func borrowedText() -> BorrowedText? {
    var isASCII = true
    guard let (start, count) = textBytes(&isASCII) else { return nil }
    return bytes.borrowedText(start, count, isASCII: isASCII)
  }

  /// Skips text without escapes, with the comma before it, and says where it lies.
  @inline(__always)
  private mutating func textBytes(_ isASCII: inout Bool) -> (UnsafeRawPointer, Int)? {
    guard skipComma(), bytes.byte() == UInt8(ascii: "\"") else { return nil }
    let start = bytes.next + 1
    guard start < bytes.end else { return nil }
    let count = TextScan.plainCount(start, bytes.end - start, isASCII: &isASCII)
    guard start + count < bytes.end,
      (start + count).loadUnaligned(as: UInt8.self) == UInt8(ascii: "\"")
    else { return nil }
    bytes.next = start + count + 1
    return (start, count)
  }

  /// Skips the bracket at the end; whether all that was read lies before the end.
  @inlinable @inline(__always)
  public mutating func isWhole() -> Bool {
    guard bytes.isBeforeEnd, bytes.byte() == UInt8(ascii: "]") else { return false }
    bytes.next += 1
    return true
  }

  @inlinable @inline(__always)
  mutating func skipComma() -> Bool {
    guard bytes.isBeforeEnd, bytes.byte() == UInt8(ascii: ",") else { return false }
    bytes.next += 1
    return true
  }
}

extension UInt64 {
  /// Whether all bytes are digits.
  @inline(__always)
  fileprivate var isEightDigits: Bool {
    let tops: UInt64 = 0xf0f0_f0f0_f0f0_f0f0
    let threes: UInt64 = 0x3030_3030_3030_3030
    // Six more than a digit still has the same upper half; no sum goes beyond its byte.
    return self & tops == threes && (self &+ 0x0606_0606_0606_0606) & tops == threes
  }

  /// The number with these digits, the first in the lowest byte: pairs of digits, of pairs and of fours side by side.
  @inline(__always)
  fileprivate var eightDigits: UInt64 {
    let ones = self & 0x0f0f_0f0f_0f0f_0f0f
    let pairs = (ones &* 10 &+ ones >> 8) & 0x00ff_00ff_00ff_00ff
    let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_ffff_0000_ffff
    return (fours &* 10_000 &+ fours >> 32) & 0xffff_ffff
  }
}
