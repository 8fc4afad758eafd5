import AEMPWire
import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

/// With one end of the wire in the hands of the test, as a Perl node speaks.
@Suite("Catching logs on the wire") struct LogCatcherWireTests {
  private static let connect = "AnyEvent::MP::LogCatcher::connect"

  private func withPeer(
    secure: Bool? = nil, manualTime: Double? = nil,
    _ body: (Node, WirePeer, LogProbe, Loop) throws -> Void
  ) throws {
    try withLoop(manualTime: manualTime) { loop in
      let probe = LogProbe()
      let node = try Node.listening(on: loop, secure: secure, log: probe)
      defer { node.close() }
      let peer = try WirePeer.connect(node.address, id: TestName.next("perl"), loop)
      try body(node, peer, probe, loop)
    }
  }

  @Test(
    "who calls connect with a port and a level gets time, context, level and text until it dies")
  func caught() throws {
    try withPeer { node, peer, probe, loop in
      let port = "\(peer.id)#log"
      peer.send("", .string(Self.connect), 0, .string(port), 7)
      loop.run(until: { peer.messages().contains(["mon1", "log"]) })
      probe.line(.debug, "not this one")
      probe.line(.info, "text")
      loop.run(until: { !peer.messages(to: "log").isEmpty })
      let message = peer.messages(to: "log")[0]
      #expect(message.dropFirst() == ["My::Program", 7, "text"])
      #expect(abs((message[0].double ?? 0) - node.loop.time) < 60)
      peer.send("", "kil0", "log")
      loop.run(until: { node.monitorCount(on: peer.id) == 0 })
      probe.line(.info, "nobody listens")
      loop.settle()
      #expect(peer.messages(to: "log").count == 1)
    }
  }

  @Test("the level may be a name, is changed by another call, and null ends it")
  func levels() throws {
    try withPeer { node, peer, probe, loop in
      let port = Value.string("\(peer.id)#log")
      probe.turnOff()
      for (level, expected) in [("note", LogLevel.note), ("9", .trace)] as [(Value, LogLevel)] {
        peer.send("", .string(Self.connect), 0, port, level)
        loop.run(until: { probe.level == expected })
      }
      #expect(node.monitorCount(on: peer.id) == 1)
      peer.send("", .string(Self.connect), 0, port, nil)
      loop.run(until: { probe.level == nil })
    }
  }

  @Test("what cannot be a call is refused and logged, and a node that is secure refuses all")
  func refusals() throws {
    let calls: [[Value]] = [
      [], [0], [0, "", 9], [0, "x#y", 0], [0, "x#y", 10], [0, "x#y", "loud"], [0, ["x"], 9],
      [0, "x#y", [:]],
    ]
    for secure in [false, true] {
      try withPeer(secure: secure) { node, peer, probe, loop in
        probe.turnOff()
        let good: [Value] = [0, .string("\(peer.id)#log"), 9]
        for call in calls + (secure ? [good] : []) {
          peer.send(packet: [.string(Self.connect)] + call)
        }
        loop.run(until: {
          !LogCollector.shared.lines(with: "\(peer.id) failed", upTo: .error).isEmpty
        })
        loop.settle()
        #expect(probe.level == nil && node.monitorCount(on: peer.id) == 0)
        peer.send("", "can", .string(Self.connect), .string("\(peer.id)#can"))
        loop.run(until: { !peer.messages(to: "can").isEmpty })
        #expect(peer.messages(to: "can") == [[.string(secure ? "" : "1")]])
      }
    }
  }

