import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("Limits in the configuration") struct LimitSettingsTests {
  /// What a node on a manual loop has for limits when it is configured so.
  private func node(
    _ limits: LimitArguments = LimitArguments(), monitorTimeout: Double? = nil,
    descriptors: Int = .max, prepare: (Node) -> Void = { _ in }, _ body: (Node) throws -> Void
  ) throws {
    try withLoop(manualTime: 1000) { loop in
      let node = Node(on: loop)
      defer { node.close() }
      node.peers.surroundings.descriptorLimit = { descriptors }
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
      for limit in Limit.all {
        #expect(node.limits[keyPath: limit.property] == limit.standard, "\(limit.setting.name)")
      }
      #expect(node.peers.handshakeTimeout == 30)
    }
    for limit in Limit.all {
      #expect(limit.range.contains(limit.standard), "\(limit.setting.name)")
    }
  }

  @Test("what is configured is used; without a time of its own a handshake has monitor_timeout")
  func configured() throws {
    for limit in Limit.all {
      var arguments = LimitArguments(handshake_timeout: 7)
      let value = limit.range.lowerBound + 1
      arguments.settings[limit.setting.name] = .int(value)
      try node(arguments, monitorTimeout: 5) { node in
        #expect(node.peers.handshakeTimeout == 7)
        for other in Limit.all {
          let expected = other.setting == limit.setting ? value : other.standard
          #expect(
            node.limits[keyPath: other.property] == expected,
            "\(other.setting.name) with \(limit.setting.name)")
        }
      }
    }
    try node(monitorTimeout: 5) { #expect($0.peers.handshakeTimeout == 5) }
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
    try node(descriptors: 1026) { #expect($0.limits.strangers == 513) }
    try node(descriptors: 80) { #expect($0.limits.dials == 20) }
    #expect(log.lines(with: "max_strangers is 513").isEmpty)
    try node(LimitArguments(max_strangers: 20_000), descriptors: 1034) {
      #expect($0.limits.strangers == 517)
    }
    #expect(log.lines(with: "max_strangers is 517 instead of 20000").count == 1)
    try node(LimitArguments(max_strangers: 20_000)) {
      #expect($0.limits.strangers == 20_000)
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
