/// What waits in a ``WaitingLine``.
package protocol WaitingMember: AnyObject {
  /// Whether it waits no more, and is to be passed over.
  var isOver: Bool { get }
}

/// Those who wait for something, in the order in which they have begun to.
///
/// Who leaves in the middle is passed over, and taken out once most of those in the line have left: so each costs the
/// same however many wait, and what is kept is at most a few times what waits.
package struct WaitingLine<Member: WaitingMember> {
  private var members: [Member] = []
  /// Before this place all have left.
  private var start = 0
  /// How many wait, if each that has left was told of.
  package private(set) var count = 0

  /// An empty line.
  package init() {}

  /// Whether nobody waits.
  package var isEmpty: Bool { count == 0 }

  /// Those who wait.
  package var all: [Member] { members[start...].filter { !$0.isOver } }

  /// Adds one at the end.
  package mutating func append(_ member: Member) {
    members.append(member)
    count += 1
  }

  /// Takes note that one is over, who was in the line.
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

  /// Who has waited longest.
  package mutating func first() -> Member? {
    skipThoseWhoLeft()
    return start < members.count ? members[start] : nil
  }

  private mutating func skipThoseWhoLeft() {
    while start < members.count, members[start].isOver { start += 1 }
  }

  /// The first for whom a condition holds that holds for all behind them, too.
  package func first(where isReached: (Member) -> Bool) -> Member? {
    var (low, high) = (start, members.count)
    while low < high {
      let middle = (low + high) / 2
      if isReached(members[middle]) { high = middle } else { low = middle + 1 }
    }
    return members[low...].first { !$0.isOver }
  }

  /// Empties the line, and hands out those who wait.
  package mutating func takeAll() -> [Member] {
    defer { self = WaitingLine() }
    return all
  }
}
