import AEMPWire
import AnyEvent
import AnyEventMP
import Glibc
import TestSupport
import Testing

@Suite("When the process has no descriptors left") struct DescriptorTests {
  /// Takes all descriptors that are left, of not too many.
  private static func takeAll(_ taken: inout [CInt]) {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = 200
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    while case let descriptor = dup(0), descriptor >= 0 { taken.append(descriptor) }
    precondition(errno == EMFILE)
  }

  @Test("a stranger gives its one up, the oldest of the address that holds most, and nodes get in")
  func strangers() async {
    await #expect(processExitsWith: .success) {
      let log = LogCollector.shared
      try withLoop { loop in
        let node = try Node.listening(on: loop)
        defer { node.close() }
        let hosts = (few: TestHost.next(), many: TestHost.next())
        var strangers: [RawPeer] = []
        for host in [hosts.few, hosts.many, hosts.many, hosts.many] {
          strangers.append(try RawPeer.connect(node.address, loop, from: host))
          loop.run(until: { strangers.last?.lines.count == 2 })
        }
        let target = try #require(parse_hostport(node.address))
        var peers: [WirePeer] = []
        var taken: [CInt] = []
        // More than two if another thread closes a descriptor at the wrong moment.
        while !strangers[2].isClosed, peers.count < 20 {
          // For the end that connects.
          taken.popLast().map { _ = close($0) }
          var result: Result<ConnectedSocket, SocketError>?
          let attempt = loop.connect(
            to: target.host, target.service,
            prepare: { _ in
              DescriptorTests.takeAll(&taken)
              return 0
            }, { result = $0 })
          loop.run(until: { result != nil })
          withExtendedLifetime(attempt) {}
          let peer = try WirePeer(
            RawPeer(loop: loop, socket: try #require(result).get()),
            id: TestName.next("peer"), as: .dialling)
          peers.append(peer)
          loop.run(until: { peer.established != nil })
          #expect(node.connectedNodes.contains(peer.id))
          let dropped = strangers.count - node.strangerCount
          loop.run(until: { strangers.filter(\.isClosed).count == dropped })
        }
        #expect(!strangers[0].isClosed && !strangers[3].isClosed && node.strangerCount == 2)
        for stranger in strangers[1...2] {
          let lines = log.lines(with: stranger.address + ":")
          #expect(lines.count == 1 && lines.first?.contains("no descriptors for others") == true)
        }
      }
    }
  }
}
