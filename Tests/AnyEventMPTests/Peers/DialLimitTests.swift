import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

/// A network that answers a dial only when the test does.
private final class HeldNetwork: NodeNetwork {
  /// What is being dialled, in order.
  private(set) var open:
    [(address: String, done: (Result<(StreamConnection, String), SocketError>) -> Void)] = []
  /// All that was dialled.
  private(set) var dialled: [String] = []
  private(set) var most = 0

  func listen(
    on host: String, port: UInt16, makeRoom: @escaping () -> Bool,
    accepted: @escaping (StreamConnection, String) -> Void
  ) throws -> any NodeListener {
    throw SocketError(code: 1, "nobody listens here")
  }

  func connect(
    to host: String, port: String, timeLimit: Double,
    _ done: @escaping (Result<(StreamConnection, String), SocketError>) -> Void
  ) -> Guard {
    let address = "\(host):\(port)"
    dialled.append(address)
    open.append((address, done))
    most = max(most, open.count)
    return Guard { [unowned self] in open.removeAll { $0.address == address } }
  }

  /// The dial that began first comes to nothing.
  func failFirst() {
    guard !open.isEmpty else { return }
    open.removeFirst().done(.failure(SocketError(code: 111, "Connection refused")))
  }
}

@Suite("what other members make us dial is limited") struct DialLimitTests {
  /// Runs `body` with a global node on a network that is the test's.
  private func withHeldNode(
    _ limits: LimitArguments = LimitArguments(),
    _ body: (Node, HeldNetwork, Loop) throws -> Void
  ) throws {
    try withLoop(manualTime: 1000) { loop in
      let network = HeldNetwork()
      let node = try Node.listening(on: loop, binds: [], limits: limits) { $0.network = network }
      defer { node.close() }
      loop.settle()
      try body(node, network, loop)
    }
  }

  @Test("of 3000 forged global nodes 64 are dialled at a time, messages and seeds go first")
  func forgedGlobals() throws {
    try withHeldNode { node, network, loop in
      node.run {
        db_set("'l", "friend", ["192.0.2.1:1"])
        for number in 0..<3000 {
          db_set("'l", "x\(number)", ["10.0.\(number / 250).\(number % 250):1"])
          db_set("'g", "x\(number)")
        }
      }
      loop.run(until: { network.open.count == 64 })
      loop.settle()
      #expect(network.open.count == 64 && network.most == 64)
      node.run { snd("friend#p", "hello") }
      loop.run(until: { node.isUp("friend") != nil })
      loop.settle()
      #expect(!network.dialled.contains("192.0.2.1:1"))
      node.run { network.failFirst() }
      loop.run(until: { network.open.count == 64 })
      #expect(network.dialled.last == "192.0.2.1:1")
      // One that waited becomes urgent when somebody sends there.
      let late = "x\(GlobalService.keptLimit - 1)"
      #expect(node.isUp(late) != nil)
      node.run { snd("\(late)#p", "hello") }
      loop.settle()
      node.run { network.failFirst() }
      loop.run(until: { network.open.count == 64 })
      #expect(network.dialled.last == "10.0.3.249:1")
      #expect(network.most == 64)
      // No more of them are kept, of which two have failed and wait for their next turn; and the friend.
      #expect(node.knownNodes.count == GlobalService.keptLimit - 2 + 1)
    }
  }

  @Test("a limit that is configured is used, and every dial gets its turn")
  func configured() throws {
    try withHeldNode(LimitArguments(max_dials: 3)) { node, network, loop in
      node.run {
        for number in 0..<20 {
          db_set("'l", "y\(number)", ["10.1.0.\(number):1"])
          snd("y\(number)#p", "hello")
        }
      }
      while network.dialled.count < 20 {
        let before = network.dialled.count
        loop.settle()
        node.run { network.failFirst() }
        loop.run(until: { network.dialled.count > before || network.dialled.count == 20 })
      }
      #expect(network.most == 3)
      #expect(Set(network.dialled).count == 20)
      while !network.open.isEmpty { node.run { network.failFirst() } }
      loop.settle()
      // All places are free again.
      node.run {
        for number in 0..<3 {
          db_set("'l", "late\(number)", ["10.1.1.\(number):1"])
          snd("late\(number)#p", "hello")
        }
      }
      loop.run(until: { network.open.count == 3 })
    }
  }

