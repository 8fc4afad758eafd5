import AEMPWire
import AnyEvent
import Foundation
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("A configuration that is read again") struct ReloadTests {
  /// A node with a configuration file of its own, and a way to write that.
  private func withNode(
    _ text: String, _ arguments: ConfigurationArguments = ConfigurationArguments("test"),
    _ body: (Node, _ write: (String?) throws -> Void, LogProbe) throws -> Void
  ) throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/rc"
    let write = { (text: String?) in
      guard let text else { return try FileManager.default.removeItem(atPath: path) }
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    try write(text)
    let log = LogProbe()
    try withLoop(manualTime: 1000) { loop in
      let node = Node.alone(on: loop, log: log) { surroundings in
        surroundings.makeContext = {
          ConfigurationContext(
            file: ConfigurationFile(path: path), hostName: "host", runiq: "runiq")
        }
        surroundings.fixesLogLevel = { false }
      }
      defer { node.close() }
      try node.configure(arguments)
      loop.settle()
      try body(node, write, log)
    }
  }

  private static let usual =
    #"{"nodeid": "reload/1", "binds": ["127.0.0.1:*"], "secret": "0123456789abcdef"#

  @Test("what has changed is taken over and named, and what cannot change is named with the reason")
  func changes() throws {
    try withNode(Self.usual + #"", "heartbeat": 5}"#) { node, write, _ in
      let binds = node.status.listeners
      try write(
        #"""
        {"nodeid": "other/1", "binds": ["127.0.0.1:1"], "secret": "another secret of all",
         "heartbeat": 3, "max_queue": 1000, "services": ["main::f"], "seeds": ["127.0.0.1:1"]}
        """#)
      let changes = try node.reload()
      #expect(
        changes.applied.map(\.setting).sorted() == ["heartbeat", "max_queue", "secret", "seeds"])
      #expect(changes.kept.map(\.setting).sorted() == ["binds", "nodeid", "services"])
      let sentences = (changes.applied + changes.kept).map(\.sentence)
      #expect(sentences.contains("heartbeat is 3 instead of 5"))
      #expect(sentences.contains { $0.hasPrefix("secret has another value; ") })
      #expect(!"\(changes)".contains("another secret of all"))
      #expect(node.id == "reload/1" && node.status.listeners == binds)
      #expect(node.queueLimit == 1000)
      // What it goes on with is said each time, what it has taken over once.
      let again = try node.reload()
      #expect(again.applied.isEmpty)
      #expect(again.kept == changes.kept)
    }
  }

  @Test("what a profile or a default says counts again when a setting is taken out")
  func takenOut() throws {
    try withNode(Self.usual + #"", "max_queue": 5000, "monitor_timeout": 7}"#) { node, write, _ in
      try write(Self.usual + #"", "profile": {"test": {"monitor_timeout": 8}}}"#)
      let changes = try node.reload()
      #expect(changes.applied.map(\.setting).sorted() == ["max_queue", "monitor_timeout"])
      #expect(node.queueLimit == 256 << 20)
      #expect(node.peers.monitorTimeout == 8)
      #expect(node.peers.handshakeTimeout == 8)
    }
  }

  @Test(
    "a configuration that cannot be used changes nothing, and the sentence says why",
    arguments: [
      (#"{"heartbeat": 3,"#, "1:"), (#"[]"#, "must hold an object"),
      (#"{"heartbeat": 3, "max_queue": -1}"#, "max_queue"),
      (#"{"heartbeat": 3, "nodeid": "ö"}"#, "nodeid"), (#"{"heartbeat": 3, "cert": "x"}"#, "cert"),
      (#"{"heartbeat": 3, "profile": {"test": {"parent": "test"}}}"#, "parent"),
      (#"{"heartbeat": 3, "log_level": "loud"}"#, "log_level"), (nil, "is gone"),
    ])
  func broken(_ text: String?, _ problem: String) throws {
    try withNode(Self.usual + #"", "heartbeat": 5}"#) { node, write, _ in
      try write(text)
      let error = #expect(throws: ConfigurationError.self) { try node.reload() }
      #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
      #expect(node.peers.heartbeat.interval == 5)
      try write(Self.usual + #"", "heartbeat": 3}"#)
      #expect(try node.reload().applied.map(\.setting) == ["heartbeat"])
      #expect(node.peers.heartbeat.interval == 3)
    }
  }

  @Test(
    "a node does not lose its last credentials, wherever it listens; the sentence says what to write",
    arguments: [
      ("", "is empty; put its settings back"), (" \n\t", "is empty; put its settings back"),
      ("\u{FEFF}\n", "is empty; put its settings back"),
      ("{}", "neither a secret nor a certificate would be left"),
      (#"{"sekret": "0123456789abcdef"}"#, #"write "secret" if you mean that"#),
      (#"{"profile": {"test": {"sercets": ["0123456789abcdef"]}}}"#, #"write "secrets" if you"#),
      (#"{"secret": "0123456789abcdef", "profile": {"test": {"secret": null}}}"#, "put one back"),
    ])
  func credentials(_ text: String, _ problem: String) throws {
    try withNode(Self.usual + #"", "heartbeat": 5}"#) { node, write, log in
      try write(text)
      let error = #expect(throws: ConfigurationError.self) { try node.reload() }
      #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
      #expect(node.peers.handshakeConfiguration.secrets.count == 1)
      #expect(node.peers.heartbeat.interval == 5)
      // What holds goes on to hold, and a good file counts.
      try write(Self.usual + #"", "heartbeat": 3}"#)
      #expect(try node.reload().applied.map(\.setting) == ["heartbeat"])
    }
  }

  @Test("credentials that the program gives need no file, and one kind may take the other's place")
  func otherCredentials() throws {
    let arguments = ConfigurationArguments(
      "test", nodeid: "reload/2", binds: ["127.0.0.1:*"], secret: "0123456789abcdef")
    try withNode("", arguments) { node, write, _ in
      #expect(try node.reload().isEmpty)
      try write("{}")
      #expect(try node.reload().isEmpty)
      try write(#"{"secret": null, "secrets": ["another secret of all"]}"#)
      #expect(try node.reload().applied.map(\.setting).sorted() == ["secret", "secrets"])
      var without = arguments
      without.settings["secret"] = nil
      try write("{}")
      #expect(throws: ConfigurationError.self) { try node.reload(without) }
      #expect(node.peers.handshakeConfiguration.secrets.count == 1)
    }
  }

  @Test("a node that had no credentials may be told to go on without")
  func never() throws {
    try withNode(#"{"binds": [], "max_queue": 1000}"#) { node, write, _ in
      try write(#"{"binds": [], "max_queue": 2000}"#)
      #expect(try node.reload().applied.map(\.setting) == ["max_queue"])
    }
  }

  @Test("names that are no settings are warned of at the start and at each reload")
  func unknownNames() throws {
    let log = LogCollector.shared
    try withNode(Self.usual + #"", "heartbeatt": 1}"#) { node, write, _ in
      let start = log.lines(with: #""heartbeatt" in"#)
      #expect(start.count == 1)
      #expect(start.first?.hasSuffix(#"; write "heartbeat" if you mean that"#) == true, "\(start)")
      try write(
        Self.usual + #"", "profile": {"test": {"max_que": 1, "colour": "red"}, "other": {"x": 1}}}"#
      )
      let warnings = try node.reload().warnings
      #expect(warnings.count == 2)
      #expect(
        warnings.first?.hasPrefix(#""colour" in profile "test" of "#) == true
          && warnings.first?.hasSuffix("is no setting and has no effect") == true, "\(warnings)")
      #expect(
        warnings.last?.hasSuffix(#"; write "max_queue" if you mean that"#) == true, "\(warnings)")
      #expect(log.lines(with: #"reload: "colour" in profile"#).count == 1)
    }
  }

  @Test("a node that is named after its profile keeps its name with the settings of another one")
  func otherProfile() throws {
    let file = #"{"binds": [], "profile": {"one": {}, "two": {"max_queue": 1000}}}"#
    try withNode(file, ConfigurationArguments("one")) { node, _, _ in
      #expect(node.id.hasPrefix("one"))
      let changes = try node.reload(ConfigurationArguments("two"))
      #expect(changes.applied.map(\.setting) == ["max_queue"])
      #expect(node.peers.handshakeConfiguration.nodeID == node.id)
    }
  }

  @Test("a node without a configuration, and one that has left, have none to be read again")
  func notRunning() throws {
    try withLoop { loop in
      let node = Node(on: loop)
      #expect(throws: ConfigurationError.self) { try node.reload() }
      try node.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("node"), binds: [], secret: "0123456789abcdef", norc: true))
      #expect(try node.reload().isEmpty)
      node.close()
      #expect(throws: ConfigurationError.self) { try node.reload() }
    }
  }

  @Test("the level of the log follows the setting, and goes back to errors without it")
  func logLevel() throws {
    try withNode(Self.usual + #"", "log_level": 7}"#) { node, write, log in
      #expect(log.level == .info)
      try write(Self.usual + #"", "log_level": "trace"}"#)
      #expect(try node.reload().applied.map(\.setting) == ["log_level"])
      #expect(log.level == .trace)
      try write(Self.usual + #""}"#)
      #expect(try node.reload().applied.map(\.sentence) == ["log_level is not set any more"])
      #expect(log.level == .error)
    }
  }

  @Test("seeds that are new are dialled, those that are none any more are not")
  func seeds() throws {
    try withLoop { loop in
      let (first, second) = (try Node.listening(on: loop), try Node.listening(on: loop))
      defer { for node in [first, second] { node.close() } }
      var arguments = ConfigurationArguments(
        "test", nodeid: TestName.next("node"), binds: ["127.0.0.1:*"], seeds: [first.address],
        secret: "the tests' secret", norc: true)
      let node = Node(on: loop)
      defer { node.close() }
      try node.configure(arguments)
      loop.run(until: { node.isConnected(to: first) })
      arguments.settings["seeds"] = .array([.string(second.address)])
      try node.reload(arguments)
      #expect(node.seedAddresses == [second.address])
      loop.run(until: { node.isConnected(to: second) })
      // What is there stays.
      #expect(node.isConnected(to: first))
      first.close()
      loop.run(until: { !node.isConnected(to: first) })
      #expect(node.seedAddresses == [second.address])
    }
  }
}

@Suite("Requests that concern a whole node") struct WholeNodeRequestTests {
  @Test("x-reload is answered with what has changed, x-leave by a node whose program allows it")
  func requests() throws {
    try withBench { bench in
      bench.request("can", "x-reload", bench.port("p"))
      bench.request("can", "x-leave", bench.port("p"))
      #expect(bench.answers() == [["p", "1"], ["p", ""]])
      bench.request("x-reload", bench.port("p"), "tag")
      let answer = try #require(bench.answers().first)
      #expect(answer.prefix(2) == ["p", "tag"])
      #expect(ConfigurationChanges(messageValue: answer[2])?.isEmpty == true)
      bench.request("x-leave", bench.port("p"))
      #expect(bench.answers().isEmpty)
      var calls = 0
      bench.node.onLeaveRequest = { calls += 1 }
      bench.request("can", "x-leave", bench.port("p"))
      bench.request("x-leave", bench.port("p"))
      #expect(bench.answers() == [["p", "1"], ["p", true]])
      #expect(calls == 1)
    }
  }

  @Test("a node that is secure does neither for others")
  func secure() throws {
    try withBench(secure: true) { bench in
      bench.node.onLeaveRequest = { Issue.record("it was told to leave") }
      for request in ["x-reload", "x-leave"] {
        bench.request("can", .string(request), bench.port("p"))
        bench.request(.string(request), bench.port("p"))
      }
      #expect(bench.answers() == [["p", ""], ["p", ""]])
    }
  }

  @Test("a node of AnyEvent::MP 2.02 is told the death of each port that it monitors when we leave")
  func olderNode() throws {
    try withBench { bench in
      let p = port {}
      let q = port {}
      bench.request("mon1", .string(p.name))
      bench.request("mon1", .string(q.name))
      bench.node.leave()
      bench.loop.run(until: { bench.peer.isClosed })
      let text = "the node leaves the network"
      let deaths = bench.peer.takePackets().map(\.message).filter { $0.first == "kil0" }
      #expect(
        deaths.sorted { $0.description < $1.description }
          == [p, q].map {
            ["kil0", .string($0.name), "leaving", .string(bench.node.id), .string(text)]
          }
          .sorted { $0.description < $1.description })
    }
  }

  @Test("x-leaving ends the connection of who says it, with that reason")
  func leaving() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let peer = try WirePeer.connect(
        node.address, id: TestName.next("peer"), loop, keys: [Greeting.Key("x-leaving", "1")])
      var reason: Message?
      node.run { mon("\(peer.id)#p") { (message: Message) in reason = message } }
      peer.send("", "x-leaving", "good-bye")
      loop.run(until: { reason != nil })
      #expect(reason?.values == ["leaving", .string(peer.id), "good-bye"])
      #expect(node.connectedNodes.isEmpty)
    }
  }

  @Test("of a node that does not know of leaving, x-leaving is what somebody else has had it say")
  func forged() throws {
    let log = LogCollector.shared
    try withBench { bench in
      bench.request("x-leaving", "a lie")
      #expect(bench.node.connectedNodes == [bench.peer.id])
      let line = "of \(bench.peer.id) failed: that a node leaves is said by that node only"
      #expect(log.lines(with: line, upTo: .error).count == 1)
    }
  }
}
