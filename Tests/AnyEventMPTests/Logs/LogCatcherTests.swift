import AnyEvent
import AnyEventMP
import Dispatch
import TestSupport
import Testing

@Suite("Catching the logs of other nodes") struct LogCatcherTests {
  /// Two connected nodes with a log each, of which the slave catches the global one's.
  private func withCatcher(
    _ level: LogLevel = .trace,
    _ body: (_ caught: (node: Node, log: LogProbe), _ catcher: Node, LogProbe, Loop) throws -> Void
  ) throws {
    let (other, own) = (LogProbe(), LogProbe())
    try withPair(logs: (other, own)) { caught, catcher, loop in
      catcher.run { LogCatcher.catch(level) }
      loop.run(until: { caught.isCaught(by: catcher) })
      try body((caught, other), catcher, own, loop)
    }
  }

  @Test("a message is logged where it is caught, in its context, with its level and its node")
  func line() throws {
    try withCatcher { caught, catcher, probe, loop in
      caught.log.line(.warn, "something\nin two lines")
      loop.run(until: { !probe.messages.isEmpty })
      let lines = probe.messages[0].split(separator: "\n")
      #expect(lines[0] == "warn  My::Program: [\(caught.node.id)] something")
      #expect(lines[1].hasSuffix("+ in two lines"))
      #expect(probe.messages.count == 1)
    }
  }

