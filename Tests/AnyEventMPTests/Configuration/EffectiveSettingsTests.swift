import AEValue
import Testing

@testable import AnyEventMP

@Suite struct EffectiveSettingsTests {
  private let builtIn: TextDictionary<Value> = [
    "binds": ["*"], "seeds": [], "services": [], "monitor_timeout": 30, "connect_interval": 2,
    "heartbeat": 5, "heartbeat_timeout": 15, "max_strangers": 1024,
    "max_strangers_per_address": 256, "max_dials": 64, "max_addresses": 32,
    "max_packet": 16_777_216, "max_depth": 512,
    "max_values": 200_000, "max_name": 4_096,
    "max_queue": 268_435_456, "max_queues": 536_870_912, "max_spawned": 100_000,
    "max_database": 134_217_728, "max_monitors": 10_000, "max_data_connections": 64,
    "max_caught_lines": 1000, "max_log_lines": 10,
    "framing_format": ["cbor", "json"],
    "auth_offer": ["secretbox_x25519", "tls_sha3_512", "hmac_sha3_512"],
    "auth_accept": ["secretbox_x25519", "tls_sha3_512", "hmac_sha3_512"], "secure": 0, "nodelay": 1,
    "autocork": 0,
  ]

  private let contents: TextDictionary<Value> = [
    "secret": "geheim", "seeds": ["a:1"], "zzz": 1, "profile": ["p": ["seeds": ["b:2"]]],
  ]

  @Test("all profiles inherit the built-in defaults and the top level of the file")
  func allProfiles() throws {
    var expected = builtIn
    expected["secret"] = "geheim"
    expected["seeds"] = ["a:1"]
    #expect(
      try EffectiveSettings.ofAllProfiles(contents: contents, file: "/etc/rc") == expected)
  }

  @Test("a node's settings show what it would be configured with")
  func node() throws {
    var expected = builtIn
    expected["secret"] = "geheim"
    expected["seeds"] = ["b:2"]
    expected["nodeid"] = "p/"
    expected["monitor_timeout"] = 5.0
    let shown = try EffectiveSettings.of(
      ConfigurationArguments("p", seeds: ["c:3"], monitor_timeout: 5), contents: contents,
      file: "/etc/rc", hostName: "myhost")
    #expect(shown == expected)
  }

  @Test("secrets are masked, and only secrets")
  func masked() {
    let masked = EffectiveSettings.masked([
      "secret": "a", "secrets": ["b"], "cert": "c", "seeds": ["d"],
    ])
    #expect(
      masked == [
        "secret": "********", "secrets": "********", "cert": "********", "seeds": ["d"],
      ])
    #expect(EffectiveSettings.masked([:]) == [:])
    #expect(EffectiveSettings.masked(["secret": nil]) == ["secret": nil])
  }
}
