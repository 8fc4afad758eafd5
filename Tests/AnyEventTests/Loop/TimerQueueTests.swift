import TestSupport
import Testing

@testable import AnyEvent

@Suite("The timer queue")
struct TimerQueueTests {
  /// Takes out everything that is due, in order.
  private func drain<Payload>(_ queue: inout TimerQueue<Payload>, at now: UInt64) -> [Payload] {
    var taken: [Payload] = []
    let limit = queue.nextOrder
    while let due = queue.takeDue(at: now, insertedBefore: limit) { taken.append(due) }
    return taken
  }

  @Test("equal deadlines come out in the order in which they were started")
  func ties() {
    var queue = TimerQueue<Int>()
    for number in 0..<100 { _ = queue.insert(deadline: 7, number) }
    #expect(drain(&queue, at: 7) == Array(0..<100))
    #expect(queue.isEmpty)
  }

  @Test("nothing comes out before its deadline")
  func early() {
    var queue = TimerQueue<Int>()
    _ = queue.insert(deadline: 10, 1)
    #expect(drain(&queue, at: 9).isEmpty)
    #expect(queue.nextDeadline == 10)
    #expect(drain(&queue, at: 10) == [1])
  }

  @Test("what is inserted during a pass waits for the next one")
  func passes() {
    var queue = TimerQueue<Int>()
    _ = queue.insert(deadline: 1, 1)
    let limit = queue.nextOrder
    #expect(queue.takeDue(at: 5, insertedBefore: limit) == 1)
    _ = queue.insert(deadline: 5, 2)
    #expect(queue.takeDue(at: 5, insertedBefore: limit) == nil)
    #expect(drain(&queue, at: 5) == [2])
  }

  @Test("a token is harmless after its entry is gone, even if the place is used again")
  func staleTokens() {
    var queue = TimerQueue<Int>()
    let first = queue.insert(deadline: 1, 1)
    let removed = queue.remove(first) != nil
    #expect(removed)
    _ = queue.insert(deadline: 1, 2)
    let removedAgain = queue.remove(first) != nil
    #expect(!removedAgain)
    #expect(drain(&queue, at: 1) == [2])
  }

  @Test("any mix of insertions and removals comes out sorted", arguments: Seeds.some(50))
  func againstASortedList(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var queue = TimerQueue<Int>()
    var model: [(deadline: UInt64, number: Int, token: TimerQueue<Int>.Token)] = []
    for number in 0..<400 {
      if !model.isEmpty, generator.next() % 3 == 0 {
        let victim = model.remove(at: Int(generator.next() % UInt64(model.count)))
        let removed = queue.remove(victim.token) != nil
        #expect(removed)
      } else {
        let deadline = generator.next() % 50
        model.append((deadline, number, queue.insert(deadline: deadline, number)))
      }
      if generator.next() % 20 == 0 {
        let now = generator.next() % 25
        let due = model.filter { $0.deadline <= now }
          .sorted { ($0.deadline, $0.number) < ($1.deadline, $1.number) }
        model.removeAll { $0.deadline <= now }
        #expect(drain(&queue, at: now) == due.map(\.number), "seed \(seed)")
      }
      #expect(queue.count == model.count)
      #expect(queue.nextDeadline == model.map(\.deadline).min())
    }
  }
}
