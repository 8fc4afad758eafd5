import AnyEventMP
import AnyEventMPTesting
import Testing

@Suite("Heartbeats, and nodes that come back") struct HeartbeatTests {
  /// A global node and its slave, connected.
  private func withPair(
    server serverTimes: (heartbeat: Double?, timeout: Double?) = (nil, nil),
    clientHeartbeat: Double? = nil,
    _ body: (SimulatedNetwork, _ server: SimulatedHost, _ client: SimulatedHost) throws -> Void
  ) throws {
    let network = SimulatedNetwork(seed: 7)
    defer { network.close() }
    let server = try network.addHost(
      "server", heartbeat: serverTimes.heartbeat, heartbeatTimeout: serverTimes.timeout)
    let client = try network.addHost("client", seeds: [server], heartbeat: clientHeartbeat)
    #expect(
      network.run(until: { client.isConnected(to: server) && server.isConnected(to: client) }))
    try body(network, server, client)
  }

  @Test("two nodes that say nothing stay connected")
  func idle() throws {
    try withPair { network, server, client in
      let losses = Losses(of: server)
      network.run(for: 3600)
      #expect(losses.reasons.isEmpty && server.isConnected(to: client))
      #expect(client.isConnected(to: server))
    }
  }

  @Test("a node that falls silent is given up after 15 seconds, at the latest a tick later")
  func silence() throws {
    try withPair { network, server, client in
      let node = try #require(server.node)
      let p = try #require(client.node).port()
      var fired: (time: Double, reason: Message)?
      node.monitor(PortID(p.id)) { fired = (network.time, $0) }
      network.run(for: 10)
      client.node?.run { snd("server", "devnull") }
      network.run(for: 0.1)
      network.freeze(from: client, to: server)
      let start = network.time
      network.run(for: 15 + server.tick)
      #expect(fired?.reason == ["transport_error", "client", "no sign of life"])
      #expect((fired?.time ?? 0) - start >= 15 - 0.1)
    }
  }

  @Test("a wall clock that is set costs no connection and finds nobody sooner or later")
  func wallClock() throws {
    for step in [86_400.0, -86_400] {
      try withPair { network, server, client in
        let losses = Losses(of: server)
        for _ in 0..<20 {
          network.loop.setWallClock(by: step)
          network.run(for: 30)
        }
        #expect(losses.reasons.isEmpty)
        network.freeze(from: client, to: server)
        network.loop.setWallClock(by: step)
        network.run(for: 1)
        #expect(server.isConnected(to: client))
        network.run(for: 90)
        #expect(!server.isConnected(to: client))
      }
    }
  }

  @Test("a pause of eight seconds on the line loses nothing")
  func pause() throws {
    try withPair { network, server, client in
      let node = try #require(server.node)
      var got: [Int] = []
      let p = node.run { rcv(port(), "n") { (n: Int) in got.append(n) } }
      network.partition([server], [client])
      client.node?.run { for n in 0..<100 { snd(p.id, "n", n) } }
      network.run(for: 8)
      #expect(got.isEmpty)
      network.heal()
      network.run(for: 1)
      #expect(got == Array(0..<100))
      network.run(for: 60)
      #expect(client.isConnected(to: server))
    }
  }

  @Test("times are configurable; 0 turns heartbeats off")
  func configurable() throws {
    try withPair(server: (1, 3), clientHeartbeat: 0) { network, server, client in
      network.partition([server], [client])
      network.run(for: 4.1)
      #expect(server.node?.connectedNodes == [])
      network.run(for: 3600)
      #expect(client.node?.connectedNodes == ["server"])
    }
  }

  /// 64 KiB a second from the server to its client, with heartbeats or without, and two minutes of data.
  @Test("a slow line with much that is queued is no silence", arguments: [nil, 0])
  func slow(heartbeatOfClient: Double?) throws {
    let network = SimulatedNetwork(
      seed: 8, conditions: LinkConditions(latency: 0.05...0.1, bandwidth: 64 << 10))
    defer { network.close() }
    let server = try network.addHost("server")
    let client = try network.addHost("client", seeds: [server], heartbeat: heartbeatOfClient)
    #expect(
      network.run(until: { client.isConnected(to: server) && server.isConnected(to: client) }))
    let node = try #require(server.node)
    var losses: [Message] = []
    let watch = node.watchNodes { _, isUp, reason in if !isUp { losses.append(reason) } }
    let text = String(repeating: "x", count: 64 << 10)
    node.run { for _ in 0..<120 { snd("client#nobody", text) } }
    network.run(for: 110)
    #expect(node.queuedBytes(for: "client") > 0)
    network.run(for: 60)
    #expect(node.queuedBytes(for: "client") == 0 && losses.isEmpty)
    // One that is gone is found all the same.
    network.freeze(from: server, to: client)
    network.freeze(from: client, to: server)
    network.run(for: 15 + server.tick)
    #expect(losses == [["transport_error", "client", "no sign of life"]])
    withExtendedLifetime(watch) {}
  }

  @Test("who was blocked for a minute takes nobody for dead; one that is stopped is found")
  func blocked() throws {
    let network = SimulatedNetwork(seed: 9)
    defer { network.close() }
    let judge = try network.addHost("judge", hasOwnLoop: true)
    let other = try network.addHost(
      "other", seeds: [judge], heartbeat: 5, heartbeatTimeout: 90, hasOwnLoop: true)
    #expect(network.run(until: { judge.isConnected(to: other) && other.isConnected(to: judge) }))
    var losses: [Double] = []
    let watch = judge.node?.watchNodes { _, isUp, _ in if !isUp { losses.append(network.time) } }
    for seconds in [1, 8, 16, 20, 60.0] {
      network.block(judge, for: seconds)
      network.run(for: seconds + 20)
      #expect(losses.isEmpty)
    }
    for _ in 0..<100 {
      network.block(other, for: 5)
      network.run(for: network.random.number(in: 5...15))
      #expect(losses.isEmpty)
    }
    network.run(for: 20)
    let start = network.time
    network.block(other, for: 1000)
    network.run(for: 30)
    #expect(losses.count == 1)
    // It had said something up to five seconds before.
    let time = (losses.first ?? 0) - start
    #expect(time > 15 - 5 - 0.1 && time < 15 + judge.tick + 0.1)
    withExtendedLifetime(watch) {}
  }

  @Test("a network that is closed while a node is blocked leaves nothing behind")
  func closedWhileBlocked() throws {
    weak var left: SimulatedHost?
    do {
      let network = SimulatedNetwork(seed: 9)
      defer { network.close() }
      let judge = try network.addHost("judge", hasOwnLoop: true)
      let other = try network.addHost("other", seeds: [judge], heartbeat: 5, hasOwnLoop: true)
      left = other
      #expect(network.run(until: { judge.isConnected(to: other) && other.isConnected(to: judge) }))
      // What arrives meanwhile waits.
      network.block(other, for: 1000)
      network.run(for: 30)
      #expect(other.isBlocked)
    }
    #expect(left == nil)
  }

  @Test("a machine that loses its power and comes back is taken at once; old monitors fire")
  func restart() throws {
    try withPair { network, server, client in
      let node = try #require(server.node)
      let p = try #require(client.node).port()
      var reason: Message?
      node.monitor(PortID(p.id)) { reason = $0 }
      network.run(for: 1)
      network.crash(client)
      network.run(for: 1)
      #expect(reason == nil)
      try network.restart(client)
      network.run(for: 1)
      #expect(reason?[0] == "transport_error")
      #expect(client.isConnected(to: server) && server.isConnected(to: client))
    }
  }

  @Test("while the old connection is silent without an end, the new one waits for its turn")
  func silentPredecessor() throws {
    try withPair { network, server, client in
      let losses = Losses(of: server)
      network.crash(client)
      // Another machine takes over the name: nobody resets the old connection.
      let successor = try network.addHost("client", seeds: [server])
      network.run(for: 9)
      #expect(losses.reasons.isEmpty && server.isConnected(to: client))
      network.run(for: 10)
      #expect(losses.reasons.count == 1 && server.isConnected(to: successor))
      #expect(successor.isConnected(to: server))
    }
  }

  @Test("a second node of the same name is refused while the first one lives")
  func twoOfOneName() throws {
    try withPair { network, server, client in
      let losses = Losses(of: server)
      let second = try network.addHost("client", seeds: [server])
      network.run(for: 300)
      #expect(losses.reasons.isEmpty && server.isConnected(to: client))
      #expect(client.isConnected(to: server) && !second.isConnected(to: server))
    }
  }
}

/// The losses of connections that a node tells of.
private final class Losses {
  private(set) var reasons: [Message] = []
  private var watch: Guard?

  init(of host: SimulatedHost) {
    watch =
      host.node?.watchNodes { [unowned self] _, isUp, reason in
        if !isUp { reasons.append(reason) }
      }.guardian
  }
}

extension SimulatedHost {
  /// Seconds of a tick of the heartbeat, a third of the time after which a node is asked unless that is configured.
  var tick: Double { 5.0 / 3 }

  /// Whether the node here has a connection to the other's.
  func isConnected(to other: SimulatedHost) -> Bool {
    node?.connectedNodes.contains(other.name) == true
  }
}
