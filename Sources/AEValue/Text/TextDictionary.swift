/// Values by names that are compared by their bytes; otherwise a dictionary with keys of `String`.
///
/// `dictionary["é"]` of one character and of "e" with an accent are two entries, as in a Perl hash,
/// and a key of any contents costs time in proportion to its length. Entries are in no order.
public struct TextDictionary<Mapped> {
  @usableFromInline var entries: [Text: Mapped]

  /// A dictionary without entries.
  @inlinable public init() { entries = [:] }

  /// The entries of Swift's dictionary.
  @inlinable public init(_ dictionary: [String: Mapped]) {  // String keys: what programs have
    entries = Dictionary(minimumCapacity: dictionary.count)
    for (key, value) in dictionary { entries[Text(key)] = value }
  }

  @inlinable init(entries: [Text: Mapped]) { self.entries = entries }

  /// The pairs of a sequence; where a key comes again, `combine` makes one value of both.
  @inlinable public init<S: Sequence>(
    _ pairs: S, uniquingKeysWith combine: (Mapped, Mapped) throws -> Mapped
  ) rethrows where S.Element == (String, Mapped) {
    entries = try Dictionary(
      pairs.lazy.map { (Text($0.0), $0.1) }, uniquingKeysWith: combine)
  }

  /// How many entries there are.
  @inlinable public var count: Int { entries.count }

  /// Whether there is no entry.
  @inlinable public var isEmpty: Bool { entries.isEmpty }

  /// The value of a key; nil if there is none, and setting nil removes the entry.
  @inlinable public subscript(key: String) -> Mapped? {
    get { entries[Text(key)] }
    _modify { yield &entries[Text(key)] }
  }

  /// The value of a key, or `standard`; changing it adds the entry.
  @inlinable
  public subscript(
    key: String, default standard: @autoclosure () -> Mapped
  ) -> Mapped {
    get { entries[Text(key)] ?? standard() }
    _modify { yield &entries[Text(key), default: standard()] }
  }

  /// Sets the value of a key and returns the one that it replaces.
  @inlinable @discardableResult
  public mutating func updateValue(_ value: Mapped, forKey key: String) -> Mapped? {
    entries.updateValue(value, forKey: Text(key))
  }

  /// Removes the entry of a key and returns its value.
  @inlinable @discardableResult public mutating func removeValue(forKey key: String) -> Mapped? {
    entries.removeValue(forKey: Text(key))
  }

  /// The place of a key's entry; nil if there is none.
  @inlinable public func index(forKey key: String) -> Dictionary<Text, Mapped>.Index? {
    entries.index(forKey: Text(key))
  }

  /// Removes the entry at a place and returns it.
  @inlinable @discardableResult
  public mutating func remove(at index: Dictionary<Text, Mapped>.Index) -> Element {
    let (key, value) = entries.remove(at: index)
    return (key: key.string, value: value)
  }

  /// Removes all entries.
  @inlinable public mutating func removeAll(keepingCapacity keeps: Bool = false) {
    entries.removeAll(keepingCapacity: keeps)
  }

  /// Allocates room for that many entries.
  @inlinable public mutating func reserveCapacity(_ capacity: Int) {
    entries.reserveCapacity(capacity)
  }

  /// Frees the memory of removed entries, once that is most of the memory.
  ///
  /// It takes time for each remaining entry, so seven times as many must have been removed before.
  @inlinable package mutating func shrink() {
    guard capacity > 64, count < capacity / 8 else { return }
    // A dictionary that is filtered, or made of another one, would keep the table as it is.
    var smaller = [Text: Mapped](minimumCapacity: entries.count)
    for (key, value) in entries { smaller[key] = value }
    entries = smaller
  }

  /// How many entries there is room for.
  @inlinable package var capacity: Int { entries.capacity }

  /// Takes over the entries of another dictionary; `combine` makes one value where both have one.
  @inlinable public mutating func merge(
    _ other: TextDictionary, uniquingKeysWith combine: (Mapped, Mapped) throws -> Mapped
  ) rethrows {
    try entries.merge(other.entries, uniquingKeysWith: combine)
  }

  /// This dictionary with the entries of another one taken over.
  @inlinable public func merging(
    _ other: TextDictionary, uniquingKeysWith combine: (Mapped, Mapped) throws -> Mapped
  ) rethrows -> TextDictionary {
    TextDictionary(entries: try entries.merging(other.entries, uniquingKeysWith: combine))
  }

