import AEMPWire
import AEValue
import Testing

@testable import AnyEventMP

/// Every combination of sources that name one setting, with and without `norc` and `force`.
@Suite struct PrecedenceTests {
  /// The sources in the order of their strength when `force` is not given.
  enum Source: String, CaseIterable {
    case arguments, global, grandparent, parent, profile
  }

  /// A setting whose value shows where it came from.
  struct Probe: Sendable, CustomStringConvertible {
    let setting: Setting
    /// The value that the source of this number gives, from 1.
    let value: @Sendable (Int) -> Value
    /// What the resolved configuration shows: that number, 0 for the built-in default.
    let shown: @Sendable (NodeConfiguration) -> Int

    var description: String { setting.name }
  }

  static let probes = [
    Probe(setting: .monitorTimeout, value: { .int(100 + $0) }) {
      $0.monitorTimeout == 30 ? 0 : Int($0.monitorTimeout) - 100
    },
    Probe(setting: .connectInterval, value: { .double(0.5 + Double($0)) }) {
      $0.connectInterval == 2 ? 0 : Int($0.connectInterval - 0.5)
    },
    Probe(setting: .heartbeat, value: { .int(100 + $0) }) {
      $0.heartbeat == 5 ? 0 : Int($0.heartbeat) - 100
    },
    Probe(setting: .heartbeatTimeout, value: { .int(100 + $0) }) {
      $0.heartbeatTimeout == 15 ? 0 : Int($0.heartbeatTimeout) - 100
    },
    Probe(setting: .handshakeTimeout, value: { .int(100 + $0) }) {
      $0.handshakeTimeout == 30 ? 0 : Int($0.handshakeTimeout) - 100
    },
    Probe(setting: Limit.maxStrangers.setting, value: { .int($0) }) {
      $0.limits[Limit.maxStrangers.setting] ?? 0
    },
    Probe(setting: Limit.maxPacket.setting, value: { .string(String(5000 + $0)) }) {
      $0.limits[Limit.maxPacket.setting].map { $0 - 5000 } ?? 0
    },
    Probe(setting: .nodeID, value: { .string("node\($0)") }) {
      Int($0.nodeID.dropFirst(4)) ?? 0
    },
    Probe(setting: .binds, value: { [.string("h:\($0)")] }) { Int($0.binds.first?.port ?? 0) },
    Probe(setting: .announce, value: { [.string("h:\($0)")] }) {
      Int($0.announced.first?.port ?? 0)
    },
    Probe(setting: .seeds, value: { [.string("h:\($0)")] }) { Int($0.seeds.first?.port ?? 0) },
    Probe(setting: .services, value: { [.string("My::\($0)")] }) {
      Int($0.services.first?.name.dropFirst(4) ?? "0") ?? -1
    },
    Probe(setting: .secret, value: { .string(String(repeating: "x", count: $0)) }) {
      $0.secrets.last?.count ?? 0
    },
    Probe(setting: .secrets, value: { [.string(String(repeating: "x", count: $0))] }) {
      $0.secrets.first?.count ?? 0
    },
    Probe(setting: .certificate, value: { .string(String(repeating: "x", count: $0)) }) {
      $0.certificate?.count ?? 0
    },
  ]

  @Test("the strongest source wins, whichever sources there are", arguments: probes)
  func strongestWins(_ probe: Probe) throws {
    for present in 0..<32 {
      for norc in [false, true] {
        for force in [false, true] {
          try check(probe, present: present, norc: norc, force: force)
        }
      }
    }
  }

  private func check(_ probe: Probe, present: Int, norc: Bool, force: Bool) throws {
    func settings(_ index: Int, _ others: TextDictionary<Value> = [:]) -> TextDictionary<Value> {
      var settings = others
      if present & 1 << index != 0 {
        settings[probe.setting.name] = probe.value(index + 1)
      }
      return settings
    }
    var arguments = ConfigurationArguments("p", norc: norc, force: force)
    arguments.settings = settings(0)
    let contents = settings(
      1,
      [
        "profile": [
          "g": .hash(settings(2)), "q": .hash(settings(3, ["parent": "g"])),
          "p": .hash(settings(4, ["parent": "q"])), "stranger": .hash(settings(0)),
        ]
      ])
    let configuration = try NodeConfiguration(
      arguments, contents: contents, file: "/etc/rc", context: testContext)

    var order = norc ? [0] : [0, 1, 2, 3, 4]
    if force { order = order.dropFirst() + [0] }
    let winner = order.last { present & 1 << $0 != 0 }
    #expect(
      probe.shown(configuration) == winner.map { $0 + 1 } ?? 0,
      "\(probe): sources \(String(present, radix: 2)), norc \(norc), force \(force)")
  }

  @Test("flags and lists of names follow the same order")
  func flagsAndNames() throws {
    let configuration = try resolve(
      ConfigurationArguments("p", framing_format: ["cbor"], secure: false, nodelay: true),
      file: """
        {"secure": 1, "nodelay": true, "framing_format": ["json", "cbor"],
         "profile": {"p": {"nodelay": 0, "auth_offer": ["cleartext"]}}}
        """)
    #expect(configuration.secure)
    #expect(!configuration.nodelay)
    #expect(configuration.framings == [.json, .cbor])
    #expect(configuration.authOffer.map(\.rawValue) == ["cleartext"])
    #expect(
      configuration.authAccept.map(\.rawValue) == [
        "chacha20poly1305_x25519", "secretbox_x25519", "tls_sha3_512", "hmac_sha3_512",
      ])
  }

  @Test("null takes a setting back to its built-in default")
  func nullResets() throws {
    let configuration = try resolve(
      ConfigurationArguments(monitor_timeout: 7),
      file: #"{"seeds": ["h:1"], "profile": {"myhost": {"monitor_timeout": null, "seeds": null}}}"#)
    #expect(configuration.monitorTimeout == 30)
    #expect(configuration.seeds.isEmpty)
  }

  @Test("the profile is named like the host unless the arguments name one")
  func profileName() throws {
    let file = #"{"profile": {"myhost": {"nodeid": "a"}, "other": {"nodeid": "b"}}}"#
    #expect(try resolve(file: file).nodeID == "a")
    #expect(try resolve(ConfigurationArguments("other"), file: file).nodeID == "b")
    let late = try ConfigurationArguments(list: ["myhost", "profile", "other"])
    #expect(try resolve(late, file: file).nodeID == "b")
  }
}
