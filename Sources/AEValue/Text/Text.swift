private import Glibc

/// Text that is compared, hashed and ordered by the bytes of its UTF-8.
///
/// Swift's `String` is compared by what a reader sees: "é" as one character and "e" with an accent
/// behind it are equal, and finding that out takes quadratic time for text of many accents. Names,
/// tags, keys and values of the network are equal only if their bytes are, as in Perl, and whoever
/// sends them must not choose what a comparison costs. ``TextDictionary`` and ``TextSet`` hold them;
/// `==` of two strings in this package compares so, too.
public struct Text: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
  /// The text as Swift's string.
  public let string: String

  /// The text `string`.
  @inlinable public init(_ string: String) { self.string = string }

  /// The text `value`.
  @inlinable public init(stringLiteral value: String) { string = value }

  /// The text itself.
  public var description: String { string }
}

extension Text: Hashable {
  /// Whether both are the same bytes.
  @inlinable public static func == (first: Text, second: Text) -> Bool {
    hasSameBytes(first.string, second.string)
  }

  /// Feeds the bytes, and an end that is no byte of UTF-8.
  @inlinable public func hash(into hasher: inout Hasher) {
    var string = string
    string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(0xff as UInt8)
  }
}

extension Text: Comparable {
  /// Whether the first comes before the second in the order of their bytes, which is that of their
  /// code points.
  public static func < (first: Text, second: Text) -> Bool {
    order(first.string, second.string) < 0
  }
}

extension Text: Codable {
  /// Encodes the text as a string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(string)
  }

  /// Decodes a string.
  public init(from decoder: any Decoder) throws {
    string = try decoder.singleValueContainer().decode(String.self)
  }
}

extension Text {
  /// Whether two strings are the same bytes; hot.
  @inlinable static func hasSameBytes(_ first: String, _ second: String) -> Bool {
    // Short strings are held in their two words, and long ones are often one object.
    if MemoryLayout<String>.size == MemoryLayout<(UInt64, UInt64)>.size,
      unsafeBitCast(first, to: (UInt64, UInt64).self)
        == unsafeBitCast(second, to: (UInt64, UInt64).self)
    {
      return true
    }
    if first.utf8.count != second.utf8.count { return false }
    return order(first, second) == 0
  }

  /// Less than, equal to or greater than 0 as the first string comes before, is or comes after the
  /// second in the order of bytes.
  @usableFromInline static func order(_ first: String, _ second: String) -> Int {
    var first = first
    var second = second
    return first.withUTF8 { first in
      second.withUTF8 { second in
        let shorter = min(first.count, second.count)
        if shorter > 0, let left = first.baseAddress, let right = second.baseAddress {
          let order = memcmp(left, right, shorter)
          if order != 0 { return Int(order) }
        }
        return first.count - second.count
      }
    }
  }
}
