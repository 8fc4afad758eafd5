import AnyEventMPDistributed
import AnyEventMPTesting
import TestSupport
import Testing

@Suite("Names of distributed actors")
struct ListingTests {
  @Test("an actor is found by its name, now or later")
  func find() throws {
    try withTwoHosts { two in
      let early = Greeter(actorSystem: two.there)
      two.there.checkIn(early, as: "early")
      #expect(try await two.here.find(Greeter.self, named: "early") == early)
      let search = two.task { try await two.here.find(Greeter.self, named: "late") }
      try await two.sleep(10)
      let late = Greeter(actorSystem: two.there)
      two.there.checkIn(late, as: "late")
      let found = try await search.value
      #expect(try await found.greet(name: "you") == "Hello, you!")
      #expect(try await late.total == 1)
      let vain = two.task { try await two.here.find(Greeter.self, named: "never") }
      try await two.sleep(1)
      vain.cancel()
      await #expect(throws: CancellationError.self) { try await vain.value }
      let closed = two.task { try await two.here.find(Greeter.self, named: "never") }
      try await two.sleep(1)
      two.here.close()
      await #expect(throws: DistributedCallError.systemClosed) { try await closed.value }
    }
  }

  @Test("an actor is found and called by a protocol alone")
  func stub() throws {
    try withTwoHosts { two in
      let counter = Counter(actorSystem: two.there)
      two.there.checkIn(counter, as: "first", kind: "Counting")
      let stub = try await two.here.find($Counting.self, named: "first")
      #expect(try await stub.count(by: 2) == 2)
      #expect(try await stub.count(by: 3) == 5)
    }
  }

  @Test("a listing has what is there, and what comes")
  func listing() throws {
    try withTwoHosts { two in
      let first = Greeter(actorSystem: two.there)
      two.there.checkIn(first, as: "first")
      let list = two.listed(3)
      try await two.sleep(1)
      let second = Greeter(actorSystem: two.here)
      two.here.checkIn(second, as: "second")
      try await two.sleep(1)
      let third = Greeter(actorSystem: two.there)
      two.there.checkIn(third, as: "third")
      #expect(try await list.value == [first.id, second.id, third.id])
      two.there.checkOut(first)
      try await two.sleep(1)
      let rest = two.listed(2)
      #expect(Set(try await rest.value) == [second.id, third.id])
    }
  }

  @Test("what another node has listed is skipped if it is no port")
  func badKeys() throws {
    try withTwoHosts { two in
      let greeter = Greeter(actorSystem: two.there)
      let node = try #require(two.second.node)
      for key in ["!", "x#"] { node.database["actors/Greeter"].set(key, to: "first") }
      try await two.sleep(1)
      two.there.checkIn(greeter, as: "first")
      #expect(try await two.here.find(Greeter.self, named: "first") == greeter)
    }
  }

  @Test("a search and a listing end when the loop is closed, and later ones at once")
  func closedLoop() async throws {
    try await withResidence { residence in
      let system = await residence.run { loop in NodeActorSystem(on: Node(on: loop)) }
      let search = Task { await callError { _ = try await system.find(Greeter.self, named: "x") } }
      let list = Task { for await _ in system.listing(of: Greeter.self) {} }
      while await residence.run({ _ in system.counts.waits }) < 2 { await Task.yield() }
      await residence.run { $0.close() }
      #expect(await search.value == .systemClosed)
      await list.value
      #expect(
        await callError { _ = try await system.find(Greeter.self, named: "x") } == .systemClosed)
    }
  }

  @Test("nothing is watched for a task that was cancelled before the loop has heard of it")
  func cancelledEarly() async throws {
    try await withResidence { residence in
      let system = await residence.run { loop in NodeActorSystem(on: Node(on: loop)) }
      for _ in 0..<100 {
        let search = Task { _ = try await system.find(Greeter.self, named: "never") }
        search.cancel()
        await #expect(throws: CancellationError.self) { try await search.value }
        _ = system.listing(of: Greeter.self)
      }
      while await residence.run({ _ in system.counts.waits }) > 0 { await Task.yield() }
      await residence.run { _ in system.close() }
    }
  }
}
