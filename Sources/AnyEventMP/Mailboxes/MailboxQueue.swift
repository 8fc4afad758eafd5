internal import AEValue

/// The messages that wait in a mailbox: in the order of their arrival, and found by their tags.
///
/// A message is a place in two lists, that of all and that of its tag, so that each can be taken out without a look at
/// the others.
struct MailboxQueue {
  /// A message in the queue; it is remembered while others come and go.
  struct Place {
    fileprivate let index: Int32
    fileprivate let serial: UInt64
  }

  private struct Slot {
    var message: [Value]
    var bytes: Int
    /// Counts the messages in the order of their arrival; 0 in a free slot.
    var serial: UInt64
    var link: Link
    var linkOfTag: Link
  }

  /// The neighbours in a list; ``none`` where there is none.
  private struct Link {
    var before = MailboxQueue.none
    var after = MailboxQueue.none
  }

  /// A list: its first and its last slot.
  private struct Ends {
    var first = MailboxQueue.none
    var last = MailboxQueue.none
  }

  private var slots: [Slot] = []
  /// The first of the free slots, which ``Link/after`` links.
  private var free = MailboxQueue.none
  private var all = Ends()
  private var tags: TextDictionary<Ends> = [:]
  private var lastSerial: UInt64 = 0
  private(set) var count = 0
  /// About how many bytes of memory the messages take.
  private(set) var bytes = 0

  private static let none: Int32 = -1
  /// So many slots stay allocated when the queue gets empty.
  private static let keptSlots = 1024

  /// The tag of a message: its first value as text.
  static func tag(of message: some Collection<Value>) -> String { message.first?.string ?? "" }

  /// Adds a message behind all others.
  mutating func append(_ message: [Value], bytes: Int) {
    lastSerial += 1
    count += 1
    self.bytes += bytes
    let slot = Slot(
      message: message, bytes: bytes, serial: lastSerial, link: Link(before: all.last),
      linkOfTag: Link())
    let index: Int32
    if free == Self.none {
      index = Int32(slots.count)
      slots.append(slot)
    } else {
      index = free
      free = slots[Int(index)].link.after
      slots[Int(index)] = slot
    }
    if all.last == Self.none { all.first = index } else { slots[Int(all.last)].link.after = index }
    all.last = index
    link(index, Self.tag(of: message))
  }

  private mutating func link(_ index: Int32, _ tag: String) {
    var ends = tags[tag] ?? Ends()
    slots[Int(index)].linkOfTag.before = ends.last
    if ends.last == Self.none {
      ends.first = index
    } else {
      slots[Int(ends.last)].linkOfTag.after = index
    }
    ends.last = index
    tags[tag] = ends
  }

  /// The oldest message of all.
  var first: Place? { place(all.first) }

  /// The oldest message with this tag.
  func first(_ tag: String) -> Place? { tags[tag].flatMap { place($0.first) } }

  /// The oldest message with one of these tags.
  func first(_ tags: [String]) -> Place? {
    tags.lazy.compactMap { first($0) }.min { $0.serial < $1.serial }
  }

  /// The message behind another one; nil if that has gone meanwhile.
  func next(behind place: Place) -> Place? {
    message(at: place) == nil ? nil : self.place(slots[Int(place.index)].link.after)
  }

  private func place(_ index: Int32) -> Place? {
    index == Self.none ? nil : Place(index: index, serial: slots[Int(index)].serial)
  }

  /// The message at a place; nil if it has gone meanwhile.
  func message(at place: Place) -> [Value]? {
    guard slots.indices.contains(Int(place.index)) else { return nil }
    let slot = slots[Int(place.index)]
    return slot.serial == place.serial ? slot.message : nil
  }

  /// Takes out the message at a place, which must be there.
  mutating func take(_ place: Place) -> [Value] {
    let index = Int(place.index)
    let link = slots[index].link
    if link.before == Self.none {
      all.first = link.after
    } else {
      slots[Int(link.before)].link.after = link.after
    }
    if link.after == Self.none {
      all.last = link.before
    } else {
      slots[Int(link.after)].link.before = link.before
    }
    unlink(slots[index].linkOfTag, Self.tag(of: slots[index].message))
    count -= 1
    bytes -= slots[index].bytes
    var message: [Value] = []
    swap(&message, &slots[index].message)
    slots[index].serial = 0
    slots[index].link = Link(after: free)
    free = place.index
    if count == 0, slots.count > Self.keptSlots { removeAll() }
    return message
  }

  private mutating func unlink(_ link: Link, _ tag: String) {
    if link.before == Self.none, link.after == Self.none {
      tags.removeValue(forKey: tag)
      return tags.shrink()
    }
    if link.before == Self.none {
      tags[tag]?.first = link.after
    } else {
      slots[Int(link.before)].linkOfTag.after = link.after
    }
    if link.after == Self.none {
      tags[tag]?.last = link.before
    } else {
      slots[Int(link.after)].linkOfTag.before = link.before
    }
  }

  /// Drops all messages.
  mutating func removeAll() {
    slots = []
    free = Self.none
    all = Ends()
    tags = [:]
    count = 0
    bytes = 0
  }
}
