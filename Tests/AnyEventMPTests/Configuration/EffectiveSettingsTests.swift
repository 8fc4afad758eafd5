import AEValue
import Testing

@testable import AnyEventMP

@Suite struct EffectiveSettingsTests {
  private let builtIn = Self.general.merging(
    TextDictionary(Limit.all.map { ($0.setting.name, .int($0.standard)) }) { _, new in new }
  ) { _, new in new }

  private static let general: TextDictionary<Value> = [
    "binds": ["*"], "seeds": [], "services": [], "monitor_timeout": 30, "connect_interval": 2,
    "heartbeat": 5, "heartbeat_timeout": 15, "framing_format": ["cbor", "json"],
    "auth_offer": ["chacha20poly1305_x25519", "secretbox_x25519", "tls_sha3_512", "hmac_sha3_512"],
    "auth_accept": [
      "chacha20poly1305_x25519", "secretbox_x25519", "tls_sha3_512", "hmac_sha3_512",
    ],
    "secure": 0, "nodelay": 1,
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
