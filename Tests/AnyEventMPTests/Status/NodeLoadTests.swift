import AEMPWire
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("What a node counts") struct NodeLoadTests {
  /// Two nodes that are connected, the second one by the first as its seed.
  private func withPair(_ body: (_ seed: Node, _ slave: Node, Loop) throws -> Void) throws {
    try withLoop { loop in
      let seed = try Node.listening(on: loop, "seed")
      defer { seed.close() }
      let slave = try Node.listening(on: loop, "slave", seeds: [seed.address])
      defer { slave.close() }
      loop.run(until: { slave.status.master == seed.id && seed.isConnected(to: slave) })
      try body(seed, slave, loop)
    }
  }

  @Test(
    "each message counts once at either end, whichever way it takes",
    arguments: [1, 10, 1000])
  func messages(_ count: Int) throws {
    try withPair { seed, slave, loop in
      var received = 0
      let target = seed.run { port { (message: Message) in received += 1 } }
      seed.run { rcv(target, "direct") { (number: Int) in received += 1 } }
      loop.settle()
      let before = try #require(slave.connections.first?.traffic)
      let there = try #require(seed.connections.first?.traffic)
      slave.run {
        let remote = PortID(target.id)
        for number in 0..<count {
          snd(remote, "direct", number)
          snd(Message([.string(target.id), "other", ["x": 1]]))
        }
      }
      loop.run(until: { received == 2 * count })
      let after = try #require(slave.connections.first?.traffic)
      let arrived = try #require(seed.connections.first?.traffic)
      #expect(after.messagesOut - before.messagesOut == 2 * count)
      #expect(arrived.messagesIn - there.messagesIn == 2 * count)
      #expect(arrived.bytesIn - there.bytesIn > 2 * count * 10)
      #expect(after.bytesOut - before.bytesOut == arrived.bytesIn - there.bytesIn)
    }
  }

  @Test("messages that waited for a connection count, and so does what has ended")
  func ended() throws {
    try withLoop { loop in
      let seed = try Node.listening(on: loop, "seed")
      defer { seed.close() }
      let slave = try Node.listening(on: loop, "slave", seeds: [seed.address])
      defer { slave.close() }
      slave.run { for _ in 0..<5 { snd(seed.id, "devnull") } }
      loop.run(until: { slave.isConnected(to: seed) })
      #expect((slave.connections.first?.traffic?.messagesOut ?? 0) >= 5)
      let before = try #require(slave.status.load)
      seed.close()
      loop.run(until: { slave.connections.isEmpty })
      let after = try #require(slave.status.load)
      #expect(after.losses == before.losses + 1)
      #expect(after.traffic.messagesOut >= before.traffic.messagesOut)
      #expect(after.traffic.bytesIn >= before.traffic.bytesIn)
    }
  }

  @Test("who asks for the status has the round trip measured")
  func roundTrip() throws {
    try withPair { seed, slave, loop in
      #expect(seed.connections.first?.roundTrip == nil)
      slave.run { cal(seed.id, "x-status") { (_: NodeStatus?) in } }
      loop.run(until: { seed.connections.first?.roundTrip != nil })
      #expect((seed.connections.first?.roundTrip ?? -1) >= 0)
      #expect(slave.connections.first?.roundTrip == nil)
    }
  }

  @Test("answers to no question, and to earlier ones, do not count")
  func answers() {
    var trip = RoundTrip()
    trip.answered(1, at: 5)
    #expect(trip.seconds == nil)
    let first = trip.ask(at: 10)
    #expect(first != nil && trip.ask(at: 20) == nil)
    let second = trip.ask(at: 90)
    trip.answered(first, at: 91)
    trip.answered(nil, at: 91)
    #expect(trip.seconds == nil)
    trip.answered(second, at: 92)
    #expect(trip.seconds == 2)
    trip.answered(second, at: 99)
    #expect(trip.seconds == 2 && trip.ask(at: 99) != nil)
    // The clock was set back.
    #expect(trip.ask(at: 50) != nil)
  }

  @Test("the digest is the same for the same entries, in any order and form, and for no others")
  func digest() {
    func digest(_ entries: [(String, String, Value)]) -> String {
      var whole = DatabaseDigest()
      for (family, key, value) in entries {
        var part = DatabaseDigest(family: family)
        part.add(key, value)
        whole += part
      }
      return whole.text
    }
    let a: (String, String, Value) = ("f", "a", ["x": 1, "y": [nil, true, "text"]])
    let b: (String, String, Value) = ("f", "b", 1)
    #expect(digest([a, b]) == digest([b, a]))
    #expect(digest([b]) == digest([("f", "b", .double(1))]))
    #expect(digest([("f", "b", "x")]) == digest([("f", "b", .bytes([120]))]))
    let others: [(String, String, Value)] = [
      ("f", "b", 2), ("g", "b", 1), ("f", "c", 1), ("fb", "", 1), ("f", "b", "1"), ("f", "b", [1]),
      ("f", "b", .double(1.5)), ("f", "b", nil), ("f", "b", true),
    ]
    let digests = ([b] + others).map { digest([$0]) }
    #expect(Set(digests).count == digests.count)
    #expect(digests.allSatisfy { $0.utf8.count == 16 })
    // Large texts count by their size, their beginning and their end.
    let text = String(repeating: "x", count: 1000)
    #expect(digest([("f", "b", .string(text))]) != digest([("f", "b", .string(text + "x"))]))
    #expect(
      digest([("f", "b", .string("y" + text))]) != digest([("f", "b", .string(text + "y"))]))
    var part = DatabaseDigest(family: "f")
    part.add("a", 1)
    part.remove("a", 1)
    #expect(part.sum == 0 && part.keys == 0)
  }

  @Test("the digest follows each change, and two global nodes with one database have the same")
  func globals() throws {
    try withLoop { loop in
      let one = try Node.listening(on: loop, "one")
      defer { one.close() }
      let other = try Node.listening(on: loop, "other", seeds: [one.address])
      defer { other.close() }
      loop.run(until: { one.isConnected(to: other) && other.status.master != nil })
      other.run { other.database.becomeGlobal() }
      loop.run(until: { one.status.database == other.status.database && other.status.isGlobal })
      let before = one.status.database
      other.run { db_set("family", "key", ["value": 1]) }
      loop.run(until: { one.status.database != before })
      loop.run(until: { one.status.database?.digest == other.status.database?.digest })
      #expect(one.status.database?.keys == (before?.keys ?? 0) + 1)
      other.run { db_del("family", "key") }
      loop.run(until: { one.status.database?.digest == before?.digest })
    }
  }
}