  @Test("what is not wanted any more leaves the queue")
  func cancelled() throws {
    try withHeldNode(LimitArguments(max_dials: 1)) { node, network, loop in
      node.run {
        for number in 0..<10 {
          db_set("'l", "z\(number)", ["10.2.0.\(number):1"])
          snd("z\(number)#p", "hello")
        }
      }
      loop.run(until: { network.open.count == 1 })
      loop.settle()
      loop.advance(by: 31)
      loop.run(until: { node.isUp("z9") == nil && network.open.isEmpty })
      loop.settle()
      // Those that had to wait are not dialled now, and another one has its turn at once.
      #expect(network.dialled.count == 1 && node.knownNodes.isEmpty)
      node.run {
        db_set("'l", "late", ["10.2.1.1:1"])
        snd("late#p", "hello")
      }
      loop.run(until: { network.dialled.count == 2 })
      #expect(network.dialled.last == "10.2.1.1:1")
    }
  }

  @Test("an address that is listed 200,000 times is one address, and few of a node are used")
  func addresses() throws {
    var service = GlobalService.serving()
    _ = service.nodeUp("s")
    let same = Value.array(Array(repeating: "h:2", count: 200_000))
    let many = Value.array((0..<1000).map { .string("h:\($0 % 500)") })
    let long = Value.string(String(repeating: "h", count: 4000))
    _ = try service.handle(
      "s", ["g_slave", ["'l": ["s": same, "t": many, "u": [long, "h:3", 7], "v": long]]])
    while service.needsTurn { _ = service.turn() }
    check(service.addresses(of: "s") == ["h:2"])
    check(service.addresses(of: "t")?.count == Limit.maxAddresses.standard)
    check(service.addresses(of: "u") == ["h:3", "7"])
    check(
      try service.handle("s", ["g_find", "s"])
        == [.send(node: "s", message: ["g_found", "s", ["h:2"]])])
    check(
      try service.handle("s", ["g_find", "v"])
        == [.send(node: "s", message: ["g_found", "v", .null])])

    try withHeldNode(LimitArguments(max_addresses: 3)) { node, network, loop in
      node.run {
        db_set("'l", "w", ["10.3.0.1:1", "10.3.0.1:1", "10.3.0.2:1", "10.3.0.3:1", "10.3.0.4:1"])
        snd("w#p", "hello")
      }
      for _ in 0..<10 {
        loop.settle()
        node.run { network.failFirst() }
      }
      #expect(network.dialled == ["10.3.0.1:1", "10.3.0.2:1", "10.3.0.3:1"])
    }
  }

  @Test("messages to a node that cannot be reached do not dial it as often as they come")
  func pauses() throws {
    try withHeldNode { node, network, loop in
      var reasons = 0
      node.run { db_set("'l", "dead", ["10.4.0.1:1"]) }
      /// Seconds until the address is dialled again, when messages come all the time.
      func wait() -> Double {
        let (before, start) = (network.dialled.count, loop.monotonicNow)
        while network.dialled.count == before, loop.monotonicNow < start + 10 {
          node.run {
            node.monitor(PortID("dead#p")) { _ in reasons += 1 }
            for _ in 0..<10 { snd("dead#p", "hello") }
          }
          loop.settle()
          if network.dialled.count == before { loop.advance(by: 0.01) }
        }
        node.run { network.failFirst() }
        loop.settle()
        return loop.monotonicNow - start
      }
      let waits = (0..<6).map { _ in wait() }
      for (wait, expected) in zip(waits, [0, 0.25, 0.5, 1, 2, 2]) {
        #expect(abs(wait - expected) < 0.05, "\(waits)")
      }
      // Every monitor fires, the first at once.
      #expect(reasons > 6)
    }
  }

  @Test("the pauses double, end with a connection or long after, and are bounded in number")
  func pauseTable() {
    var pauses = DialPauses()
    #expect(pauses.wait(for: "a", at: 0) == 0)
    for expected in [0.25, 0.5, 1, 2, 3, 3] {
      pauses.failed("a", at: 10, longest: 3)
      #expect(pauses.wait(for: "a", at: 10) == expected)
    }
    pauses.failed("a", at: 1000, longest: 3)
    #expect(pauses.wait(for: "a", at: 1000) == 0.25)
    pauses.reached("a")
    #expect(pauses.wait(for: "a", at: 1000) == 0 && pauses.count == 0)
    for number in 0..<20_000 {
      pauses.failed("n\(number)", at: 2000, longest: 3)
      #expect(pauses.count <= DialPauses.capacity)
      #expect(pauses.wait(for: "n\(number)", at: 2000) == 0.25)
    }
  }
}
