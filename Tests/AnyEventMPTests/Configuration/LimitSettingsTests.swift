import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("Limits in the configuration") struct LimitSettingsTests {
  /// What a node on a manual loop has for limits when it is configured so.
  private func node(
    _ limits: LimitArguments = LimitArguments(), descriptors: Int = .max,
    prepare: (Node) -> Void = { _ in }, _ body: (Node) throws -> Void
  ) throws {
    try withLoop(manualTime: 1000) { loop in
      let node = Node.alone(on: loop) { $0.descriptorLimit = { descriptors } }
      defer { node.close() }
      prepare(node)
      try node.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("node"), binds: [], limits: limits, norc: true))
      try body(node)
    }
  }

  @Test("a node that is told none has what the settings show as their defaults")
  func defaults() throws {
    try node { node in
      #expect(node.packetLimit == Limit.maxPacket.standard)
      #expect(node.queueLimit == Limit.maxQueue.standard)
      #expect(node.queuesLimit == Limit.maxQueues.standard)
      #expect(node.nameLimit == Limit.maxName.standard)
    }
    let limits = NodeLimits()
    for limit in Limit.all {
      #expect(limits[keyPath: limit.property] == limit.standard, "\(limit.setting.name)")
      #expect(limit.range.contains(limit.standard), "\(limit.setting.name)")
    }
  }

  @Test("what is configured is used, each by the limit that it is meant for")
  func configured() throws {
    for limit in Limit.all {
      var arguments = LimitArguments()
      let value = limit.range.lowerBound + 1
      arguments.settings[limit.setting.name] = .int(value)
      let limits = NodeLimits()
      limits.apply(try resolve(ConfigurationArguments("t", limits: arguments, norc: true)).limits)
      for other in Limit.all {
        let expected = other.setting == limit.setting ? value : other.standard
        #expect(
          limits[keyPath: other.property] == expected,
          "\(other.setting.name) with \(limit.setting.name)")
      }
    }
    let limits = LimitArguments(max_packet: 5000, max_name: 300, max_queue: 6000, max_queues: 7000)
    try node(limits) { node in
      #expect(node.packetLimit == 5000 && node.nameLimit == 300)
      #expect(node.queueLimit == 6000 && node.queuesLimit == 7000)
    }
  }

  @Test("what the program has set before stays when nobody configures it")
  func program() throws {
    func prepare(_ node: Node) {
      node.packetLimit = 1000
      node.queueLimit = 2000
    }
    try node(prepare: prepare) { node in
      #expect(node.packetLimit == 1000)
      #expect(node.queueLimit == 2000)
    }
    try node(LimitArguments(max_queue: 3000), prepare: prepare) { node in
      #expect(node.packetLimit == 1000)
      #expect(node.queueLimit == 3000)
    }
  }

  @Test("strangers get at most half of the descriptors, which is told to who wanted more")
  func descriptors() throws {
    let log = LogCollector.shared
    for (descriptors, strangers, dials) in [(1026, 513, 64), (80, 40, 20), (1, 1, 1)] {
      let limits = NodeLimits()
      #expect(limits.adapt(toDescriptors: descriptors) == strangers)
      #expect(limits.strangers == strangers && limits.dials == dials)
    }
    try node(descriptors: 1026) { _ in }
    #expect(log.lines(with: "max_strangers is 513").isEmpty)
    try node(LimitArguments(max_strangers: 20_000), descriptors: 1034) { _ in }
    #expect(log.lines(with: "max_strangers is 517 instead of 20000").count == 1)
    #expect(NodeLimits().adapt(toDescriptors: .max) == nil)
    try node(LimitArguments(max_strangers: 20_001)) { _ in }
    #expect(log.lines(with: "instead of 20001").isEmpty)
  }

  @Test(
    "limits that make no sense are refused with the range",
    arguments: [
      ("max_strangers", "0", "0 is no whole number from 1 to 1000000"),
      ("max_strangers_per_address", "-1", "-1 is no whole number from 1 to 1000000"),
      ("max_packet", "100", "100 is no whole number from 4096 to 4294967296"),
      ("max_depth", "513", "513 is no whole number from 16 to 512"),
      ("max_queue", "1.5", "1.5 is no whole number from 0 to 1099511627776"),
      ("max_spawned", "1e300", "1e+300 is no whole number from 0 to 1000000000"),
      ("max_log_lines", "[]", "is a list but must be a number"),
      ("handshake_timeout", "0", "0 is no number of seconds above 0"),
    ])
  func bad(_ name: String, _ value: String, _ problem: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try resolve(file: "{\"\(name)\": \(value)}")
    }
    let sentence = error?.description ?? ""
    #expect(sentence.hasPrefix("\(name) in /etc/rc"), "\(sentence)")
    #expect(sentence.contains(problem), "\(sentence)")
    #expect(sentence.contains("write for example \"\(name)\": "), "\(sentence)")
  }
}
