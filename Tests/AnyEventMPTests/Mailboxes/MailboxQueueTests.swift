import AEValue
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("The queue of a mailbox") struct MailboxQueueTests {
  /// The numbers behind the tags, in the order in which they wait.
  private func numbers(_ queue: MailboxQueue) -> [Int] {
    var numbers: [Int] = []
    var place = queue.first
    while let here = place {
      numbers.append(queue.message(at: here)?[1].int ?? -1)
      place = queue.next(behind: here)
    }
    return numbers
  }

  @Test("messages are found by their tags, and the others stay in their order")
  func byTag() {
    var queue = MailboxQueue()
    for (number, tag) in ["a", "b", "a", "c", "b"].enumerated() {
      queue.append([.string(tag), .int(number)], bytes: 10)
    }
    #expect(queue.count == 5 && queue.bytes == 50)
    #expect(queue.first("d") == nil)
    if let place = queue.first("b") { #expect(queue.take(place) == ["b", 1]) }
    if let place = queue.first(["c", "a"]) { #expect(queue.take(place) == ["a", 0]) }
    #expect(numbers(queue) == [2, 3, 4])
    if let place = queue.first("c") { _ = queue.take(place) }
    #expect(numbers(queue) == [2, 4])
    #expect(queue.first("c") == nil)
    queue.append(["c", 5], bytes: 1)
    #expect(numbers(queue) == [2, 4, 5] && queue.bytes == 21)
  }

  @Test("a tag is the first value as text, and none is the empty one")
  func tags() {
    var queue = MailboxQueue()
    queue.append([1, 0], bytes: 0)
    queue.append([], bytes: 0)
    #expect(queue.first("1") != nil && queue.first("") != nil)
    if let place = queue.first("") { #expect(queue.take(place) == []) }
    #expect(queue.count == 1)
  }

  @Test("a place of a message that has gone is known to be none")
  func places() {
    var queue = MailboxQueue()
    queue.append(["a", 0], bytes: 0)
    guard let place = queue.first else { return }
    _ = queue.take(place)
    #expect(queue.message(at: place) == nil && queue.next(behind: place) == nil)
    queue.append(["a", 1], bytes: 0)
    #expect(queue.message(at: place) == nil && queue.next(behind: place) == nil)
    queue.removeAll()
    #expect(queue.message(at: place) == nil && queue.count == 0)
  }

  @Test("random messages come out as they do of a list that is searched", arguments: Seeds.some(5))
  func model(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var queue = MailboxQueue()
    var list: [(tag: String, number: Int)] = []
    let tags = ["a", "b", "c", "é", "e\u{301}", ""]
    for number in 0..<20_000 {
      // It grows and is emptied in turns.
      if random.number(below: 100) < (number / 3000 % 2 == 0 ? 60 : 40) {
        let tag = random.pick(tags)
        queue.append([.string(tag), .int(number)], bytes: number % 7)
        list.append((tag, number))
      } else {
        let wanted = (0...random.number(below: 3)).map { _ in random.pick(tags) }
        let place = wanted.count == 1 ? queue.first(wanted[0]) : queue.first(wanted)
        let index = list.firstIndex { wanted.contains($0.tag) }
        #expect((place == nil) == (index == nil))
        if let place, let index {
          let message = queue.take(place)
          #expect(message[1] == .int(list.remove(at: index).number))
        }
      }
      #expect(queue.count == list.count)
    }
    #expect(numbers(queue) == list.map(\.number))
    #expect(queue.bytes == list.reduce(0) { $0 + $1.number % 7 })
    while let place = queue.first { _ = queue.take(place) }
    #expect(queue.count == 0 && queue.bytes == 0)
  }
}
