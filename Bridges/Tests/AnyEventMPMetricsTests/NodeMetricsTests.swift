import AnyEvent
import AnyEventMP
import CoreMetrics
import MetricsTestKit
import Testing

@testable import AnyEventMPMetrics

@Suite("a node's metrics", .timeLimit(.minutes(2)))
struct NodeMetricsTests {
  @Test(
    "a node without an id publishes nothing; one that has got it does, with its id as a dimension")
  func ownMetrics() throws {
    try withLoop { loop in
      let backend = TestMetrics()
      let node = Node(on: loop)
      let metrics = node.publishMetrics(every: 1000, to: backend)
      metrics.sample()
      #expect(backend.labels.isEmpty)

      try node.configure(
        ConfigurationArguments(
          nodeid: "own", binds: ["127.0.0.1:*"], secret: "between ourselves", norc: true))
      defer { node.close() }
      let ports = (0..<3).map { _ in node.port() }
      metrics.sample()
      #expect(backend.gauge("aemp_ports") == Double(node.status.portCount))
      #expect(node.status.portCount >= ports.count)
      #expect(backend.gauge("aemp_connections") == 0)
      #expect(backend.gauge("aemp_queued_bytes") == 0)
      let dimensions = try #require(backend.recorders(label: "aemp_ports").first).dimensions
      #expect(dimensions.map { "\($0)=\($1)" } == ["node=own"])
    }
  }

  @Test("it goes by the loop's timer, which nobody has to hold")
  func timer() throws {
    try withLoop { loop in
      let backend = TestMetrics()
      let node = try makeNode("own", on: loop)
      defer { node.close() }
      node.publishMetrics(every: 0.1, prefix: "shop", to: backend)
      loop.run(until: { backend.recorders(label: "shop_ports").first?.values.count ?? 0 >= 2 })
    }
  }

  @Test("a connection has metrics of its own while it lasts, with round trips; its end is counted")
  func peers() throws {
    try withLoop { loop in
      let backend = TestMetrics()
      let near = try makeNode("near", on: loop)
      defer { near.close() }
      near.publishMetrics(every: 0.1, to: backend)
      let far = try makeNode("far", seeds: near.status.listeners, on: loop)
      defer { far.close() }
      near.monitor(PortID("far")) { _ in }

      loop.run(until: {
        !(backend.timers(label: "aemp_round_trip_seconds").first?.values ?? []).isEmpty
      })
      let trips = try #require(backend.timers(label: "aemp_round_trip_seconds").first)
      #expect(trips.dimensions.map { "\($0)=\($1)" } == ["node=near", "peer=far"])
      #expect(try #require(trips.lastValue) > 0)
      loop.run(until: { backend.gauge("aemp_peer_ports_monitored_there") == 1 })
      #expect(backend.gauge("aemp_peer_queued_bytes") != nil)
      #expect(backend.gauge("aemp_connections") == 1)
      #expect(backend.counterTotal(label: "aemp_connects_total") == 1)
      #expect(backend.counterTotal(label: "aemp_losses_total") == 0)

      let queue = try #require(backend.recorders(label: "aemp_peer_queued_bytes").first)
      far.close()
      loop.run(until: { backend.counterTotal(label: "aemp_losses_total") == 1 })
      loop.run(until: { backend.recorders(label: "aemp_peer_queued_bytes").isEmpty })
      #expect(queue.lastValue == 0)
      #expect(backend.timers(label: "aemp_round_trip_seconds").isEmpty)

      let again = try makeNode("far", seeds: near.status.listeners, on: loop)
      defer { again.close() }
      loop.run(until: { backend.counterTotal(label: "aemp_reconnects_total") == 1 })
      loop.run(until: { backend.gauge("aemp_peer_queued_bytes") != nil })
    }
  }

  @Test("a cancelled publication destroys its metrics, and publishes no more")
  func cancelling() throws {
    try withLoop { loop in
      let backend = TestMetrics()
      let node = try makeNode("own", on: loop)
      defer { node.close() }
      let metrics = node.publishMetrics(to: backend)
      metrics.sample()
      #expect(backend.labels.contains("aemp_ports"))
      metrics.cancel()
      metrics.cancel()
      metrics.sample()
      #expect(backend.labels.isEmpty)
    }
  }

