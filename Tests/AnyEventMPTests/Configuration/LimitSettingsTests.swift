import AnyEvent
import Testing

@testable import AnyEventMP

@Suite("Limits in the configuration") struct LimitSettingsTests {
  /// What a node on a manual loop has for limits when it is configured so.
  private func node(
    _ limits: LimitArguments = LimitArguments(), monitorTimeout: Double? = nil,
    descriptors: Int = .max, prepare: (Node) -> Void = { _ in }, _ body: (Node) throws -> Void
  ) throws {
    try withLoop(manualTime: 1000) { test in
      let node = Node(on: test.loop)
      defer { node.close() }
      node.surroundings.descriptorLimit = { descriptors }
      prepare(node)
      try node.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("node"), binds: [], monitor_timeout: monitorTimeout,
          limits: limits, norc: true))
      try body(node)
    }
  }

  @Test("a node that is told none has what the settings show as their defaults")
  func defaults() throws {
    try node { node in
      #expect(Setting.maxStrangers.builtIn == .int(node.switchboard.maximumStrangers))
      #expect(
        Setting.maxStrangersPerAddress.builtIn == .int(node.switchboard.maximumStrangersPerAddress))
      #expect(Setting.maxDials.builtIn == .int(node.dials.limit))
      #expect(Setting.maxAddresses.builtIn == .int(node.addressLimit))
      #expect(Setting.maxPacket.builtIn == .int(node.packetLimit))
      #expect(Setting.maxDepth.builtIn == .int(node.limits.maximumDepth))
      #expect(Setting.maxValues.builtIn == .int(node.limits.maximumValues))
      #expect(Setting.maxName.builtIn == .int(node.nameLimit))
      #expect(Setting.maxQueue.builtIn == .int(node.queueLimit))
      #expect(Setting.maxQueues.builtIn == .int(node.queuesLimit))
      #expect(Setting.maxSpawned.builtIn == .int(node.spawned.limit))
      #expect(Setting.maxDatabase.builtIn == .int(node.databaseLimit))
      #expect(Setting.maxMonitors.builtIn == .int(node.monitorLimit))
      #expect(Setting.maxDataConnections.builtIn == .int(node.dataConnections.maximumOfNode))
      #expect(Setting.maxCaughtLines.builtIn == .int(node.caughtLinesLimit))
      #expect(Setting.maxLogLines.builtIn == .int(node.peerLog.lines))
      #expect(node.handshakeTimeout == 30)
    }
    for setting in Setting.allCases {
      guard let limits = setting.limits else { continue }
      #expect(setting.standardLimit.map(limits.contains) == true, "\(setting)")
    }
  }

  @Test("what is configured is used; without a time of its own a handshake has monitor_timeout")
  func configured() throws {
    let limits = LimitArguments(
      handshake_timeout: 7, max_strangers: 8, max_strangers_per_address: 9, max_dials: 15,
      max_addresses: 16,
      max_packet: 4097,
      max_depth: 21, max_values: 1015, max_name: 271, max_queue: 0, max_queues: 15, max_spawned: 13,
      max_database: 1 << 21, max_monitors: 17, max_data_connections: 17, max_caught_lines: 18,
      max_log_lines: 14)
    try node(limits, monitorTimeout: 5) { node in
      #expect(node.handshakeTimeout == 7)
      #expect(node.switchboard.maximumStrangers == 8)
      #expect(node.switchboard.maximumStrangersPerAddress == 9)
      #expect(node.dials.limit == 15 && node.addressLimit == 16)
      #expect(node.packetLimit == 4097)
      #expect(node.limits.maximumDepth == 21)
      #expect(node.limits.maximumValues == 1015)
      #expect(node.nameLimit == 271)
      #expect(node.queueLimit == 0)
      #expect(node.queuesLimit == 15)
      #expect(node.spawned.limit == 13)
      #expect(node.databaseLimit == 1 << 21 && node.monitorLimit == 17)
      #expect(node.dataConnections.maximumOfNode == 17)
      #expect(node.caughtLinesLimit == 18)
      #expect(node.peerLog.lines == 14)
    }
    try node(monitorTimeout: 5) { #expect($0.handshakeTimeout == 5) }
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
    try node(descriptors: 1026) { #expect($0.switchboard.maximumStrangers == 513) }
    try node(descriptors: 80) { #expect($0.dials.limit == 20) }
    #expect(log.lines(with: "max_strangers is 513").isEmpty)
    try node(LimitArguments(max_strangers: 20_000), descriptors: 1034) {
      #expect($0.switchboard.maximumStrangers == 517)
    }
    #expect(log.lines(with: "max_strangers is 517 instead of 20000").count == 1)
    try node(LimitArguments(max_strangers: 20_000)) {
      #expect($0.switchboard.maximumStrangers == 20_000)
    }
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