  /// The same keys with other values.
  @inlinable public func mapValues<Other>(
    _ transform: (Mapped) throws -> Other
  ) rethrows -> TextDictionary<Other> {
    TextDictionary<Other>(entries: try entries.mapValues(transform))
  }

  /// The same keys with other values, without those that become nil.
  @inlinable public func compactMapValues<Other>(
    _ transform: (Mapped) throws -> Other?
  ) rethrows -> TextDictionary<Other> {
    TextDictionary<Other>(entries: try entries.compactMapValues(transform))
  }

  /// The entries for which `isIncluded` is true.
  @inlinable public func filter(_ isIncluded: (Element) throws -> Bool) rethrows -> TextDictionary {
    TextDictionary(
      entries: try entries.filter { try isIncluded((key: $0.key.string, value: $0.value)) })
  }

  /// The values, in the order of the entries.
  @inlinable public var values: Dictionary<Text, Mapped>.Values {
    get { entries.values }
    _modify { yield &entries.values }
  }

  /// The keys, in the order of the entries.
  @inlinable public var keys: Keys { Keys(entries: entries) }

  /// The keys of a ``TextDictionary``.
  public struct Keys: Collection {
    @usableFromInline let entries: [Text: Mapped]

    @inlinable init(entries: [Text: Mapped]) { self.entries = entries }

    /// The place of the first key.
    @inlinable public var startIndex: Dictionary<Text, Mapped>.Index { entries.startIndex }
    /// Behind the last key.
    @inlinable public var endIndex: Dictionary<Text, Mapped>.Index { entries.endIndex }
    /// The place behind another one.
    @inlinable public func index(
      after index: Dictionary<Text, Mapped>.Index
    ) -> Dictionary<Text, Mapped>.Index { entries.index(after: index) }
    /// The key at a place.
    @inlinable public subscript(index: Dictionary<Text, Mapped>.Index) -> String {
      entries[index].key.string
    }
    /// How many keys there are.
    @inlinable public var count: Int { entries.count }
    /// Whether it is a key; in constant time.
    @inlinable public func contains(_ key: String) -> Bool { entries[Text(key)] != nil }
  }
}

extension TextDictionary: Collection {
  /// A key and its value.
  public typealias Element = (key: String, value: Mapped)
  /// The place of an entry.
  public typealias Index = Dictionary<Text, Mapped>.Index

  /// Goes through the entries once.
  public struct Iterator: IteratorProtocol {
    @usableFromInline var entries: Dictionary<Text, Mapped>.Iterator

    @inlinable init(_ entries: [Text: Mapped]) { self.entries = entries.makeIterator() }

    /// The next entry, nil at the end.
    @inlinable public mutating func next() -> Element? {
      guard let entry = entries.next() else { return nil }
      return (key: entry.key.string, value: entry.value)
    }
  }

  /// Goes through the entries once.
  @inlinable public func makeIterator() -> Iterator { Iterator(entries) }
  /// The place of the first entry.
  @inlinable public var startIndex: Index { entries.startIndex }
  /// Behind the last entry.
  @inlinable public var endIndex: Index { entries.endIndex }
  /// The place behind another one.
  @inlinable public func index(after index: Index) -> Index { entries.index(after: index) }
  /// The entry at a place.
  @inlinable public subscript(index: Index) -> Element {
    let entry = entries[index]
    return (key: entry.key.string, value: entry.value)
  }
}

extension TextDictionary: ExpressibleByDictionaryLiteral {
  /// The entries of a literal; of a key that comes twice the last counts, as in Perl.
  @inlinable public init(dictionaryLiteral elements: (String, Mapped)...) {
    self.init(elements, uniquingKeysWith: { $1 })
  }
}

extension TextDictionary: Equatable where Mapped: Equatable {}
extension TextDictionary: Hashable where Mapped: Hashable {}
extension TextDictionary: Sendable where Mapped: Sendable {}
extension TextDictionary.Keys: Sendable where Mapped: Sendable {}
extension TextDictionary.Iterator: Sendable where Mapped: Sendable {}

extension TextDictionary: CustomStringConvertible {
  /// The entries as a dictionary shows them.
  public var description: String { entries.description }
}