  @Test("the publication ends with the node, closed or gone, and lets it go")
  func ending() throws {
    try withLoop { loop in
      let backend = TestMetrics()
      var node: Node? = try makeNode("own", on: loop)
      weak let seen = node
      weak let closed = node?.publishMetrics(every: 0.1, to: backend)
      loop.run(until: { backend.gauge("aemp_ports") != nil })
      node?.close()
      loop.run(until: { closed == nil })
      #expect(backend.labels.isEmpty)

      node = try makeNode("other", on: loop)
      weak let gone = node?.publishMetrics(every: 0.1, to: backend)
      loop.run(until: { backend.gauge("aemp_ports") != nil })
      node = nil
      loop.run(until: { gone == nil })
      #expect(backend.labels.isEmpty && seen == nil)
    }
  }
}

@Suite("what is read of a status")
struct SampleTests {
  @Test("what the library counts is published, under labels of its own")
  func counted() {
    withLoop { loop in
      let backend = TestMetrics()
      let traffic: Value = ["messages_in": 1, "messages_out": 2, "bytes_in": 3, "bytes_out": 4]
      let status: Value = [
        "load": [
          "traffic": traffic, "queued": 5, "blocked": 6.5, "longest_block": 0.75, "restarts": 7,
          "convictions": 8, "memory": 9,
        ],
        "database": ["keys": 10, "bytes": 11, "digest": "x"], "certificate_end": 12,
      ]
      let node = Node(on: loop)
      let maker = MetricMaker(factory: backend, prefix: "")
      var own = MetricSet(NodeSample.rows, maker, [])
      own.take(
        NodeSample(
          node: node, status: node.status, hash: status, counts: ConnectionCounts(connected: [])))
      for (label, value) in [
        ("queued_bytes", 5), ("loop_longest_block_seconds", 0.75), ("restarts", 7),
        ("memory_bytes", 9), ("database_keys", 10), ("database_bytes", 11),
        ("certificate_end_seconds", 12),
      ] {
        #expect(backend.gauge(label) == value, "\(label)")
      }
      for (label, value) in [
        ("messages_received_total", 1), ("messages_sent_total", 2), ("bytes_received_total", 3),
        ("bytes_sent_total", 4), ("convictions_total", 8),
      ] as [(String, Int64)] {
        #expect(backend.counterTotal(label: label) == value, "\(label)")
      }
    }
  }

  @Test("labels are used once, and counters are called total")
  func labels() {
    let own = NodeSample.rows.map { ($0.label, $0.kind != .gauge) }
    let peers = PeerSample.rows.map { ($0.label, $0.kind != .gauge) }
    let labels = (own + peers).map(\.0)
    #expect(TextSet(labels).count == labels.count)
    for (label, isCounter) in own + peers { #expect(label.hasSuffix("_total") == isCounter) }
  }
}

@Suite("published metrics")
struct PublishedMetricTests {
  @Test("a counter gets what was added, and one that begins anew what it has since")
  func counters() {
    let backend = TestMetrics()
    let rows: [MetricRow<Double>] = [.init("sum", .counter) { $0 }]
    var set = MetricSet(rows, MetricMaker(factory: backend, prefix: "test"), [])
    for value in [5.0, 5, 8, 2, 3] { set.take(value) }
    #expect(backend.counterTotal(label: "test_sum") == 11)
  }

  @Test("seconds that only grow are counted with their fractions")
  func seconds() {
    let backend = FloatingBackend()
    let rows: [MetricRow<Double>] = [.init("time", .seconds) { $0 }]
    var set = MetricSet(rows, MetricMaker(factory: backend, prefix: ""), [])
    for value in [0.25, 0.5, 0.5, 2] { set.take(value) }
    #expect(backend.counter.sum == 2)
    #expect(backend.counter.label == "time")
  }

  @Test("what cannot be read makes no metric, and numbers of any size stop nothing")
  func nothing() {
    let backend = TestMetrics()
    let rows: [MetricRow<Double?>] = [
      .init("gauge", .gauge) { $0 }, .init("counter", .counter) { $0 },
    ]
    var set = MetricSet(rows, MetricMaker(factory: backend, prefix: ""), [])
    for value in [nil, Double.nan, .infinity] { set.take(value) }
    #expect(backend.labels.isEmpty)
    for value in [1e300, -1e300, -1] { set.take(value) }
    #expect(backend.gauge("gauge") == -1)
    #expect(backend.counterTotal(label: "counter") == 0)
  }

  @Test("nodes with other names each time are counted in bounded memory")
  func manyNames() {
    var counts = ConnectionCounts(connected: ["first"])
    counts.note("first", isUp: true)
    for number in 0..<30_000 { counts.note("node \(number)", isUp: true) }
    counts.note("node 29999", isUp: false)
    #expect(counts.connects == 30_001)
    #expect(counts.reconnects == 1)
    #expect(counts.losses == 1)
  }
}
