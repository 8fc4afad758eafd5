import AnyEvent
import AnyEventMP
import TestSupport
import Testing

/// A mailbox as plain lists that are searched from their beginnings.
private struct MailboxModel {
  enum Wish {
    case tags([String])
    case multiples(of: Int)
    case any

    func means(_ tag: String, _ number: Int) -> Bool {
      switch self {
      case .tags(let tags): tags.contains(tag)
      case .multiples(let divisor): number % divisor == 0
      case .any: true
      }
    }
  }

  /// The number that a waiting task got: of the message, or -1 when its time was over.
  private(set) var results: [Int: Int] = [:]
  private(set) var messages: [(tag: String, number: Int)] = []
  private(set) var waiters: [(name: Int, wish: Wish, deadline: Double?)] = []

  mutating func send(_ tag: String, _ number: Int) {
    if let index = waiters.firstIndex(where: { $0.wish.means(tag, number) }) {
      results[waiters.remove(at: index).name] = number
    } else {
      messages.append((tag, number))
    }
  }

  mutating func wait(_ name: Int, _ wish: Wish, until deadline: Double?, at now: Double) {
    if let index = messages.firstIndex(where: { wish.means($0.tag, $0.number) }) {
      results[name] = messages.remove(at: index).number
    } else if let deadline, deadline <= now {
      results[name] = -1
    } else {
      waiters.append((name, wish, deadline))
    }
  }

  mutating func advance(to now: Double) {
    for waiter in waiters { if let end = waiter.deadline, end <= now { results[waiter.name] = -1 } }
    waiters.removeAll { $0.deadline.map { $0 <= now } ?? false }
  }
}

@Suite("Mailboxes and their model") struct MailboxModelTests {
  private static let tags = ["a", "b", "c", "d"]

  private static func wish(_ random: inout SeededGenerator) -> MailboxModel.Wish {
    switch random.number(below: 8) {
    case 0...3: .tags([random.pick(tags)])
    case 4...5: .tags((0...2).map { _ in random.pick(tags) })
    case 6: .multiples(of: 2 + random.number(below: 9))
    default: .any
    }
  }

  private static func take(
    _ wish: MailboxModel.Wish, _ seconds: Double?, from mailbox: Mailbox
  ) async throws -> Int {
    switch (wish, seconds) {
    case (.tags(let tags), let seconds?) where tags.count == 1:
      return try await mailbox.get(tags[0], as: Int.self, timeout: seconds) ?? -1
    case (.tags(let tags), nil) where tags.count == 1:
      return try await mailbox.get(tags[0], as: Int.self)
    case (.tags(let tags), let seconds?):
      return try await mailbox.get(tags[0], tags[1], tags[2], timeout: seconds)?[1].int ?? -1
    case (.tags(let tags), nil):
      return try await mailbox.get(tags[0], tags[1], tags[2])[1].int ?? -2
    case (.multiples(let divisor), let seconds?):
      return try await mailbox.get(timeout: seconds) { ($0[1].int ?? 1) % divisor == 0 }?[1].int
        ?? -1
    case (.multiples(let divisor), nil):
      return try await mailbox.get { ($0[1].int ?? 1) % divisor == 0 }[1].int ?? -2
    case (.any, let seconds?):
      return try await mailbox.get(timeout: seconds)?[1].int ?? -1
    case (.any, nil):
      return try await mailbox.get()[1].int ?? -2
    }
  }

  @Test(
    "random messages and gets of many tasks end as the lists say", arguments: Seeds.some(8))
  func streams(seed: UInt64) {
    withLoop(manualTime: 0) { loop in
      var random = SeededGenerator(seed: seed)
      let node = Node(on: loop)
      defer { node.close() }
      node.run {
        var model = MailboxModel()
        var results: [Int: Int] = [:]
        var now = 0.0
        let p = port()
        guard let mailbox = try? node.mailbox(of: p) else { return }
        for step in 1...600 {
          // Messages, tasks and time prevail in turns.
          let kind = random.number(below: 10) + (step / 100 % 3 - 1) * 2
          if kind < 5 {
            let tag = random.pick(Self.tags)
            model.send(tag, step)
            snd(p, tag, step)
          } else if kind < 10 {
            let wish = Self.wish(&random)
            let seconds = random.pick([nil, nil, 0, 1, 2, 5] as [Double?])
            model.wait(step, wish, until: seconds.map { now + $0 }, at: now)
            peval_async(p) { results[step] = try await Self.take(wish, seconds, from: mailbox) }
            loop.settle()
          } else {
            now += 1
            model.advance(to: now)
            loop.advance(by: 1)
          }
          #expect(mailbox.count == model.messages.count)
          #expect(mailbox.waitingTasks == model.waiters.count)
        }
        loop.settle()
        #expect(results == model.results)
        kil(p)
        loop.settle()
        #expect(node.taskCount(of: p) == 0 && mailbox.count == 0 && mailbox.waitingTasks == 0)
      }
    }
  }
}
