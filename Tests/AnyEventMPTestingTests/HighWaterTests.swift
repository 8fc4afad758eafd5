import AnyEventMP
import AnyEventMPTesting
import Testing

@Suite("The high water mark") struct HighWaterTests {
  private func withSender(
    heartbeat: Double? = nil,
    _ body: (SimulatedNetwork, _ sender: Node, _ other: SimulatedHost) throws -> Void
  ) throws {
    let network = SimulatedNetwork(seed: 3, conditions: LinkConditions(capacity: 1000))
    defer { network.close() }
    let other = try network.addHost("other", heartbeat: heartbeat)
    let host = try network.addHost("sender", seeds: [other], heartbeat: heartbeat)
    #expect(network.run(until: { host.isConnected(to: other) }))
    network.run(for: 1)
    try body(network, try #require(host.node), other)
  }

  private let text = String(repeating: "x", count: 1000)

  @Test("crossing it is told once, from the loop, and again after everything has left")
  func crossing() throws {
    try withSender { network, sender, other in
      var told: [Int] = []
      sender.highWaterMark = 10_000
      sender.onHighWater = { node, bytes in
        #expect(node == "other" && Node.current === sender)
        told.append(bytes)
      }
      let path = network.hosts
      network.freeze(from: path[1], to: path[0])
      sender.run { for _ in 0..<9 { snd("other#nobody", text) } }
      network.run(for: 1)
      #expect(told.isEmpty)
      sender.run { for _ in 0..<50 { snd("other#nobody", text) } }
      #expect(told.isEmpty)
      network.run(for: 1)
      #expect(told.count == 1 && told[0] > 10_000)
      sender.run { for _ in 0..<50 { snd("other#nobody", text) } }
      network.run(for: 1)
      #expect(told.count == 1)
      network.thaw(from: path[1], to: path[0])
      network.run(for: 10)
      #expect(sender.queuedBytes(for: "other") == 0)
      sender.run { for _ in 0..<50 { snd("other#nobody", text) } }
      network.run(for: 10)
      #expect(told.count == 2)
      #expect(sender.connectedNodes == ["other"])
    }
  }

  @Test("it is told while the node is not connected yet, and not again when it is")
  func waiting() throws {
    try withSender { network, sender, other in
      let third = try network.addHost("third", seeds: [other])
      network.run(for: 1)
      var told = 0
      sender.highWaterMark = 10_000
      sender.onHighWater = { _, _ in told += 1 }
      sender.run { for _ in 0..<50 { snd("third#nobody", text) } }
      network.run(for: 10)
      #expect(third.isConnected(to: network.hosts[1]))
      #expect(told == 1)
    }
  }

  @Test("whoever waits for the queue to drain goes on, mark or not")
  func draining() throws {
    try withSender { network, sender, other in
      sender.highWaterMark = 2000
      var left = 100
      func send() {
        sender.run { for _ in 0..<10 { snd("other#nobody", text) } }
        left -= 1
        if left > 0 { sender.whenDrained("other", send) }
      }
      send()
      network.run(for: 60)
      #expect(left == 0)
    }
  }

  @Test("over the limit the connection is cut, whatever the mark")
  func limit() throws {
    try withSender { network, sender, other in
      var reason: Message?
      sender.monitor(PortID("other#nobody")) { _ in }
      sender.monitor(PortID("other")) { reason = $0 }
      sender.highWaterMark = 50_000
      sender.queueLimit = 20_000
      sender.onHighWater = { _, _ in Issue.record("the mark is above the limit") }
      sender.run { for _ in 0..<30 { snd("other#nobody", text) } }
      network.run(for: 1)
      #expect(reason == ["transport_error", "other", "too much queued"])
    }
  }

  @Test("a message that is sealed at once and has to wait counts as one that waits")
  func sealed() throws {
    try withSender { network, sender, other in
      #expect(sender.status.connections.first?.cipher == "chacha20-poly1305")
      var reason: Message?
      sender.monitor(PortID("other")) { reason = $0 }
      sender.queueLimit = 20_000
      // More than the stream collects before it sends, and less than it seals at a time.
      sender.run { snd("other#nobody", String(repeating: "x", count: 100_000)) }
      network.run(for: 1)
      #expect(reason == ["transport_error", "other", "too much queued"])
    }
  }

  @Test(
    "what waits is sealed together once there is room, and its size is told with what that adds")
  func sealedTogether() throws {
    // What the other one asks would be answered, too.
    try withSender(heartbeat: 0) { network, sender, other in
      let hosts = network.hosts
      network.freeze(from: hosts[1], to: hosts[0])
      // Fills the path, so that all that follows has to wait.
      sender.run { snd("other#nobody", text + text) }
      network.run(for: 1)
      let before = sender.queuedBytes(for: "other")
      #expect(before > 0)
      sender.run { snd("other#nobody", "x") }
      let one = sender.queuedBytes(for: "other") - before
      for _ in 1..<500 {
        sender.run { snd("other#nobody", "x") }
        network.run(for: 0.01)
      }
      let all = sender.queuedBytes(for: "other") - before
      #expect(all == 500 * (one - 20) + 20, "one record for all of them")
      network.thaw(from: hosts[1], to: hosts[0])
      network.run(for: 60)
      #expect(sender.queuedBytes(for: "other") == 0)
      #expect(sender.connectedNodes == ["other"])
    }
  }
}
