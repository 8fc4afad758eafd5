import AnyEventMPDistributed
import AnyEventMPTesting
import Testing

@Suite("Calls to distributed actors of another node")
struct CallTests {
  @Test("arguments and results travel, actors among them")
  func values() throws {
    try withTwoHosts { two in
      let greeter = Greeter(actorSystem: two.there)
      let proxy = try two.proxy(of: greeter)
      #expect(proxy !== greeter && proxy == greeter)
      #expect(try await proxy.greet(name: "Joe") == "Hello, Joe!")
      try await proxy.note()
      #expect(try await proxy.total == 2)
      let mixed = try await proxy.mix(Point(x: 3, label: nil), ["a", "b"], flag: nil)
      #expect(mixed == ["3", "none", "a", "b", "nil"])
      #expect(try await proxy.bytes(1000).count == 1000)
      // Overloaded, by the names of Swift's runtime.
      #expect(try await proxy.twice(4) == 8)
      #expect(try await proxy.twice("ab") == "abab")

      // Passed on, an actor of the called node is the actor itself there; one of ours comes back as itself.
      let own = Greeter(actorSystem: two.here)
      #expect(try await proxy.pass(to: own, name: "me") == "passed: Hello, me!")
      #expect(try await own.total == 1)
      #expect(try await proxy.pass(to: greeter, name: "you") == "passed: Hello, you!")
      #expect(try await proxy.itself() == proxy)
      #expect(try Greeter.resolve(id: PortID(own.id.id), using: two.here) === own)
    }
  }

  @Test("an actor of the own node is called without a message")
  func local() throws {
    try withTwoHosts { two in
      let greeter = Greeter(actorSystem: two.here)
      let arrived = two.network.arrivals
      let found = try Greeter.resolve(id: PortID(greeter.id.id), using: two.here)
      #expect(found === greeter)
      // It is called where it is: what cannot be encoded is no obstacle.
      _ = try await found.unencodable()
      #expect(try await found.generic("anything") == "anything")
      #expect(two.network.arrivals == arrived)
    }
  }

  @Test("a known error arrives as itself, another one as its text")
  func errors() throws {
    try withTwoHosts { two in
      let greeter = Greeter(actorSystem: two.there)
      let proxy = try two.proxy(of: greeter)
      #expect(
        await callError { try await proxy.refuse(5) }
          == .thrown(type: "Refusal", text: "Refusal(number: 5)"))
      two.here.recognize(Refusal.self)
      await #expect(throws: Refusal(number: 6)) { try await proxy.refuse(6) }
      #expect(
        await callError { _ = try await proxy.oddly() }
          == .thrown(type: "Oddity", text: "an oddity"))
      #expect(
        await callError { _ = try await proxy.unencodable() }
          == .thrown(type: "Oddity", text: "an oddity"))
      // Under a name that both agree on.
      two.here.recognize(Refusal.self, as: "No")
      two.there.recognize(Refusal.self, as: "No")
      await #expect(throws: Refusal(number: 7)) { try await proxy.refuse(7) }
    }
  }

  @Test("what cannot be sent is an error of the call, and nothing is sent")
  func unsendable() throws {
    try withTwoHosts { two in
      let greeter = Greeter(actorSystem: two.there)
      let proxy = try two.proxy(of: greeter)
      for call: @Sendable () async throws -> Void in [
        { try await proxy.take(Unencodable()) }, { _ = try await proxy.generic(1) },
        { _ = try await proxy.greet(name: String(repeating: "x", count: 100 << 20)) },
      ] {
        guard case .unsendable? = await callError(call) else {
          Issue.record("the call was sent")
          continue
        }
      }
      // A result that is too large is an error, too.
      guard case .thrown? = await callError({ _ = try await proxy.bytes(100 << 20) }) else {
        Issue.record("the result was sent")
        return
      }
      #expect(try await proxy.total == 0)
    }
  }

  @Test("a call that takes too long is given up: the system's time, or the task's")
  func timeouts() throws {
    try withTwoHosts(timeout: 5) { two in
      let greeter = Greeter(actorSystem: two.there)
      let proxy = try two.proxy(of: greeter)
      let start = two.network.time
      #expect(await callError { _ = try await proxy.wait() } == .timedOut(5))
      #expect(abs(two.network.time - start - 5) < 0.1)
      let error = await NodeActorSystem.withTimeout(20) {
        await callError { _ = try await proxy.wait() }
      }
      #expect(error == .timedOut(20))
      #expect(abs(two.network.time - start - 25) < 0.1)
      // A late reply goes nowhere.
      try await proxy.release()
      #expect(try await proxy.waiters == 0)
    }
  }

  @Test("a cancelled task gives its call up at once")
  func cancellation() throws {
    try withTwoHosts { two in
      let greeter = Greeter(actorSystem: two.there)
      let proxy = try two.proxy(of: greeter)
      let task = two.task { try await proxy.wait() }
      try await two.until { try await proxy.waiters == 1 }
      #expect(two.here.counts.waits == 1)
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(two.here.counts.waits == 0)
      let late = two.task {
        withUnsafeCurrentTask { $0?.cancel() }
        try await proxy.note()
      }
      await #expect(throws: CancellationError.self) { try await late.value }
      #expect(try await proxy.total == 0)
      try await proxy.release()
    }
  }

  @Test("a call ends when the actor dies, with the reason")
  func death() throws {
    try withTwoHosts { two in
      let greeter = Greeter(actorSystem: two.there)
      let proxy = try two.proxy(of: greeter)
      let call = two.task { await callError { _ = try await proxy.wait() } }
      try await two.until { try await proxy.waiters == 1 }
      two.second.node?.kill(greeter.id, "enough", 1)
      #expect(try await call.value == .actorDied(["enough", 1]))
      let error = await callError { try await proxy.note() }
      guard case .actorDied(let reason)? = error else {
        Issue.record("it did not end: \(String(describing: error))")
        return
      }
      #expect(reason.first == "no_such_port")
      // Who has the object can still use it.
      try await greeter.release()
    }
  }

  @Test("a call ends when the node is lost", arguments: [true, false])
  func nodeLoss(crashes: Bool) throws {
    try withTwoHosts { two in
      let greeter = Greeter(actorSystem: two.there)
      let proxy = try two.proxy(of: greeter)
      let call = two.task { await callError { _ = try await proxy.wait() } }
      try await two.until { try await proxy.waiters == 1 }
      if crashes { two.network.crash(two.second) } else { two.network.cut(two.first, two.second) }
      let error = try await call.value
      guard case .actorDied(let reason)? = error else {
        Issue.record("it did not end: \(String(describing: error))")
        return
      }
      #expect(!reason.isEmpty)
      try await greeter.release()
    }
  }

  @Test("a closed system ends its calls and takes no more", arguments: ["system", "node"])
  func closing(what: String) throws {
    try withTwoHosts { two in
      let greeter = Greeter(actorSystem: two.there)
      let own = Greeter(actorSystem: two.here)
      let proxy = try two.proxy(of: greeter)
      let call = two.task { await callError { _ = try await proxy.wait() } }
      try await two.until { try await proxy.waiters == 1 }
      if what == "node" { two.first.node?.close() } else { two.here.close() }
      #expect(try await call.value == .systemClosed)
      #expect(await callError { try await proxy.note() } == .systemClosed)
      #expect(two.here.isClosed && !two.there.isClosed)
      // Its own actors can still be called by who has them.
      try await own.note()
      try await greeter.release()
    }
  }
}
