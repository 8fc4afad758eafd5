import AnyEventMPDistributed
import AnyEventMPTesting
import TestSupport
import Testing

@Suite("Messages to distributed actors, and proxies of plain ports")
struct ServingTests {
  @Test("a plain port calls an actor by the method's name, with or without labels")
  func calledByName() throws {
    try withTwoHosts { two in
      let greeter = Greeter(actorSystem: two.there)
      #expect(try await two.reply(greeter.id, ["greet(name:)", "Joe"]) == ["ok", "Hello, Joe!"])
      #expect(try await two.reply(greeter.id, ["greet", "Joe"]) == ["ok", "Hello, Joe!"])
      #expect(try await two.reply(greeter.id, ["note"]) == ["ok"])
      #expect(try await two.reply(greeter.id, ["total"]) == ["ok", 3])
      #expect(
        try await two.reply(greeter.id, ["mix", ["x": 1], ["a"], true])
          == ["ok", ["1", "none", "a", "true"]])
      #expect(
        try await two.reply(greeter.id, ["refuse", 4])
          == ["error", "Refusal(number: 4)", "Refusal", ["number": 4]])
      // Without a reply port that is one, nobody is told.
      let node = try #require(two.first.node)
      node.send("note()", nil as Value?, to: PortID(greeter.id.id))
      try await two.until { try await greeter.total == 4 }
    }
  }

  @Test("whatever a message says, the actor lives, and says why it does not do it")
  func hostile() throws {
    try withTwoHosts { two in
      let greeter = Greeter(actorSystem: two.there)
      let stranger = Stranger(actorSystem: two.there)
      let foreign = AccessibleNames.of("Stranger.secret")
      #expect(foreign.count == 1)
      for message: Message in [
        ["greet"], ["greet", "Joe", "Jim"], ["greet", ["a"]], ["greet", nil], ["nothing"], [1],
        [nil],
        ["mix", 1, 2, 3], ["twice", 1], ["secret"], [.string(foreign.first ?? "")],
        ["$s"], ["generic", 1], ["deinit"], [["a": 1]], ["greet(name:"],
      ] {
        let answer = try await two.reply(greeter.id, message)
        #expect(answer.count == 2 && answer[0] == "refused", "\(message): \(answer)")
      }
      let node = try #require(two.first.node)
      for message: Message in [
        [], ["greet"], ["greet", "Joe", 5], ["greet", "Joe", ["a"]], ["greet", "Joe", "nowhere"],
      ] {
        node.send(message, to: PortID(greeter.id.id))
      }
      #expect(try await two.reply(greeter.id, ["total"]) == ["ok", 0])
      #expect(try await two.reply(stranger.id, ["secret"]) == ["ok", 42])
    }
  }

  @Test("a plain port that answers as documented serves a proxy")
  func plainPort() throws {
    try withTwoHosts { two in
      var seen: [Message] = []
      let id = try two.port { message in
        let reply = PortID(message[message.count - 1].string ?? "")
        seen.append(message)
        switch message[0].string {
        case "greet(name:)": reply.send("ok", "Good day, \(message[1].string ?? "")")
        case "note()": reply.send("ok")
        case "refuse(_:)": reply.send("error", "no", "Refusal", ["number": 9] as Value)
        case "total()": reply.send("ok", "none")
        case "oddly()": reply.send("nonsense")
        case "wait()": reply.send()
        default: reply.send("refused", "what?")
        }
      }
      let proxy = try Greeter.resolve(id: id, using: two.here)
      #expect(try await proxy.greet(name: "Joe") == "Good day, Joe")
      #expect(seen.first.map { Array($0.dropLast()) } == ["greet(name:)", "Joe"])
      try await proxy.note()
      two.here.recognize(Refusal.self)
      await #expect(throws: Refusal(number: 9)) { try await proxy.refuse(1) }
      for call: @Sendable () async throws -> Void in [
        { _ = try await proxy.total }, { _ = try await proxy.oddly() },
        { _ = try await proxy.wait() },
      ] {
        guard case .unreadableReply? = await callError(call) else {
          Issue.record("a reply was read that is none")
          continue
        }
      }
      #expect(await callError { try await proxy.release() } == .refused("what?"))
    }
  }

  @Test("an id without a port is refused")
  func noActor() throws {
    try withTwoHosts { two in
      for id in ["there", "there#", "here"] {
        #expect(throws: DistributedCallError.notAnActor(PortID(id))) {
          try Greeter.resolve(id: PortID(id), using: two.here)
        }
      }
      // A port of another type of actor gets a proxy, whose calls are refused.
      let stranger = Stranger(actorSystem: two.here)
      let proxy = try Greeter.resolve(id: stranger.id, using: two.here)
      guard case .refused? = await callError({ try await proxy.note() }) else {
        Issue.record("it was not refused")
        return
      }
    }
  }
}
