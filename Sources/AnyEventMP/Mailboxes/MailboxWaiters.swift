internal import AEValue
import AnyEvent

/// The messages that a task waits for in a mailbox.
enum MailboxWish {
  /// A message with one of these tags, of which there is one at least.
  case tags([String])
  /// A message for which this is true.
  case condition((Message) throws -> Bool)
  /// Any message.
  case any
}

/// A task that waits for a message.
final class MailboxWaiter: WaitingMember {
  let wish: MailboxWish
  let suspension: Suspension<[Value]?>
  /// Counts the tasks in the order in which they have begun to wait.
  fileprivate(set) var serial: UInt64 = 0
  /// Ends the waiting when its time is over.
  var timeLimit: TimerWatcher?
  /// Whether it was taken out of ``MailboxWaiters``.
  fileprivate(set) var hasLeft = false

  init(_ wish: MailboxWish, _ suspension: Suspension<[Value]?>) {
    self.wish = wish
    self.suspension = suspension
  }

  /// Whether a message would not reach it any more.
  var isOver: Bool { hasLeft || suspension.isOver }

  /// Whether it has waited longer than another one.
  func isBefore(_ other: MailboxWaiter) -> Bool { serial < other.serial }
}

/// The tasks that wait in a mailbox, found by the tags that they wait for.
struct MailboxWaiters {
  /// The only one that waits for tags, which is the usual case: it is in no line.
  private var only: MailboxWaiter?
  private var lines: TextDictionary<WaitingLine<MailboxWaiter>> = [:]
  /// The tasks that wait for a condition, or for any message, in the order in which they came.
  private var choosing = WaitingLine<MailboxWaiter>()
  private var lastSerial: UInt64 = 0

  /// Whether nobody waits.
  var isEmpty: Bool { count == 0 }

  /// How many wait.
  private(set) var count = 0

  /// All waiters, in the order in which they came.
  var all: [MailboxWaiter] {
    let inLines = lines.values.flatMap(\.all)
    // A waiter for several tags is in several lines.
    var seen: Set<UInt64> = []
    return (choosing.all + [only].compactMap(\.self) + inLines).filter {
      seen.insert($0.serial).inserted
    }
    .sorted { $0.serial < $1.serial }
  }

  mutating func add(_ waiter: MailboxWaiter) {
    lastSerial += 1
    waiter.serial = lastSerial
    count += 1
    guard case .tags(let tags) = waiter.wish else { return choosing.append(waiter) }
    if only == nil, lines.isEmpty {
      only = waiter
      return
    }
    if let first = only.take(), case .tags(let tags) = first.wish { line(up: first, tags) }
    line(up: waiter, tags)
  }

  private mutating func line(up waiter: MailboxWaiter, _ tags: [String]) {
    for tag in tags { lines[tag, default: WaitingLine()].append(waiter) }
  }

  /// The task that has waited longest for a condition or any message, of those that came after the one with this
  /// serial number.
  func choosing(behind serial: UInt64) -> MailboxWaiter? {
    choosing.isEmpty ? nil : choosing.first { $0.serial > serial }
  }

  /// The task that has waited longest for a message with this tag.
  mutating func first(_ tag: String) -> MailboxWaiter? {
    if let only {
      guard case .tags(let tags) = only.wish, tags.contains(tag) else { return nil }
      return only.isOver ? nil : only
    }
    return lines.isEmpty ? nil : lines[tag]?.first()
  }

  /// Removes and returns all waiters.
  mutating func takeAll() -> [MailboxWaiter] {
    let all = all
    for waiter in all { waiter.hasLeft = true }
    self = MailboxWaiters()
    return all
  }

  /// Removes a waiter, which may have left already.
  mutating func remove(_ waiter: MailboxWaiter) {
    guard !waiter.hasLeft else { return }
    waiter.hasLeft = true
    count -= 1
    guard case .tags(let tags) = waiter.wish else { return choosing.memberLeft() }
    if only === waiter {
      only = nil
      return
    }
    for tag in tags {
      lines[tag]?.memberLeft()
      if lines[tag]?.isEmpty == true { lines.removeValue(forKey: tag) }
    }
    lines.shrink()
  }
}
