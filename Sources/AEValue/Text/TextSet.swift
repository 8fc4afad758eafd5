/// A set of names that are compared by their bytes; otherwise a set of `String`.
public struct TextSet: SetAlgebra, Hashable, Sendable {
  @usableFromInline var members: Set<Text>

  /// The empty set.
  @inlinable public init() { members = [] }

  @inlinable init(members: Set<Text>) { self.members = members }

  /// The members of a sequence.
  @inlinable public init(_ names: some Sequence<String>) {
    members = []
    for name in names { members.insert(Text(name)) }
  }

  /// Whether it is a member.
  @inlinable public func contains(_ name: String) -> Bool { members.contains(Text(name)) }

  /// Adds a member, unless it is one.
  @inlinable @discardableResult public mutating func insert(
    _ name: __owned String
  ) -> (inserted: Bool, memberAfterInsert: String) {
    let (inserted, member) = members.insert(Text(name))
    return (inserted, member.string)
  }

  /// Adds a member or replaces the equal one.
  @inlinable @discardableResult public mutating func update(with name: __owned String) -> String? {
    members.update(with: Text(name))?.string
  }

  /// Removes a member.
  @inlinable @discardableResult public mutating func remove(_ name: String) -> String? {
    members.remove(Text(name))?.string
  }

  /// Allocates room for that many members.
  @inlinable public mutating func reserveCapacity(_ capacity: Int) {
    members.reserveCapacity(capacity)
  }

  /// Removes all members.
  @inlinable public mutating func removeAll(keepingCapacity keeps: Bool = false) {
    members.removeAll(keepingCapacity: keeps)
  }

  /// Frees the memory of removed members, once that is most of the memory.
  @inlinable package mutating func shrink() {
    guard capacity > 64, count < capacity / 8 else { return }
    var smaller = Set<Text>(minimumCapacity: members.count)
    for member in members { smaller.insert(member) }
    members = smaller
  }

  /// How many members there is room for.
  @inlinable package var capacity: Int { members.capacity }

  /// The members of either set.
  @inlinable public func union(_ other: __owned TextSet) -> TextSet {
    TextSet(members: members.union(other.members))
  }

  /// The members of both sets.
  @inlinable public func intersection(_ other: TextSet) -> TextSet {
    TextSet(members: members.intersection(other.members))
  }

  /// The members of one set only.
  @inlinable public func symmetricDifference(_ other: __owned TextSet) -> TextSet {
    TextSet(members: members.symmetricDifference(other.members))
  }

  /// Adds the members of another set.
  @inlinable public mutating func formUnion(_ other: __owned TextSet) {
    members.formUnion(other.members)
  }

  /// Keeps the members that are in another set, too.
  @inlinable public mutating func formIntersection(_ other: TextSet) {
    members.formIntersection(other.members)
  }

  /// Keeps and adds the members that are in only one of both sets.
  @inlinable public mutating func formSymmetricDifference(_ other: __owned TextSet) {
    members.formSymmetricDifference(other.members)
  }

  /// The members for which `isIncluded` is true.
  @inlinable public func filter(_ isIncluded: (String) throws -> Bool) rethrows -> TextSet {
    TextSet(members: try members.filter { try isIncluded($0.string) })
  }
}

extension TextSet: Collection {
  /// The place of a member.
  public typealias Index = Set<Text>.Index
  /// A member.
  public typealias Element = String

  /// How many members there are.
  @inlinable public var count: Int { members.count }
  /// Whether there is no member.
  @inlinable public var isEmpty: Bool { members.isEmpty }
  /// The place of the first member.
  @inlinable public var startIndex: Index { members.startIndex }
  /// Behind the last member.
  @inlinable public var endIndex: Index { members.endIndex }
  /// The place behind another one.
  @inlinable public func index(after index: Index) -> Index { members.index(after: index) }
  /// The member at a place.
  @inlinable public subscript(index: Index) -> String { members[index].string }
}
