import AnyEvent
import Dispatch
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("Catching the logs of other nodes") struct LogCatcherTests {
  /// Two connected nodes with a log each, of which the slave catches the global one's.
  private func withCatcher(
    _ level: LogLevel = .trace,
    _ body: (_ caught: Node, _ catcher: Node, LogProbe, Loop) throws -> Void
  ) throws {
    try withPair { caught, catcher, loop in
      let (own, other) = (LogProbe(catcher), LogProbe(caught))
      catcher.run { LogCatcher.catch(level) }
      loop.run(until: { caught.logs.sender?.ports.isEmpty == false })
      try body(caught, catcher, own, loop)
      withExtendedLifetime(other) {}
    }
  }

  @Test("a message is logged where it is caught, in its context, with its level and its node")
  func line() throws {
    try withCatcher { caught, catcher, probe, loop in
      caught.logLine(.warn, "something\nin two lines")
      loop.run(until: { !probe.messages.isEmpty })
      let lines = probe.messages[0].split(separator: "\n")
      #expect(lines[0] == "warn  My::Program: [\(caught.id)] something")
      #expect(lines[1].hasSuffix("+ in two lines"))
      #expect(probe.messages.count == 1)
    }
  }

  @Test("only messages up to the level come, another level takes its place, and nil ends it")
  func levels() throws {
    try withCatcher(.note) { caught, catcher, probe, loop in
      func log(_ text: String) {
        caught.logLine(.info, "\(text) info")
        caught.logLine(.note, "\(text) note")
      }
      log("first")
      loop.run(until: { probe.messages.count == 1 })
      catcher.catchLogs(upTo: .info)
      loop.run(until: { caught.logs.sender?.ports.count == 1 && caught.isCaught(upTo: .info) })
      log("second")
      loop.run(until: { probe.messages.count == 3 })
      catcher.catchLogs(upTo: nil)
      loop.run(until: { caught.logs.sender?.ports.isEmpty == true })
      log("third")
      loop.settle()
      #expect(
        probe.messages
          == ["first note", "second info", "second note"].map {
            "\($0.hasSuffix("info") ? "info " : "note ") My::Program: [\(caught.id)] \($0)"
          })
    }
  }

  @Test("a node that is caught may close when the one that catches is lost")
  func closesWithCatcher() throws {
    try withCatcher { caught, catcher, _, loop in
      caught.monitor(PortID(catcher.id)) { [unowned caught] _ in caught.close() }
      catcher.close()
      loop.run(until: { caught.isClosed })
      loop.settle()
    }
  }

  @Test(
    "a node may stop catching, or close, when one that it catches is lost",
    arguments: [false, true])
  func stopsWithCaught(closes: Bool) throws {
    try withPair { caught, catcher, loop in
      var isStopped = false
      catcher.monitor(PortID(caught.id)) { [unowned catcher] _ in
        if closes { catcher.close() } else { catcher.catchLogs(upTo: nil) }
        isStopped = true
      }
      catcher.catchLogs(upTo: .trace)
      loop.run(until: { caught.logs.sender?.ports.isEmpty == false })
      caught.close()
      loop.run(until: { isStopped })
      loop.settle()
      #expect(catcher.logs.catching == nil)
    }
  }

  @Test("a message from another thread comes, too")
  func threads() throws {
    try withCatcher { caught, _, probe, loop in
      let context = caught.logs.system.context("My::Thread")
      DispatchQueue.global().async { context.log(.error, "from elsewhere") }
      loop.run(until: { probe.messages(with: "] from elsewhere").count == 1 })
    }
  }

  @Test("two nodes that catch each other get each message once")
  func mutual() throws {
    try withCatcher { caught, catcher, probe, loop in
      let other = LogProbe(caught)
      catcher.catchLogs(upTo: nil)
      loop.run(until: { caught.logs.sender?.ports.isEmpty == true })
      // Both anew, since the logs have changed.
      caught.logs.stop()
      caught.catchLogs(upTo: .trace)
      catcher.catchLogs(upTo: .trace)
      loop.run(until: {
        caught.logs.sender?.ports.count == 1 && catcher.logs.sender?.ports.count == 1
      })
      for n in 0..<10 {
        caught.logLine(.trace, "ping \(n)")
        catcher.logLine(.trace, "pong \(n)")
      }
      loop.run(until: {
        probe.messages(with: "] ping").count >= 10 && other.messages(with: "] pong").count >= 10
      })
      loop.settle()
      for log in [probe, other] {
        #expect(log.messages.count == 20)
        #expect(log.messages(with: "[").count == 10)
        #expect(log.messages(with: "] [").isEmpty)
      }
    }
  }

  @Test("nodes that come later are caught, and those that were away are caught again")
  func coming() throws {
    try withLoop { loop in
      let catcher = try Node.listening(on: loop, "catcher", monitorTimeout: 0.3)
      defer { catcher.close() }
      let probe = LogProbe(catcher)
      catcher.catchLogs(upTo: .warn)
      let node = try Node.listening(
        on: loop, "node", seeds: [catcher.address], monitorTimeout: 0.3)
      defer { node.close() }
      let log = LogProbe(node)
      for n in 1...3 {
        loop.run(until: { node.logs.sender?.ports.count == 1 })
        node.logLine(.warn, "time \(n)")
        loop.run(until: { probe.messages(with: "] time \(n)").count == 1 })
        let link = try #require(node.peers.entries[catcher.id]?.link)
        node.peers.nodeDown(link.entry, [.string("cut")])
        loop.run(until: { node.logs.sender?.ports.isEmpty == true })
      }
      #expect(probe.messages.count == 3)
      withExtendedLifetime(log) {}
    }
  }

  @Test("a connection that is lost while the database does not notice is made again")
  func retry() throws {
    try withLoop { loop in
      let global = try Node.listening(on: loop, "global", monitorTimeout: 0.3)
      defer { global.close() }
      let nodes = try (0..<2).map { n in
        try Node.listening(
          on: loop, "slave\(n)", seeds: [global.address], monitorTimeout: 0.3)
      }
      defer { for node in nodes { node.close() } }
      let logs = ([global] + nodes).map { LogProbe($0) }
      nodes[0].catchLogs(upTo: .warn)
      for n in 1...2 {
        loop.run(until: { nodes[1].logs.sender?.ports.count == 1 })
        nodes[1].logLine(.warn, "time \(n)")
        loop.run(until: { logs[1].messages(with: "] time \(n)").count == 1 })
        nodes[0].peers.nodeDown(nodes[0].peers.peer(nodes[1].id), [.string("cut")])
        loop.run(until: { nodes[1].logs.sender?.ports.isEmpty == true })
      }
    }
  }

  @Test("a node without listeners is caught whenever it comes, also long after it was lost")
  func withoutListeners() throws {
    try withLoop(manualTime: 1000) { loop in
      let global = try Node.listening(on: loop, "global")
      defer { global.close() }
      let catcher = try Node.listening(on: loop, "catcher", seeds: [global.address])
      defer { catcher.close() }
      let node = try Encryption.sealed.node(loop, "node", binds: [], seeds: [global.address])
      defer { node.close() }
      let log = LogProbe(node)
      catcher.catchLogs(upTo: .warn)
      loop.run(until: { node.isConnected(to: global) && catcher.isConnected(to: global) })
      for _ in 0..<2 {
        for _ in 0..<60 { loop.advance(by: 1) }
        #expect(node.logs.sender?.ports.isEmpty != false && !catcher.isConnected(to: node))
        node.run { snd(PortID(catcher.id), "devnull") }
        loop.run(until: { node.logs.sender?.ports.count == 1 })
        catcher.peers.nodeDown(catcher.peers.peer(node.id), [.string("cut")])
        loop.run(until: { node.logs.sender?.ports.isEmpty == true })
      }
      withExtendedLifetime(log) {}
    }
  }

  @Test("the configuration can name it as a service, with the level by name or number")
  func service() throws {
    for level: Value in [8, "8", "debug"] {
      try withLoop { loop in
        let node = Node(on: loop)
        defer { node.close() }
        try node.configure(
          ConfigurationArguments(
            "test", nodeid: TestName.next("logger"), binds: [],
            services: [["AnyEvent::MP::LogCatcher::catch", level]],
            secret: "the tests' secret", norc: true))
        loop.run(until: { node.logs.catching != nil })
        #expect(node.logs.catching?.level == .debug)
      }
    }
  }
}

extension Node {
  /// Whether somebody is sent messages of the level.
  fileprivate func isCaught(upTo level: LogLevel) -> Bool {
    logs.system.context("My::Program").isEnabled(level) && logs.sender?.level == level
  }
}
