private import Glibc

/// Text that is compared, hashed and ordered by the bytes of its UTF-8.
///
/// Swift's `String` is compared by its visible characters: "é" as one character and "e" with an accent
/// behind it are equal, and that comparison takes quadratic time for text of many accents. Names,
/// tags, keys and values of the network are equal only if their bytes are, as in Perl, and their senders
/// must not be able to make comparisons slow. ``TextDictionary`` and ``TextSet`` hold them; `==` of two
/// strings in this package compares so, too.
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
    if first.isSameObject(as: second) { return true }
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

// MARK: - Strings in this package

// Inside this package, `==`, `<`, `switch`, `hasPrefix`, `contains` and `sorted` of strings compare
// bytes, as ``Text`` does: the compiler prefers each declaration here to the standard library's one.
// Programs that use the package don't see them. Code that is generic over `Equatable`, `Hashable` or
// `Comparable` doesn't see them either, and has to use ``Text``, ``TextSet`` or ``TextDictionary``.

extension String {
  /// Whether both are the same two words: short strings are held in them, and long ones are often one object.
  @inlinable @inline(__always)
  package func isSameObject(as other: String) -> Bool {
    MemoryLayout<String>.size == MemoryLayout<(UInt64, UInt64)>.size
      && unsafeBitCast(self, to: (UInt64, UInt64).self)
        == unsafeBitCast(other, to: (UInt64, UInt64).self)
  }

  /// The same for a text that may not be there: its two words are then none that a string has.
  @inlinable @inline(__always)
  package func isSameObject(as other: String?) -> Bool {
    MemoryLayout<String?>.size == MemoryLayout<(UInt64, UInt64)>.size
      && unsafeBitCast(self, to: (UInt64, UInt64).self)
        == unsafeBitCast(other, to: (UInt64, UInt64).self)
  }

  @inlinable package static func == (first: String, second: String) -> Bool {
    Text.hasSameBytes(first, second)
  }

  @inlinable package static func != (first: String, second: String) -> Bool {
    !Text.hasSameBytes(first, second)
  }

  @inlinable package static func ~= (pattern: String, string: String) -> Bool {
    Text.hasSameBytes(pattern, string)
  }

  @inlinable package static func < (first: String, second: String) -> Bool {
    Text.order(first, second) < 0
  }

  @inlinable package static func > (first: String, second: String) -> Bool {
    Text.order(first, second) > 0
  }

  @inlinable package static func <= (first: String, second: String) -> Bool {
    Text.order(first, second) <= 0
  }

  @inlinable package static func >= (first: String, second: String) -> Bool {
    Text.order(first, second) >= 0
  }

  // For an optional beside a literal, which the compiler does not take for an optional string.

  @inlinable package static func == (first: String?, second: String) -> Bool {
    first.map { Text.hasSameBytes($0, second) } ?? false
  }

  @inlinable package static func != (first: String?, second: String) -> Bool {
    !(first == second)
  }

  package func hasPrefix(_ prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

  package func hasSuffix(_ suffix: String) -> Bool {
    utf8.reversed().starts(with: suffix.utf8.reversed())
  }
}

extension Character {
  package static func == (first: Character, second: Character) -> Bool {
    Text.hasSameBytes(String(first), String(second))
  }

  package static func != (first: Character, second: Character) -> Bool {
    !Text.hasSameBytes(String(first), String(second))
  }

  package static func ~= (pattern: Character, character: Character) -> Bool {
    Text.hasSameBytes(String(pattern), String(character))
  }
}

extension StringProtocol {
  package static func == <Other: StringProtocol>(first: Self, second: Other) -> Bool {
    first.utf8.elementsEqual(second.utf8)
  }

  package static func != <Other: StringProtocol>(first: Self, second: Other) -> Bool {
    !first.utf8.elementsEqual(second.utf8)
  }

  package func hasPrefix<Prefix: StringProtocol>(_ prefix: Prefix) -> Bool {
    utf8.starts(with: prefix.utf8)
  }

  package func hasSuffix<Suffix: StringProtocol>(_ suffix: Suffix) -> Bool {
    utf8.reversed().starts(with: suffix.utf8.reversed())
  }

  /// The first place of these bytes, at least one, from `start` on.
  ///
  /// It takes up to the product of both lengths, so `bytes` must not be a text of others.
  private func firstIndex(of bytes: [UInt8], from start: Index) -> Index? {
    var rest = utf8[start...]
    while let place = rest.firstIndex(of: bytes[0]) {
      if utf8[place...].starts(with: bytes) { return place }
      rest = utf8[utf8.index(after: place)...]
    }
    return nil
  }

  /// Whether `part` is a part of it.
  package func contains(_ part: String) -> Bool {
    part.isEmpty || firstIndex(of: Array(part.utf8), from: startIndex) != nil
  }

  /// The first place of the character.
  package func firstIndex(of character: Character) -> Index? {
    firstIndex(of: Array(String(character).utf8), from: startIndex)
  }

  /// The parts between separators.
  package func split(
    separator: Character, maxSplits: Int = .max, omittingEmptySubsequences omitsEmpty: Bool = true
  ) -> [SubSequence] {
    let separator = Array(String(separator).utf8)
    var parts: [SubSequence] = []
    var start = startIndex
    while parts.count < maxSplits, let end = firstIndex(of: separator, from: start) {
      if start < end || !omitsEmpty { parts.append(self[start..<end]) }
      start = utf8.index(end, offsetBy: separator.count)
    }
    if start < endIndex || !omitsEmpty { parts.append(self[start..<endIndex]) }
    return parts
  }
}

extension String? {
  @inlinable package static func == (first: String?, second: String?) -> Bool {
    switch (first, second) {
    case (let first?, let second?): Text.hasSameBytes(first, second)
    case (nil, nil): true
    default: false
    }
  }

  @inlinable package static func != (first: String?, second: String?) -> Bool {
    !(first == second)
  }
}

extension Array where Element == String {
  package static func == (first: [String], second: [String]) -> Bool {
    first.elementsEqual(second, by: Text.hasSameBytes)
  }

  package static func != (first: [String], second: [String]) -> Bool { !(first == second) }
}

extension Sequence where Element == String {
  package func contains(_ string: String) -> Bool {
    contains { Text.hasSameBytes($0, string) }
  }

  package func sorted() -> [String] { sorted { Text.order($0, $1) < 0 } }

  package func min() -> String? { self.min { Text.order($0, $1) < 0 } }

  package func max() -> String? { self.max { Text.order($0, $1) < 0 } }
}

extension Collection where Element == String {
  package func firstIndex(of string: String) -> Index? {
    firstIndex { Text.hasSameBytes($0, string) }
  }
}

extension RawRepresentable where RawValue == String {
  /// The case of that name, which may be any text of others: the names of all cases are ASCII, and the
  /// standard library's search is linear only for ASCII.
  package init?(named name: String) {
    guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    self.init(rawValue: name)
  }
}
