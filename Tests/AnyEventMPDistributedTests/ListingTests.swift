import AnyEventMPDistributed
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
      let list = two.task {
        var ids: [PortID] = []
        for await greeter in two.here.listing(of: Greeter.self) {
          ids.append(greeter.id)
          if ids.count == 3 { break }
        }
        return ids
      }
      try await two.sleep(1)
      let second = Greeter(actorSystem: two.here)
      two.here.checkIn(second, as: "second")
      try await two.sleep(1)
      let third = Greeter(actorSystem: two.there)
      two.there.checkIn(third, as: "third")
      #expect(try await list.value == [first.id, second.id, third.id])
      two.there.checkOut(first)
      try await two.sleep(1)
      let rest = two.task {
        var ids: [PortID] = []
        for await greeter in two.here.listing(of: Greeter.self) {
          ids.append(greeter.id)
          if ids.count == 2 { break }
        }
        return ids
      }
      #expect(Set(try await rest.value) == [second.id, third.id])
    }
  }
}
