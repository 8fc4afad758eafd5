import AnyEventMPDistributed
import AnyEventMPTesting
import TestSupport
import Testing

@Suite("What monitors and lists of distributed actors leave")
struct LeftoverTests {
  @Test("a monitor on an actor can be taken back, on any thread")
  func takenBack() async throws {
    try withTwoHosts { two in
      let greeter = Greeter(actorSystem: two.there)
      let node = try #require(two.second.node)
      let before = node.run { greeter.id.monitorCount }
      for _ in 0..<10 {
        greeter.whenTerminated { _ in Issue.record("it was called") }.cancel()
      }
      #expect(node.run { greeter.id.monitorCount } == before)
      two.there.close()
    }
    try await withResidence { residence in
      let system = await residence.run { loop in NodeActorSystem(on: Node(on: loop)) }
      let greeter = Greeter(actorSystem: system)
      let monitor = greeter.whenTerminated { _ in Issue.record("it was called") }
      monitor.cancel()
      await residence.run { _ in system.close() }
    }
  }

  @Test("an actor that is checked in and out again and again is monitored once")
  func checkedIn() throws {
    try withTwoHosts { two in
      let greeter = Greeter(actorSystem: two.there)
      let node = try #require(two.second.node)
      let before = node.run { greeter.id.monitorCount }
      for round in 0..<10 {
        two.there.checkIn(greeter, as: "first \(round)")
        two.there.checkIn(greeter, as: "second \(round)")
        #expect(node.run { greeter.id.monitorCount } == before + 1)
        if round.isMultiple(of: 2) { two.there.checkOut(greeter) }
      }
      _ = try await two.here.find(Greeter.self, named: "second 9")
      two.there.checkOut(greeter)
      #expect(node.run { greeter.id.monitorCount } == before)
    }
  }

  @Test("a listed actor that ends is listed no more")
  func ended() throws {
    try withTwoHosts { two in
      var greeter: Greeter? = Greeter(actorSystem: two.there)
      if let greeter { two.there.checkIn(greeter, as: "short") }
      let family = try #require(two.first.node).database["actors/Greeter"]
      try await two.until { try await !family.keys().isEmpty }
      greeter = nil
      try await two.until { try await family.keys().isEmpty }
      withExtendedLifetime(greeter) {}
    }
  }

  @Test("a slow reader of a list gets each actor once, whatever has changed meanwhile")
  func slowReader() throws {
    try withTwoHosts { two in
      let first = Greeter(actorSystem: two.there)
      two.there.checkIn(first, as: "first")
      let ids = two.listed(3, pause: 100)
      try await two.sleep(1)
      let (second, passing) = (Greeter(actorSystem: two.there), Greeter(actorSystem: two.there))
      two.there.checkIn(second, as: "second")
      two.there.checkIn(passing, as: "passing")
      for round in 0..<50 {
        two.there.checkIn(first, as: "first \(round)")
        two.there.checkIn(second, as: "second \(round)")
        try await two.sleep(0.1)
      }
      two.there.checkOut(passing)
      try await two.sleep(200)
      let third = Greeter(actorSystem: two.there)
      two.there.checkIn(third, as: "third")
      #expect(try await ids.value == [first.id, second.id, third.id])
    }
  }

  @Test("actors of a system that is closed end in the order in which they were made")
  func order() throws {
    try withTwoHosts { two in
      let greeters = (0..<40).map { _ in Greeter(actorSystem: two.there) }
      let ends = Ends()
      for greeter in greeters {
        let id = greeter.id
        two.here.whenTerminated(PortID(id.id)) { _ in ends.ids.append(id) }
      }
      try await two.sleep(1)
      two.there.close()
      try await two.sleep(5)
      #expect(ends.ids == greeters.map(\.id))
    }
  }

  @Test("a loop that is closed leaves neither the system nor the node of who waits for an end")
  func closedLoop() async throws {
    let left = Left()
    try await withResidence { residence in
      let id = await residence.run { loop in
        let node = Node(on: loop)
        left.note(NodeActorSystem(on: node), node)
        return node.run { port() }
      }
      let task = Task { [system = left.kept] in
        await callError { _ = try await system?.termination(of: id) }
      }
      left.kept = nil
      while await residence.run({ _ in left.system?.counts.waits != 1 }) { await Task.yield() }
      await residence.run { $0.close() }
      #expect(await task.value == .systemClosed)
    }
    #expect(left.system == nil && left.node == nil)
  }

  @Test(
    "a loop that is closed leaves neither the system nor the node of a call that alone has them")
  func closedDuringCall() async throws {
    for _ in 0..<20 {
      let left = Left()
      try await withResidence { residence in
        let id = await residence.run { loop in
          let node = Node(on: loop)
          left.note(NodeActorSystem(on: node), node)
          return node.run { port { _ in } }
        }
        let call = Task { [system = left.kept] in
          await callError {
            guard let system else { return }
            try await Greeter.resolve(id: id, using: system).note()
          }
        }
        left.kept = nil
        while await residence.run({ _ in left.system?.counts.waits != 1 }) { await Task.yield() }
        await residence.run { $0.close() }
        #expect(await call.value == .systemClosed)
      }
      #expect(left.system == nil && left.node == nil)
    }
  }

  @Test(
    "a system whose last reference goes on another thread, while the loop is being closed, leaves no node"
  )
  func droppedLate() async throws {
    let left = Left()
    try await withResidence { residence in
      await residence.run { loop in
        let node = Node(on: loop)
        left.note(NodeActorSystem(on: node), node)
      }
      await residence.run { loop in
        // The loop's thread waits, so the job that the system leaves is never done.
        RunningThread { left.kept = nil }.join()
        loop.close()
      }
    }
    #expect(left.system == nil && left.node == nil)
  }
}

/// Who has ended, in turn.
private final class Ends: @unchecked Sendable {
  // Sendable: it is used on the network's thread.
  var ids: [PortID] = []
}

/// A system that should go.
private final class Left: @unchecked Sendable {
  // Sendable: each thread uses it in turn.
  var kept: NodeActorSystem?
  weak var system: NodeActorSystem?
  weak var node: Node?

  func note(_ system: NodeActorSystem, _ node: Node) {
    kept = system
    self.system = system
    self.node = node
  }
}
