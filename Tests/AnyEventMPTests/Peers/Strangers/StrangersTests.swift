import AEMPWire
import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

/// A connection that goes nowhere.
private final class DeadMedium: StreamMedium {
  func start(for stream: StreamConnection) {}
  func write(_ output: ByteBuffer, of stream: StreamConnection) -> StreamWriteResult { .blocked }
  var traffic: StreamTraffic? { nil }
  func finishWriting() {}
  func close() {}
}

@Suite("The table of strangers") struct StrangersTests {
  private func connection(_ address: String, _ loop: Loop) throws -> PendingConnection {
    PendingConnection(
      stream: StreamConnection(loop: loop, medium: DeadMedium()),
      handshake: try Handshake(
        HandshakeConfiguration(nodeID: "n"), as: .accepting, peerAddress: ""),
      role: .accepting, address: address, dial: nil, tls: nil, act: { _, _ in })
  }

  @Test("for IPv6 all addresses of a network of 64 bits are one place")
  func places() {
    #expect(StrangerPlace.name(of: "10.0.0.1:4040") == "10.0.0.1")
    #expect(StrangerPlace.name(of: "[::1]:4040") == "::/64")
    #expect(StrangerPlace.name(of: "[2001:db8:1:2:3:4:5:6]:1") == "2001:db8:1:2::/64")
    #expect(StrangerPlace.name(of: "[2001:db8:1:2:ffff::]:65535") == "2001:db8:1:2::/64")
    #expect(StrangerPlace.name(of: "[2001:db8:1:3::1]:1") == "2001:db8:1:3::/64")
    #expect(StrangerPlace.name(of: "[fe80::1%eth0]:1") == "fe80::%eth0/64")
    #expect(StrangerPlace.name(of: "nonsense") == "nonsense")
  }

  @Test(
    "after random events it knows what one knows who looks at everything", arguments: Seeds.some(20)
  )
  func model(_ seed: UInt64) throws {
    try withLoop(manualTime: 0) { loop in
      var random = SeededGenerator(seed: seed)
      var table = PendingTable()
      var model: [PendingConnection] = []
      for step in 0..<600 {
        // Now more come, now more go.
        let grows = step / 100 % 2 == 0
        if Int.random(in: 0..<10, using: &random) < (grows ? 8 : 3) {
          let host = Int.random(in: 0..<Int.random(in: 1...12, using: &random), using: &random)
          let new = try connection("10.0.0.\(host):1", loop)
          table.add(new)
          model.append(new)
        } else if let gone = model.randomElement(using: &random) {
          let proves = Bool.random(using: &random)
          if proves { table.proved(gone) }
          if !proves || Bool.random(using: &random) { table.remove(gone) }
          model.removeAll { $0 === gone }
        }
        check(table.strangers, model)
      }
      for connection in model { table.remove(connection) }
      #expect(table.strangers.count == 0 && table.strangers.surplus == nil)
    }
  }

  private func check(_ strangers: Strangers, _ model: [PendingConnection]) {
    let places = Dictionary(grouping: model, by: \.place)
    let most = places.values.map(\.count).max() ?? 0
    #expect(strangers.count == model.count)
    for (place, connections) in places {
      #expect(strangers.count(at: place) == connections.count)
      #expect(strangers.oldest(at: place) === connections[0])
    }
    #expect(strangers.count(at: "elsewhere") == 0 && strangers.oldest(at: "elsewhere") == nil)
    guard let surplus = strangers.surplus else { return #expect(model.isEmpty) }
    #expect(places[surplus.place]?.count == most)
    #expect(places[surplus.place]?.first === surplus)
  }

  @Test("when every address holds one, the oldest goes first, whatever else has gone")
  func fair() throws {
    try withLoop(manualTime: 0) { loop in
      var strangers = Strangers()
      let all = try (0..<10).map { try connection("10.0.0.\($0):1", loop) }
      for connection in all { strangers.add(connection) }
      strangers.remove(all[4])
      strangers.remove(all[0])
      for index in [1, 2, 3, 5, 6, 7, 8, 9] {
        #expect(strangers.surplus === all[index])
        if let surplus = strangers.surplus { strangers.remove(surplus) }
      }
      #expect(strangers.surplus == nil)
    }
  }

  @Test("connections that claim to be one node are found by it, in the order in which they began")
  func claims() throws {
    try withLoop(manualTime: 0) { loop in
      var table = PendingTable()
      let all = try (0..<4).map { try connection("10.0.0.\($0):1", loop) }
      for connection in all { table.add(connection) }
      for index in [2, 0, 3] {
        all[index].peer = Greeting(
          protocolName: "aemp", nodeID: index == 3 ? "b" : "a", authMethods: [], framings: [],
          keys: [])
        table.greeted(all[index])
      }
      #expect(table.claiming("a").map(\.address) == ["10.0.0.0:1", "10.0.0.2:1"])
      #expect(table.claiming("b").map(\.address) == ["10.0.0.3:1"])
      #expect(table.claiming("c").isEmpty)
      table.remove(all[0])
      table.remove(all[0])
      table.greeted(all[0])
      #expect(table.claiming("a").map(\.address) == ["10.0.0.2:1"])
      #expect(table.removeAll().map(\.address) == ["10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1"])
      #expect(table.count == 0 && table.strangers.count == 0 && table.claiming("a").isEmpty)
    }
  }
}