  @Test("who is sent less than was logged is told how much it has missed")
  func missed() throws {
    try withPeer { node, peer, probe, loop in
      probe.turnOff()
      peer.send("", .string(Self.connect), 0, .string("\(peer.id)#log"), 9)
      loop.run(until: { probe.level == .trace })
      let count = 2 * LogTap.maximumLines
      for n in 0..<count { probe.line(.trace, "line \(n)") }
      loop.run(until: { peer.messages(to: "log").count >= LogTap.maximumLines + 1 })
      let messages = peer.messages(to: "log")
      #expect(
        messages[0].dropFirst() == [
          "AnyEvent::MP::LogCatcher", 5,
          .string(
            "\(LogTap.maximumLines) log messages were left out: there were too many to be sent"),
        ])
      #expect(messages[1].last == "line 0")
      #expect(messages.count == LogTap.maximumLines + 1)
    }
  }

  @Test("only so many ports may catch at a time")
  func manyCatchers() throws {
    try withPeer { node, peer, _, loop in
      let many = LogSender.maximumCatchers / LogSender.maximumOfNode + 1
      let peers =
        try [peer]
        + (1..<many).map { _ in
          try WirePeer.connect(node.address, id: TestName.next("perl"), loop)
        }
      var expected = 0
      for one in peers {
        for n in 0..<(2 * LogSender.maximumOfNode) {
          one.send("", .string(Self.connect), 0, .string("\(one.id)#\(n)"), 9)
        }
        // In the name of another it gets nothing.
        one.send("", .string(Self.connect), 0, .string("\(peers[0].id)#other"), 9)
        expected = min(expected + LogSender.maximumOfNode, LogSender.maximumCatchers)
        func count() -> Int { peers.reduce(0) { $0 + node.monitorCount(on: $1.id) } }
        loop.run(until: { count() == expected })
        loop.settle()
        #expect(count() == expected)
      }
      #expect(expected == LogSender.maximumCatchers)
      #expect(!peers[0].messages().contains(["mon1", "other"]))
    }
  }

  /// The port that a node which catches has made for the peer.
  private func catchPeer(_ node: Node, _ peer: WirePeer, _ loop: Loop) throws -> String {
    node.catchLogs(upTo: .debug)
    peer.send("", "g_slave", ["'l": [peer.id: ["127.0.0.1:1"]] as Value] as Value)
    let calls = { peer.messages().filter { $0.first == .string(Self.connect) } }
    loop.run(until: { !calls().isEmpty })
    #expect(calls().count == 1)
    let call = calls()[0]
    #expect(call[1] == 0 && call[3] == 8)
    return String(try #require(call[2].string).drop { $0 != "#" }.dropFirst())
  }

  @Test("a node that catches calls connect, and logs what is sent, also values as Perl writes them")
  func catching() throws {
    try withPeer { node, peer, probe, loop in
      let port = try catchPeer(node, peer, loop)
      peer.send(port, 1, "Perl::Module", "5", "text")
      peer.send(port, "\(node.loop.time)", "main", 7, 42)
      loop.run(until: { probe.messages.count == 2 })
      #expect(probe.messages[0] == "warn  Perl::Module: [\(peer.id)(unknown time)] text")
      #expect(probe.messages[1] == "info  main: [\(peer.id)] 42")
    }
  }

  @Test("what others send is legible on a terminal, of bearable length, and makes few contexts")
  func hostile() throws {
    try withPeer { node, peer, probe, loop in
      let port = try catchPeer(node, peer, loop)
      let time = Value.double(node.loop.time)
      peer.send(port, time, "main", 5, "\u{1b}[2J\u{202e}evil\u{9b}\r")
      peer.send(port, time, "evil \u{1b}[2J", 5, "name")
      peer.send(port, time, "main", 5, .string(String(repeating: "x", count: 1 << 20)))
      for n in 0..<500 { peer.send(port, time, .string("Made::Up\(n)"), 5, "context") }
      loop.run(until: { probe.messages.count == 503 })
      let text = probe.messages.joined()
      #expect(
        !text.unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{202e}" || $0 == "\u{9b}" })
      #expect(probe.messages[0].hasSuffix(#"] \x1b[2J\x{202e}evil\x9b\x0d"#))
      #expect(probe.messages[1] == "warn  AnyEvent::MP::LogCatcher: [\(peer.id)] name")
      #expect(probe.messages[2].utf8.count < 20_000)
      let contexts = Set(probe.messages.compactMap { $0.split(separator: " ").dropFirst().first })
      #expect(contexts.count <= LogCatching.maximumContexts + 1)
    }
  }

  @Test("messages of another form are ignored, and said so a few times")
  func malformed() throws {
    try withPeer { node, peer, probe, loop in
      let port = try catchPeer(node, peer, loop)
      let time = Value.double(node.loop.time)
      let bad: [[Value]] = [
        [], [time], [time, "main", 5], [time, "main", 0, "x"], [time, "main", "", "x"],
        [time, [], 5, "x"], ["x", "main", 5, "x"], [time, "main", 5, ["x"]], [1e300, 2e300],
      ]
      for message in bad { peer.send(packet: message, to: port) }
      for _ in 0..<100 { peer.send(packet: [], to: port) }
      peer.send(port, 1e300, "main", 5, "good")
      loop.run(until: { !probe.messages.isEmpty })
      #expect(probe.messages == ["warn  main: [\(peer.id)(unknown time)] good"])
    }
  }

  @Test("of a flood so many messages a second are logged, and the number of the others")
  func flood() throws {
    try withPeer { node, peer, probe, loop in
      let port = try catchPeer(node, peer, loop)
      let time = Value.double(node.loop.time)
      let limit = 1000
      for n in 0..<(10 * limit) { peer.send(port, time, "main", 5, .string("line \(n)")) }
      // A line now and then, until the second is over.
      loop.run(until: {
        peer.send(port, time, "main", 5, "last")
        return !probe.messages(with: "were left out").isEmpty
      })
      #expect(probe.messages(with: "line").count < 5 * limit)
    }
  }

  @Test(
    "how many were left out is told when no more come, and also what was meant for nobody any more")
  func floodThatEnds() throws {
    try withPeer(manualTime: 1000) { node, peer, probe, loop in
      let port = try catchPeer(node, peer, loop)
      let time = Value.double(node.loop.time)
      let limit = 1000
      for n in 0..<(limit + 7) { peer.send(port, time, "main", 5, .string("line \(n)")) }
      peer.send("", "snd", .string("\(peer.id)#mark"), "all are there")
      loop.run(until: { !peer.messages(to: "mark").isEmpty })
      #expect(probe.messages(with: "line").count == limit)
      #expect(probe.messages(with: "were left out").isEmpty)
      loop.advance(by: 1)
      loop.run(until: { !probe.messages(with: "were left out").isEmpty })
      #expect(
        probe.messages(with: "were left out") == [
          "warn  AnyEvent::MP::LogCatcher: [\(peer.id)] 7 log messages were left out: there were too many"
        ])
      // Nothing is caught any more, while messages wait for the port behind others.
      peer.send("", "snd", .string("\(node.id)#\(port)"), time, "main", 5, "late")
      node.later { node.catchLogs(upTo: nil) }
      peer.send("", "snd", .string("\(node.id)#\(port)"), time, "main", 5, "later")
      loop.run(until: { !node.isAlive(PortID("\(node.id)#\(port)")) })
      loop.settle()
    }
  }
}