  @Test("only messages up to the level come, another level takes its place, and nil ends it")
  func levels() throws {
    try withCatcher(.note) { caught, catcher, probe, loop in
      func log(_ text: String) {
        caught.log.line(.info, "\(text) info")
        caught.log.line(.note, "\(text) note")
      }
      caught.log.turnOff()
      log("first")
      loop.run(until: { probe.messages.count == 1 })
      catcher.catchLogs(upTo: .info)
      loop.run(until: { caught.log.level == .info })
      log("second")
      loop.run(until: { probe.messages.count == 3 })
      catcher.catchLogs(upTo: nil)
      loop.run(until: { caught.log.level == nil })
      #expect(!caught.node.isCaught(by: catcher))
      log("third")
      loop.settle()
      #expect(
        probe.messages
          == ["first note", "second info", "second note"].map {
            "\($0.hasSuffix("info") ? "info " : "note ") My::Program: [\(caught.node.id)] \($0)"
          })
    }
  }

  @Test("a node that is caught may close when the one that catches is lost")
  func closesWithCatcher() throws {
    try withCatcher { caught, catcher, _, loop in
      let node = caught.node
      node.monitor(PortID(catcher.id)) { [unowned node] _ in node.close() }
      catcher.close()
      loop.run(until: { node.isClosed })
      loop.settle()
    }
  }

  @Test(
    "a node may stop catching, or close, when one that it catches is lost",
    arguments: [false, true])
  func stopsWithCaught(closes: Bool) throws {
    let (other, own) = (LogProbe(), LogProbe())
    try withPair(logs: (other, own)) { caught, catcher, loop in
      var isStopped = false
      catcher.monitor(PortID(caught.id)) { [unowned catcher] _ in
        if closes { catcher.close() } else { catcher.catchLogs(upTo: nil) }
        isStopped = true
      }
      catcher.catchLogs(upTo: .trace)
      loop.run(until: { caught.isCaught(by: catcher) })
      let ports = catcher.status.portCount
      caught.close()
      loop.run(until: { isStopped })
      loop.settle()
      // Those that have caught are gone.
      #expect(catcher.status.portCount == ports - 1)
    }
  }

  @Test("a message from another thread comes, too")
  func threads() throws {
    try withCatcher { caught, _, probe, loop in
      let context = caught.log.system.context("My::Thread")
      DispatchQueue.global().async { context.log(.error, "from elsewhere") }
      loop.run(until: { probe.messages(with: "] from elsewhere").count == 1 })
    }
  }

  @Test("two nodes that catch each other get each message once")
  func mutual() throws {
    try withCatcher { caught, catcher, probe, loop in
      caught.node.catchLogs(upTo: .trace)
      // It monitors the node that it catches, too.
      loop.run(until: { catcher.monitorCount(on: caught.node.id) == 2 })
      for n in 0..<10 {
        caught.log.line(.trace, "ping \(n)")
        probe.line(.trace, "pong \(n)")
      }
      loop.run(until: {
        probe.messages(with: "] ping").count >= 10
          && caught.log.messages(with: "] pong").count >= 10
      })
      loop.settle()
      for log in [probe, caught.log] {
        #expect(log.messages.count == 20)
        #expect(log.messages(with: "[").count == 10)
        #expect(log.messages(with: "] [").isEmpty)
      }
    }
  }

  @Test("nodes that come later are caught, and those that were away are caught again")
  func coming() throws {
    try withLoop { loop in
      let (probe, log) = (LogProbe(), LogProbe())
      let catcher = try Node.listening(on: loop, "catcher", monitorTimeout: 0.3, log: probe)
      defer { catcher.close() }
      catcher.catchLogs(upTo: .warn)
      let node = try Node.listening(
        on: loop, "node", seeds: [catcher.address], monitorTimeout: 0.3, log: log)
      defer { node.close() }
      for n in 1...3 {
        loop.run(until: { node.isCaught(by: catcher) && catcher.isConnected(to: node) })
        log.line(.warn, "time \(n)")
        loop.run(until: { probe.messages(with: "] time \(n)").count == 1 })
        node.cut(from: catcher)
        loop.run(until: { !node.isCaught(by: catcher) })
      }
      #expect(probe.messages.count == 3)
    }
  }

  @Test("a connection that is lost while the database does not notice is made again")
  func retry() throws {
    try withLoop { loop in
      let logs = (0..<3).map { _ in LogProbe() }
      let global = try Node.listening(on: loop, "global", monitorTimeout: 0.3, log: logs[0])
      defer { global.close() }
      let nodes = try (0..<2).map { n in
        try Node.listening(
          on: loop, "slave\(n)", seeds: [global.address], monitorTimeout: 0.3, log: logs[n + 1])
      }
      defer { for node in nodes { node.close() } }
      nodes[0].catchLogs(upTo: .warn)
      for n in 1...2 {
        loop.run(until: {
          nodes[1].isCaught(by: nodes[0]) && nodes[0].isConnected(to: nodes[1])
        })
        logs[2].line(.warn, "time \(n)")
        loop.run(until: { logs[1].messages(with: "] time \(n)").count == 1 })
        nodes[0].cut(from: nodes[1])
        loop.run(until: { !nodes[1].isCaught(by: nodes[0]) })
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
      let log = LogProbe()
      let node = try Node.listening(
        on: loop, "node", binds: [], seeds: [global.address], log: log)
      defer { node.close() }
      catcher.catchLogs(upTo: .warn)
      loop.run(until: { node.isConnected(to: global) && catcher.isConnected(to: global) })
      for _ in 0..<2 {
        for _ in 0..<60 { loop.advance(by: 1) }
        #expect(!node.isCaught(by: catcher) && !catcher.isConnected(to: node))
        node.run { snd(PortID(catcher.id), "devnull") }
        loop.run(until: { node.isCaught(by: catcher) && catcher.isConnected(to: node) })
        catcher.cut(from: node)
        loop.run(until: { !node.isCaught(by: catcher) && !catcher.isConnected(to: node) })
      }
    }
  }

  @Test("the configuration can name it as a service, with the level by name or number")
  func service() throws {
    for level: Value in [8, "8", "debug"] {
      try withLoop { loop in
        let node = try Node.listening(
          on: loop, "logger", services: [["AnyEvent::MP::LogCatcher::catch", level]],
          log: LogProbe())
        defer { node.close() }
        let log = LogProbe()
        let caught = try Node.listening(on: loop, "caught", seeds: [node.address], log: log)
        defer { caught.close() }
        log.turnOff()
        loop.run(until: { caught.isCaught(by: node) })
        #expect(log.level == .debug)
      }
    }
  }
}

extension Node {
  /// Whether the node sends its messages to another one: it monitors the port that gets them.
  fileprivate func isCaught(by other: Node) -> Bool { monitorCount(on: other.id) > 0 }
}
