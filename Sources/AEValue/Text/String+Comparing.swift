// Inside this package, `==`, `<`, `switch`, `hasPrefix`, `contains` and `sorted` of strings go by
// bytes, as ``Text`` does: each declaration here is chosen before the standard library's one.
// Programs that use the package don't see them. What is generic over `Equatable`, `Hashable` or
// `Comparable` doesn't see them either; there it takes ``Text``, ``TextSet`` or ``TextDictionary``.

extension String {
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

  // An optional beside a literal, which would not be taken for an optional string.

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

  /// Where these bytes, at least one, are first behind a place; takes their number times its own length at
  /// most, so they are ours.
  private func firstIndex(of bytes: [UInt8], from start: Index) -> Index? {
    var rest = utf8[start...]
    while let place = rest.firstIndex(of: bytes[0]) {
      if utf8[place...].starts(with: bytes) { return place }
      rest = utf8[utf8.index(after: place)...]
    }
    return nil
  }

  /// Whether `part` is anywhere in it.
  package func contains(_ part: String) -> Bool {
    part.isEmpty || firstIndex(of: Array(part.utf8), from: startIndex) != nil
  }

  /// Where the character is first.
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
  /// The case of that name, which may be any text of others: all our names are ASCII, and only with
  /// such text is the standard library's search linear.
  package init?(named name: String) {
    guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    self.init(rawValue: name)
  }
}
