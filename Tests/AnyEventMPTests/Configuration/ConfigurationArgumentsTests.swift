import AEValue
import TestSupport
import Testing

@testable import AnyEventMP

@Suite struct ConfigurationArgumentsTests {
  @Test("typed arguments become settings under the names of the file")
  func typed() {
    let arguments = ConfigurationArguments(
      "seed", nodeid: "a", binds: ["*:1"], announce: ["n:3"], seeds: ["h:2"],
      services: ["S::", ["f", 1]],
      secret: "s", secrets: ["t", "u"], cert: "c", monitor_timeout: 3, connect_interval: 4,
      heartbeat: 5,
      heartbeat_timeout: 6, framing_format: ["json"],
      auth_offer: ["x"], auth_accept: ["y"], secure: true, nodelay: false, autocork: true,
      limits: LimitArguments(
        handshake_timeout: 7, max_strangers: 8, max_strangers_per_address: 9, max_dials: 15,
        max_addresses: 16,
        max_packet: 10,
        max_depth: 11, max_values: 110, max_name: 108, max_queue: 12, max_queues: 110,
        max_spawned: 13, max_database: 1 << 21, max_monitors: 17, max_data_connections: 17,
        max_caught_lines: 18, max_log_lines: 14),
      norc: true, force: true)
    #expect(arguments.profile == "seed")
    #expect(arguments.norc && arguments.force)
    #expect(
      arguments.settings == [
        "nodeid": "a", "binds": ["*:1"], "announce": ["n:3"], "seeds": ["h:2"],
        "services": ["S::", ["f", 1]],
        "secret": "s", "secrets": ["t", "u"], "cert": "c", "monitor_timeout": 3.0,
        "connect_interval": 4.0,
        "heartbeat": 5.0, "heartbeat_timeout": 6.0,
        "framing_format": ["json"], "auth_offer": ["x"], "auth_accept": ["y"], "secure": true,
        "nodelay": false, "autocork": true, "handshake_timeout": 7.0, "max_strangers": 8,
        "max_strangers_per_address": 9, "max_dials": 15, "max_addresses": 16, "max_packet": 10,
        "max_depth": 11, "max_values": 110,
        "max_name": 108,
        "max_queue": 12, "max_queues": 110,
        "max_spawned": 13, "max_database": 2_097_152, "max_monitors": 17,
        "max_data_connections": 17, "max_caught_lines": 18, "max_log_lines": 14,
      ])
  }

  @Test("no arguments set nothing")
  func none() {
    #expect(ConfigurationArguments().settings == [:])
    #expect(ConfigurationArguments().profile == nil)
  }

  @Test("an odd list starts with the profile; later pairs beat earlier ones")
  func list() throws {
    let arguments = try ConfigurationArguments(list: [
      "seed", "binds", "a:1,b:2", "nodeid", "x", "norc", "1", "nodeid", "y", "secure", true,
      "force", "0", "monitor_timeout", "7", "seeds", ["c:3"],
    ])
    #expect(arguments.profile == "seed")
    #expect(arguments.norc)
    #expect(!arguments.force)
    #expect(
      arguments.settings == [
        "binds": ["a:1", "b:2"], "nodeid": "y", "secure": 1, "monitor_timeout": 7,
        "seeds": ["c:3"],
      ])
    #expect(try ConfigurationArguments(list: []) == ConfigurationArguments())
    #expect(try ConfigurationArguments(list: ["a"]).profile == "a")
    #expect(try ConfigurationArguments(list: ["a", "profile", "b"]).profile == "b")
  }

  /// Lists that make no sense, and how the sentence about them begins.
  static let badLists: [(list: [Value], start: String)] = [
    (["bind", "x"], "there is no setting \"bind\"; the settings are profile, norc"),
    (["parent", "x"], "there is no setting \"parent\""),
    ([[], "x"], "the name of a setting must be a string, not a list"),
    ([[]], "the name of a profile must be a string that is not empty"),
    (["profile", ""], "the name of a profile must be a string that is not empty"),
    (["binds", [[]]], "element 1 of binds on the command line is a list but must be a string"),
    (["nodeid", "ä"], "nodeid on the command line: \"ä\" makes the node id \"ä\""),
  ]

  @Test("a list that makes no sense is refused with a sentence", arguments: badLists.indices)
  func badList(_ index: Int) {
    let (list, start) = Self.badLists[index]
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationArguments(list: list)
    }
    let sentence = error?.description ?? ""
    #expect(sentence.hasPrefix(start), "\(sentence)")
  }

  @Test("neither arguments nor a configured node show secret and certificate when printed")
  func printing() throws {
    let arguments = try ConfigurationArguments(
      "p", nodeid: "shown", binds: [], secret: "hidden1", cert: TestFiles.pem("ec"),
      norc: true)
    try withLoop { loop in
      let node = Node(on: loop)
      defer { node.close() }
      try node.configure(arguments)
      var text = "\(arguments) \(String(reflecting: arguments))"
      dump(arguments, to: &text)
      let configuration = try resolve(arguments)
      text += "\(configuration) \(String(reflecting: configuration))"
      dump(configuration, to: &text)
      dump(node, to: &text)
      #expect(!text.contains("hidden") && !text.contains("BEGIN"))
      #expect(text.contains("shown"))
    }
  }
}
