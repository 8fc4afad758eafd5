/// A member of a ``WaitingLine``.
package protocol WaitingMember: AnyObject {
  /// Whether the member waits no more, so that the line passes over it.
  var isOver: Bool { get }
}

/// The members that wait for one thing, in the order in which they began to.
///
/// A member that leaves in the middle is passed over, and taken out once most members have left: so each costs the
/// same however many wait, and the line keeps at most a few times as many members as wait.
package struct WaitingLine<Member: WaitingMember> {
  private var members: [Member] = []
  /// All members before this index have left.
  private var start = 0
  /// How many members wait, provided that the line was told of each that has left.
  package private(set) var count = 0

  /// An empty line.
  package init() {}

  /// Whether no member waits.
  package var isEmpty: Bool { count == 0 }

  /// The members that wait.
  package var all: [Member] { members[start...].filter { !$0.isOver } }

  /// Adds a member at the end.
  package mutating func append(_ member: Member) {
    members.append(member)
    count += 1
  }

  /// Takes note that a member of the line is over.
  package mutating func memberLeft() {
    count -= 1
    if count <= 0 {
      members.removeAll(keepingCapacity: members.capacity <= 16)
      start = 0
    } else if members.count > 2 * count + 8 {
      members.removeAll { $0.isOver }
      start = 0
    } else {
      skipThoseWhoLeft()
    }
  }

  /// The member that has waited longest.
  package mutating func first() -> Member? {
    skipThoseWhoLeft()
    return start < members.count ? members[start] : nil
  }

  private mutating func skipThoseWhoLeft() {
    while start < members.count, members[start].isOver { start += 1 }
  }

  /// The first member for which a condition holds; it has to hold for all members behind that one, too.
  package func first(where isReached: (Member) -> Bool) -> Member? {
    var (low, high) = (start, members.count)
    while low < high {
      let middle = (low + high) / 2
      if isReached(members[middle]) { high = middle } else { low = middle + 1 }
    }
    return members[low...].first { !$0.isOver }
  }

  /// Empties the line, and hands out the members that waited.
  package mutating func takeAll() -> [Member] {
    defer { self = WaitingLine() }
    return all
  }
}
