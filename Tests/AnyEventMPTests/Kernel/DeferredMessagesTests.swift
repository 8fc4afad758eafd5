import AEValue
import Testing

@testable import AnyEventMP

extension DeferredWork {
  /// Adds a message as the kernel does.
  mutating func append(_ message: [Value], to port: LocalPort, bytes: Int) {
    withUnsafeTemporaryAllocation(of: Value.self, capacity: message.count) { buffer in
      _ = buffer.initialize(fromContentsOf: message)
      append(moving: buffer, to: port, bytes: bytes)
    }
  }

  /// Takes the first item out as the kernel does, if it is a message.
  mutating func popMessage() -> (LocalPort, [Value])? {
    guard let (port, run) = firstMessages, let count = nextCount(of: run) else { return nil }
    return withUnsafeTemporaryAllocation(of: Value.self, capacity: count) { buffer in
      popMessage(of: run, into: buffer)
      defer { buffer.deinitialize() }
      return (port, Array(buffer))
    }
  }
}

@Suite("Messages that wait for the loop") struct DeferredMessagesTests {
  private let home = NodeEntry(id: "n")

  private func port(_ name: String) -> LocalPort { LocalPort(owner: 1, home: home, name: name) }

  @Test(
    "messages keep their order and their places among other items, however many values they have")
  func order() {
    var queue = DeferredWork()
    let ports = [port("a"), port("b")]
    var expected: [String] = []
    var taken: [String] = []
    func take() {
      if let (port, message) = queue.popMessage() {
        taken.append(port.name + Value.array(message).description)
      } else if case .request(let message, _, _) = queue.popFirst() {
        taken.append("request" + Value.array(message).description)
      }
    }
    for number in 0..<2000 {
      // More come than go, so that the queue grows; and now and then a message that is large.
      let count = number % 97 == 0 ? 300 : number % 4
      let message = (0..<count).map { Value.string("a text that is not small, \(number) \($0)") }
      if number % 11 == 0 {
        queue.append(.request(message, bytes: 0))
        expected.append("request" + Value.array(message).description)
      } else {
        let port = ports[number / 5 % 2]
        queue.append(message, to: port, bytes: 1)
        expected.append(port.name + Value.array(message).description)
      }
      if number % 3 == 0 { take() }
    }
    while !queue.isEmpty { take() }
    #expect(taken == expected)
    #expect(queue.bytes == 0 && queue.count == 0)
  }

  @Test("a run holds its port until its last message is taken, and the next message begins another")
  func runs() {
    var queue = DeferredWork()
    weak var kept: LocalPort?
    do {
      let port = port("a")
      kept = port
      for number in 0..<3 { queue.append([.int(number)], to: port, bytes: 1) }
    }
    for number in 0..<3 {
      #expect(kept != nil)
      let message = queue.popMessage()?.1
      #expect(message == [.int(number)])
    }
    #expect(kept == nil)
    let isEmpty = queue.isEmpty
    #expect(isEmpty)
    let other = port("b")
    queue.append([1], to: other, bytes: 1)
    let (port, message) = queue.popMessage() ?? (nil, [])
    #expect(port === other && message == [1])
  }

  @Test("a queue that goes releases all that is in it")
  func end() {
    weak var kept: LocalPort?
    do {
      var queue = DeferredWork()
      let port = port("a")
      kept = port
      for _ in 0..<100 {
        queue.append([.string("a text that is not small"), 1], to: port, bytes: 1)
      }
      _ = queue.popMessage()
    }
    #expect(kept == nil)
  }
}
