import AnyEvent
import AnyEventMP
import AnyEventMPLifecycle
import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import Synchronization
import Testing

@Suite("a node as a service", .timeLimit(.minutes(2)))
struct NodeServiceTests {
  @Test("it is ready when it listens and is prepared, and returns after graceful shutdown")
  func gracefulShutdown() async throws {
    let prepared = Collected<String>()
    let service = NodeService(arguments("one")) { node in prepared.append(node.id) }
    try await testGracefulShutdown { trigger in
      async let run: Void = service.run()
      let handle = try await service.handle
      #expect(prepared.all == ["one"])
      #expect(await handle.listeners.count == 1)
      trigger.triggerGracefulShutdown()
      try await run
      #expect(!handle.post { _ in })
    }
  }

  @Test("what was sent before the shutdown arrives at other nodes, which lose the node then")
  func order() async throws {
    let got = Collected<String>()
    let far = NodeService(arguments("far")) { node in
      let port = node.port { (message: Message) in got.append("\(message.first?.int ?? -1)") }
      node.register("collector") { (reply: PortID) in reply.send(port) }
      node.watchNodes { peer, isUp, _ in got.append("\(peer) \(isUp ? "up" : "down")") }
    }
    let farRun = Task { try await far.run() }
    let seeds = try await far.handle.listeners

    let near = NodeService(arguments("near", seeds: seeds), leavingWithin: 60)
    try await testGracefulShutdown { trigger in
      async let run: Void = near.run()
      let collector = try await near.handle.answer { node, answer in
        let reply = node.port { (message: Message) in
          if let port = message.first.flatMap(PortID.init(messageValue:)) { answer(port) }
        }
        node.callFunction("collector", reply, on: "far")
      }
      try await near.handle.post { node in
        for number in 0..<1000 { node.send(number, to: collector) }
        trigger.triggerGracefulShutdown()
      }
      try await run
    }
    _ = try await far.handle.answer { node, answer in
      if node.connectedNodes.isEmpty { return answer(()) }
      node.watchNodes { _, isUp, _ in if !isUp { answer(()) } }
    }
    #expect(got.all == ["near up"] + (0..<1000).map { "\($0)" } + ["near down"])
    farRun.cancel()
    try await farRun.value
  }

  @Test("a cancelled task closes the node at once")
  func cancellation() async throws {
    let service = NodeService(arguments("one"))
    let run = Task { try await service.run() }
    let handle = try await service.handle
    run.cancel()
    try await run.value
    #expect(!handle.post { _ in })
  }

  @Test("a shutdown that comes before the node is there ends it as soon as it is")
  func earlyShutdown() async throws {
    let service = NodeService(arguments("one"))
    try await testGracefulShutdown { trigger in
      trigger.triggerGracefulShutdown()
      try await service.run()
    }
    let cancelled = NodeService(arguments("two"))
    let run = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await cancelled.run()
    }
    try await run.value
  }

  @Test("what is wrong with the configuration is thrown, to those who wait for the node, too")
  func badConfiguration() async {
    let service = NodeService(
      ConfigurationArguments(nodeid: "one", binds: ["nonsense:x"], norc: true))
    let waiting = Task { try await service.handle }
    let thrown = await #expect(throws: (any Error).self) { try await service.run() }
    let seen = await #expect(throws: (any Error).self) { _ = try await waiting.value }
    #expect("\(thrown, default: "")".contains("nonsense:x"))
    #expect("\(thrown, default: "")" == "\(seen, default: "")")
    await #expect(throws: (any Error).self) { _ = try await service.handle }
  }

  @Test("an error of the preparation ends the service")
  func badPreparation() async {
    let service = NodeService(arguments("one")) { _ in throw Unprepared() }
    await #expect(throws: Unprepared.self) { try await service.run() }
    await #expect(throws: Unprepared.self) { _ = try await service.handle }
  }

  @Test("it runs once")
  func secondRun() async throws {
    let service = NodeService(arguments("one"))
    let run = Task { try await service.run() }
    _ = try await service.handle
    await #expect(throws: NodeServiceError.secondRun) { try await service.run() }
    run.cancel()
    try await run.value
  }

  @Test("who waits for a node that does not come can be cancelled")
  func cancelledWaiter() async {
    let service = NodeService(arguments("one"))
    let waiting = Task { try await service.handle }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { _ = try await waiting.value }
  }

  @Test("a node that exists leaves on shutdown, and its loop runs on")
  func existingNode() async throws {
    let owner = NodeService(arguments("one"))
    let run = Task { try await owner.run() }
    let handle = try await owner.handle
    let service = NodeService(handle)
    try await testGracefulShutdown { trigger in
      async let run: Void = service.run()
      _ = try await service.handle
      trigger.triggerGracefulShutdown()
      try await run
    }
    #expect(await handle.answer { node, answer in answer(node.isClosed) })
    run.cancel()
    try await run.value
    // The node is gone by now, and so is its loop.
    try await NodeService(handle).runUntilShutDown()
  }

  @Test("in a group the services end from the last to the first, the node among them")
  func group() async throws {
    let ended = Collected<String>()
    let node = NodeService(arguments("one")) { node in
      // Gone with the node's thread.
      let witness = Witness { ended.append("node") }
      node.register("witness") { witness.touch() }
    }
    let started = Collected<String>()
    let group = ServiceGroup(
      services: [Waiting("first", ended, started), node, Waiting("last", ended, started)],
      logger: Logger(label: "group") { _ in SwiftLogNoOpLogHandler() })
    let run = Task { try await group.run() }
    _ = try await node.handle
    await started.wait(for: 2)
    await group.triggerGracefulShutdown()
    try await run.value
    #expect(ended.all == ["last", "node", "first"])
  }
}

extension NodeService {
  /// Runs with a shutdown under way.
  func runUntilShutDown() async throws {
    try await testGracefulShutdown { trigger in
      trigger.triggerGracefulShutdown()
      try await run()
    }
  }
}
