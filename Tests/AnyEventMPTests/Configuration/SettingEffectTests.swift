import AEMPWire
import AnyEvent
import Foundation
import Glibc
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("Settings without effect") struct SettingEffectTests {
  /// A value besides the default, and what of a node shows it, where the node uses it.
  private struct Probe {
    let value: Value
    let seen: (Node) -> String

    init(_ value: Value, _ seen: @escaping (Node) -> String) {
      self.value = value
      self.seen = seen
    }
  }

  /// How the effect of a setting is seen; nil if nobody has written it down.
  private func probe(_ setting: Setting) throws -> Probe? {
    switch setting {
    case .nodeID: Probe("effect/1") { $0.id }
    case .secret: Probe("sixteen letters!") { Self.peer(of: $0, secret: "sixteen letters!") }
    case .secrets:
      Probe(["sixteen letters!", "sixteen letters?"]) {
        Self.peer(of: $0, secret: "sixteen letters?")
      }
    case .certificate: Probe(.string(try TestFiles.pem("ec"))) { Self.greeting(of: $0) }
    case .binds: Probe(["127.0.0.1:*", "127.0.0.2:*"]) { "\($0.status.listeners.count)" }
    case .announce: Probe(["nat.example:4041"]) { Self.listeners(of: $0) }
    case .seeds: Probe(["127.0.0.1:1"]) { "\($0.seedAddresses)" }
    case .services: Probe([["Effects::start", 1]]) { Self.effects(of: $0) }
    case .monitorTimeout: Probe(31) { Self.secondsOfHandshake(with: $0) }
    case .handshakeTimeout: Probe(7) { Self.secondsOfHandshake(with: $0) }
    case .connectInterval: Probe(3) { Self.secondsOfSearch(by: $0) }
    case .heartbeat: Probe(4) { Self.greeting(of: $0) }
    case .heartbeatTimeout: Probe(16) { Self.secondsOfSilence(for: $0) }
    case .framingFormat: Probe(["json"]) { Self.peer(of: $0) }
    case .authOffer: Probe(["cleartext"]) { Self.peer(of: $0) }
    case .authAccept: Probe(["cleartext"]) { Self.peer(of: $0) }
    case .secure: Probe(1) { Self.answer(of: $0) }
    case .nodelay: Probe(0) { Self.nodelay(of: $0) }
    case .logLevel: Probe("info") { Self.levels(of: $0) }
    default: nil
    }
  }

  /// The connection of a peer that knows the secret and may use each method, as the node describes it.
  private static func peer(of node: Node, secret: String = "the tests' secret") -> String {
    let methods: [AuthMethod] = [.secretboxX25519, .hmacSHA3_512, .cleartext]
    guard let raw = try? RawPeer.connect(node.address, node.loop),
      let peer = try? WirePeer(
        raw, id: "effect/peer", as: .dialling, secret: secret, methods: methods)
    else { return "unreachable" }
    node.loop.run(until: { peer.isClosed || node.isUp(peer.id) == true })
    guard var connection = node.connection(to: peer.id) else { return "refused" }
    connection.address = ""
    // The names of the nodes in it differ in their length.
    connection.traffic = nil
    return "\(connection)"
  }

  /// What the node says of itself first, but what differs from connection to connection.
  private static func greeting(of node: Node) -> String {
    guard let raw = try? RawPeer.connect(node.address, node.loop) else { return "unreachable" }
    node.loop.run(until: { raw.lines.count >= 2 })
    let fields = raw.lines[0].split(separator: ";")
    let changing = ["peeraddr=", "x-instance=", "x-kx=", "x-kid="]
    return fields.filter { field in !changing.contains { field.hasPrefix($0) } }
      .joined(separator: ";")
  }

  /// Seconds of the node's clock until something is over, to a tenth.
  private static func seconds(_ node: Node, until isOver: () -> Bool) -> String {
    for step in 0..<1000 {
      node.loop.settle()
      if isOver() { return "\(step)" }
      node.loop.advance(by: 0.1)
    }
    return "ever"
  }

  private static func secondsOfHandshake(with node: Node) -> String {
    guard let raw = try? RawPeer.connect(node.address, node.loop) else { return "unreachable" }
    node.loop.run(until: { raw.lines.count >= 2 })
    return seconds(node, until: { raw.isClosed })
  }

  private static func secondsOfSearch(by node: Node) -> String {
    var isLost = false
    node.monitor(PortID("nowhere#p")) { _ in isLost = true }
    return seconds(node, until: { isLost })
  }

  private static func secondsOfSilence(for node: Node) -> String {
    guard let peer = try? WirePeer.connect(node.address, id: "effect/peer", node.loop) else {
      return "unreachable"
    }
    node.loop.run(until: { node.isUp(peer.id) == true })
    return seconds(node, until: { peer.isClosed })
  }

  /// What the node answers who asks whether it would tell its state.
  private static func answer(of node: Node) -> String {
    guard let bench = try? RequestBench(node, node.loop) else { return "unreachable" }
    bench.request("can", "x-status", bench.port("p"))
    return "\(bench.answers())"
  }

  /// Whether a socket of the node waits with small packets.
  private static func nodelay(of node: Node) -> String {
    guard let peer = try? WirePeer.connect(node.address, id: "effect/peer", node.loop) else {
      return "unreachable"
    }
    node.loop.run(until: { node.isUp(peer.id) == true })
    return node.sockets(to: peer.id).map { socket in
      var value: CInt = -1
      var size = socklen_t(MemoryLayout<CInt>.size)
      getsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &value, &size)
      return value == 0 ? "waits" : "does not"
    }.joined()
  }

  /// Where other nodes are told to dial the node.
  private static func listeners(of node: Node) -> String {
    var values: [Value]?
    node.run { db_values("'l") { values = $0 } }
    node.loop.run(until: { values != nil })
    // The system chooses another number for each node.
    return "\(values ?? [])".replacing(/127\.0\.0\.1:[0-9]+/, with: "127.0.0.1")
  }

  /// Up to which level the node's process logs.
  private static func levels(of node: Node) -> String {
    let context = node.logs.system.context("Effects")
    return "\(LogLevel.allCases.filter { context.isEnabled($0) })"
  }

  /// What the services of a node have left in its database.
  private static func effects(of node: Node) -> String {
    var keys: [String]?
    node.run { db_keys("effects") { keys = $0 } }
    node.loop.run(until: { keys != nil })
    return "\(keys ?? [])"
  }

  /// What shows with a value from the beginning, or from when it is read again.
  private func seen(
    _ setting: Setting, _ value: Value?, _ probe: Probe, byReload: Bool = false
  ) throws -> String {
    var seen = ""
    try withLoop(manualTime: 1000) { loop in
      let node = Node.alone(on: loop, log: LogProbe(verbosity: "4")) {
        $0.fixesLogLevel = { false }
      }
      defer { node.close() }
      node.run { sub("Effects::start") { db_set("effects", "started") } }
      var arguments = ConfigurationArguments(
        "test", nodeid: TestName.next("node"), binds: ["127.0.0.1:*"], secret: "the tests' secret",
        norc: true)
      if let value, !byReload { arguments.settings[setting.name] = value }
      try node.configure(arguments)
      loop.settle()
      if let value, byReload {
        arguments.settings[setting.name] = value
        let changes = try node.reload(arguments)
        let names = setting.reload.isKept ? changes.kept : changes.applied
        #expect(names.map(\.setting) == [setting.name])
        loop.settle()
      }
      seen = probe.seen(node)
      // Names differ from node to node.
      if value == nil || setting != .nodeID {
        seen = seen.replacingOccurrences(of: node.id, with: "")
      }
    }
    return seen
  }

  /// What the limits of a node become by a configuration.
  private func limits(_ limit: Limit, _ value: Value?) throws -> Int {
    var arguments = ConfigurationArguments("test", norc: true)
    if let value { arguments.settings[limit.setting.name] = value }
    let limits = NodeLimits()
    limits.apply(try resolve(arguments).limits)
    return limits[keyPath: limit.property]
  }

  @Test(
    "settings that nobody follows are said to be ignored", arguments: [Setting.eval, .autocork])
  func ignored(_ setting: Setting) throws {
    var arguments = ConfigurationArguments(
      "test", binds: [], secret: "sixteen letters!", norc: true)
    let usual = try resolve(arguments).warnings
    arguments.settings[setting.name] = "1"
    let warnings = try resolve(arguments).warnings.filter { !usual.contains($0) }
    #expect(warnings.count == 1)
    let log = LogCollector.shared
    try withLoop(manualTime: 1000) { loop in
      let node = Node(on: loop)
      defer { node.close() }
      try node.configure(arguments)
      #expect(warnings.allSatisfy { !log.lines(with: $0).isEmpty })
    }
  }

  @Test("each limit becomes one of those that all parts of a node look at")
  func limits() throws {
    for limit in Limit.all {
      let value = limit.range.lowerBound + (limit.range.lowerBound == limit.standard ? 1 : 0)
      #expect(try limits(limit, nil) == limit.standard, "\(limit.setting.name)")
      #expect(try limits(limit, .int(value)) == value, "\(limit.setting.name)")
    }
  }

  // The parent is in profiles only, where the tests of precedence see it.
  @Test(
    "each setting shows where a node uses it",
    arguments: Setting.all.filter { setting in
      ![.parent, .eval, .autocork].contains(setting)
        && !Limit.all.contains { $0.setting == setting }
    })
  func shown(_ setting: Setting) throws {
    let probe = try #require(try probe(setting), "how is \(setting.name) seen?")
    let standard = try seen(setting, nil, probe)
    let other = try seen(setting, probe.value, probe)
    #expect(standard != other, "\(setting.name): \(standard)")
  }

  @Test(
    "what is read again shows as from the beginning, or not before the next start, as its row says",
    arguments: Setting.all.filter { setting in
      ![.parent, .eval, .autocork, .nodeID].contains(setting)
        && !Limit.all.contains { $0.setting == setting }
    })
  func readAgain(_ setting: Setting) throws {
    let probe = try #require(try probe(setting))
    // A nil of its own would be null, a value.
    let value = setting.reload.isKept ? Value?.none : probe.value
    let expected = try seen(setting, value, probe)
    let reloaded = try seen(setting, probe.value, probe, byReload: true)
    #expect(reloaded == expected, "\(setting.name)")
  }

  @Test("each limit is another one when it is read again, and the standard one without it")
  func limitsReadAgain() throws {
    try withLoop(manualTime: 1000) { loop in
      let node = Node(on: loop)
      defer { node.close() }
      var arguments = ConfigurationArguments(
        "test", nodeid: TestName.next("node"), binds: [], secret: "the tests' secret", norc: true)
      try node.configure(arguments)
      let standard = Limit.all.map { node.limits[keyPath: $0.property] }
      for limit in Limit.all {
        let value = limit.range.lowerBound + (limit.range.lowerBound == limit.standard ? 1 : 0)
        arguments.settings[limit.setting.name] = .int(value)
        let applied = try node.reload(arguments).applied
        #expect(applied.map(\.setting) == [limit.setting.name])
        #expect(node.limits[keyPath: limit.property] == value)
        arguments.settings[limit.setting.name] = nil
        try node.reload(arguments)
      }
      #expect(Limit.all.map { node.limits[keyPath: $0.property] } == standard)
    }
  }

  @Test("the database has the limits that are configured, also when it was used before")
  func database() throws {
    try withLoop(manualTime: 1000) { loop in
      let node = Node(on: loop)
      defer { node.close() }
      let key = String(repeating: "k", count: 301)
      // Before, a key may be so long.
      node.run { db_set("before", key) }
      try node.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("node"), binds: [],
          limits: LimitArguments(max_name: 300), norc: true))
      node.run {
        db_set("after", key)
        db_set("after", "short")
      }
      var keys: [[String]] = []
      for family in ["before", "after"] {
        node.run { db_keys(family) { keys.append($0) } }
        loop.run(until: { keys.count == (family == "before" ? 1 : 2) })
      }
      #expect(keys.last == ["short"])
    }
  }

  @Test("what a configuration holds is read by the node, each of its fields")
  func fields() throws {
    let declarations = try Self.source("Configuration/NodeConfiguration.swift")
    let labels = declarations.matches(
      of: /\n  (?:package )?(?:internal\(set\) )?(?:let|var) (\w+)(?:: [^{\n]+| = .+)\n/
    ).map { String($0.1) }
    #expect(labels.count > 15)
    let sources = try Self.sources(besides: "/Configuration/")
    for label in labels {
      let pattern = try Regex("configuration[?]?\\.\(label)(?![A-Za-z])")
      #expect(
        sources.contains { $0.firstMatch(of: pattern) != nil },
        "nothing reads \(label) of a node's configuration")
    }
  }

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Sources/AnyEventMP").path

  private static func source(_ name: String) throws -> String {
    try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8)
  }

  /// The library's own files, but those in which settings are only passed on.
  private static func sources(besides folder: String) throws -> [String] {
    let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    let files = names.filter { $0.hasSuffix(".swift") && !"/\($0)".contains(folder) }
    try #require(files.count > 50)
    return try files.map(source)
  }
}
