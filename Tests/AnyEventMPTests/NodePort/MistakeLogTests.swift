import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("What a peer can have logged as often as it likes") struct MistakeLogTests {
  /// Requests, of which each leads to one line.
  enum Cause: String, CaseIterable {
    case spawned, killed, mon, kil, rcv, callback

    /// What the line says.
    var text: String {
      switch self {
      case .spawned, .killed: "unmonitored local port"
      case .mon: "acts for SELF"
      case .kil: "only ports can be killed"
      case .rcv: "there is no port"
      case .callback: "error in a callback"
      }
    }
  }

  private func register(_ cause: Cause, _ dead: PortID, _ node: Node) {
    switch cause {
    case .spawned, .killed:
      sub("t::run") { (message: Message) in
        if cause == .spawned { throw die("no reason") }
        rcv(SELF) { (_: Message) in }
      }
    case .mon: sub("t::run") { (id: String) in mon(PortID(id)) }
    case .kil: sub("t::run") { (id: String) in kil(PortID(id), "reason") }
    case .rcv: sub("t::run") { (_: String) in rcv(dead, "tag") {} }
    case .callback:
      sub("t::run") { [unowned node] (id: String) in
        node.runningContext.run { throw die("for \(id)") }
      }
    }
  }

  @Test("a few lines a minute, and how many more there were", arguments: Cause.allCases)
  func limited(_ cause: Cause) throws {
    let log = LogCollector.shared
    try withLoop(manualTime: 1000) { loop in
      let node = try Node.listening(on: loop, limits: LimitArguments(max_log_lines: 3))
      defer { node.close() }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      let dead = node.run { port() }
      node.kill(dead)
      loop.settle()
      node.run { register(cause, dead, node) }
      for number in 0..<8 {
        let name = "\(peer.id)/\(number)"
        switch cause {
        case .spawned, .killed:
          peer.send("", "AnyEvent::MP::_spawn", .string(name), "t::run")
          if cause == .killed { peer.send("", "kil1", .string(name), "reason") }
        default: peer.send("", "t::run", .string(name))
        }
      }
      let subject = cause == .rcv ? dead.id : peer.id
      func lines(_ level: LogLevel) -> Int {
        log.lines(with: cause.text, upTo: level).count { $0.contains(subject) }
      }
      loop.run(until: { lines(.debug) == 8 })
      #expect(lines(.error) == 3)
      loop.advance(by: 61)
      let rest = log.lines(with: peer.id, upTo: .error).filter { $0.contains("suppressed 5") }
      #expect(rest.count == 1)
    }
  }

  @Test("what the program itself does is logged each time")
  func own() {
    let log = LogCollector.shared
    withNode { _, _ in
      let id = TestName.next("node")
      for _ in 0..<30 { kil(PortID(id), "reason") }
      #expect(log.lines(with: "kil: \(id) is a node", upTo: .error).count == 30)
    }
  }
}
