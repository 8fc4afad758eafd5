import AEValue
import Testing

@testable import AnyEventMP

@Suite("Kills that wait for the loop") struct DeferredKillsTests {
  private let home = NodeEntry(id: "n")

  private func port(_ name: String) -> LocalPort { LocalPort(owner: 1, home: home, name: name) }

  /// Takes everything out, as the node does, and tells what it was.
  private func takeAll(_ queue: inout DeferredWork) -> [String] {
    var taken: [String] = []
    while !queue.isEmpty {
      if let (reason, run) = queue.firstRun {
        while let port = queue.popKill(of: run) {
          taken.append(port.takeUnretainedValue().name + Value.array(reason).description)
        }
      } else if let (port, _) = queue.popMessage() {
        taken.append(port.name)
      }
    }
    return taken
  }

  @Test("kills keep their reasons and their places among other items")
  func order() {
    var queue = DeferredWork()
    let ports = (0..<8).map { port("p\($0)") }
    let bye: [Value] = ["bye"]
    let other: [Value] = ["other"]
    for round in 0..<3 {
      queue.append(killOf: ports[0], bye)
      queue.append(killOf: ports[1], bye)
      queue.append(killOf: ports[2], other)
      queue.append([], to: ports[3], bytes: 1)
      queue.append(killOf: ports[4], other)
      queue.append(killOf: ports[5], [])
      queue.append(killOf: ports[6], [])
      queue.append([], to: ports[7], bytes: 1)
      #expect(!queue.isEmpty && queue.bytes == 2, "round \(round)")
      let taken = takeAll(&queue)
      #expect(
        taken == [
          #"p0["bye"]"#, #"p1["bye"]"#, #"p2["other"]"#, "p3", #"p4["other"]"#, "p5[]", "p6[]",
          "p7",
        ])
      #expect(queue.isEmpty && queue.count == 0 && queue.bytes == 0)
    }
  }

  @Test("a run stays first until its last kill is taken, and one that is over takes no more")
  func runs() {
    var queue = DeferredWork()
    let ports = (0..<5).map { port("p\($0)") }
    let bye: [Value] = ["bye"]
    queue.append(killOf: ports[0], bye)
    queue.append(killOf: ports[1], bye)
    guard let (_, run) = queue.firstRun else {
      Issue.record("no run")
      return
    }
    func next() -> LocalPort? { queue.popKill(of: run)?.takeUnretainedValue() }
    let first = next()
    let isStillThere = queue.firstRun?.run == run && !queue.isEmpty
    #expect(first === ports[0] && isStillThere)
    // Still the last in the queue: another one joins it.
    queue.append(killOf: ports[2], bye)
    let second = next()
    queue.append([], to: ports[3], bytes: 1)
    queue.append(killOf: ports[4], bye)
    let third = next()
    #expect(second === ports[1] && third === ports[2])
    // What is first now is the message, and the kill behind it is of another run.
    let fourth = next()
    let another = queue.firstRun?.run
    #expect(fourth == nil && another == nil)
    let rest = takeAll(&queue)
    #expect(rest == ["p3", #"p4["bye"]"#])
  }
}
