import AEMPWire
import AnyEvent
import Foundation
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
    if let limit = Limit.all.first(where: { $0.setting == setting }) {
      let value = limit.range.lowerBound + (limit.range.lowerBound == limit.standard ? 1 : 0)
      return Probe(.int(value)) { "\($0.limits[keyPath: limit.property])" }
    }
    return switch setting {
    case .nodeID: Probe("effect/1") { $0.id }
    case .secret: Probe("sixteen letters!") { "\($0.peers.handshakeConfiguration.secrets.count)" }
    case .secrets:
      Probe(["sixteen letters!", "sixteen letters?"]) {
        "\($0.peers.handshakeConfiguration.secrets.count)"
      }
    case .certificate:
      Probe(.string(try TestFiles.pem("ec"))) {
        "\($0.peers.handshakeConfiguration.hasCertificate) \($0.peers.tls != nil)"
      }
    case .binds: Probe(["127.0.0.1:*"]) { "\($0.status.listeners.count)" }
    case .seeds: Probe(["127.0.0.1:1"]) { "\($0.peers.seeds.targets.count)" }
    case .services: Probe([["Effects::start", 1]]) { "\(Self.starts(of: $0))" }
    // Nobody follows them here, which is said.
    case .eval: Probe("1") { $0.peers.configuration?.warnings.joined() ?? "" }
    case .autocork: Probe(1) { $0.peers.configuration?.warnings.joined() ?? "" }
    case .monitorTimeout: Probe(31) { "\($0.peers.monitorTimeout)" }
    case .connectInterval: Probe(3) { "\($0.peers.connectInterval)" }
    case .heartbeat:
      Probe(6) {
        "\($0.peers.heartbeat.interval) \($0.peers.handshakeConfiguration.keys.map(\.value))"
      }
    case .heartbeatTimeout: Probe(16) { "\($0.peers.heartbeat.timeout)" }
    case .framingFormat: Probe(["json"]) { "\($0.peers.handshakeConfiguration.framings)" }
    case .authOffer: Probe(["cleartext"]) { "\($0.peers.handshakeConfiguration.authOffer)" }
    case .authAccept: Probe(["cleartext"]) { "\($0.peers.handshakeConfiguration.authAccept)" }
    case .secure: Probe(1) { "\($0.peers.configuration?.secure == true)" }
    case .nodelay:
      Probe(0) { "\(($0.peers.surroundings.network as? SocketNetwork)?.nodelay == true)" }
    case .handshakeTimeout: Probe(7) { "\($0.peers.handshakeTimeout)" }
    default: nil
    }
  }

  /// How often a node has started the service that is set.
  private static func starts(of node: Node) -> Int {
    node.database.client.database["effects"]?.count ?? 0
  }

  private func seen(_ setting: Setting, _ value: Value?, _ probe: Probe) throws -> String {
    var seen = ""
    try withLoop(manualTime: 1000) { loop in
      let node = Node(on: loop)
      defer { node.close() }
      // Who uses the database before has no other limits afterwards.
      node.run {
        db_set("before", "key")
        sub("Effects::start") { db_set("effects", "started") }
      }
      var arguments = ConfigurationArguments("test", nodeid: TestName.next("node"), binds: [])
      arguments.norc = true
      if let value { arguments.settings[setting.name] = value }
      try node.configure(arguments)
      loop.settle()
      seen = probe.seen(node)
      // Names differ from node to node.
      if value == nil { seen = seen.replacingOccurrences(of: node.id, with: "") }
    }
    return seen
  }

  // The parent is in profiles only, where the tests of precedence see it.
  @Test(
    "each setting shows where a node uses it", arguments: Setting.all.filter { $0 != .parent })
  func shown(_ setting: Setting) throws {
    let probe = try #require(try probe(setting), "how is \(setting.name) seen?")
    let standard = try seen(setting, nil, probe)
    let other = try seen(setting, probe.value, probe)
    #expect(standard != other, "\(setting.name): \(standard)")
  }

  @Test("the database has the limits that are configured, also when it was used before")
  func database() throws {
    try withLoop(manualTime: 1000) { loop in
      let node = Node(on: loop)
      defer { node.close() }
      node.run { db_set("before", "key") }
      try node.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("node"), binds: [],
          limits: LimitArguments(
            max_addresses: 8, max_packet: 5000, max_depth: 20, max_values: 1001, max_name: 300,
            max_database: 2_097_152, max_monitors: 17), norc: true))
      var limits = DatabaseLimits(
        maximumSize: 5000, maximumDepth: 20, maximumValues: 1001, maximumName: 300)
      limits.maximumAddresses = 8
      limits.maximumWaiting = node.limits.maximumQueue
      limits.maximumDatabase = 2_097_152
      limits.maximumMonitors = 17
      #expect(node.database.client.limits == limits)
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
