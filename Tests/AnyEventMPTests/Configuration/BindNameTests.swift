import AnyEvent
import AnyEventMP
import Glibc
import TestSupport
import Testing

@Suite("Host names to listen on are looked up without blocking the loop") struct BindNameTests {
  /// A name server on 127.0.0.1 that reads nothing.
  private final class SilentServer {
    private let descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)

    /// `host:port`, as the resolver takes it.
    func listen() -> String {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = bind(descriptor, $0, length)
          _ = getsockname(descriptor, $0, &length)
        }
      }
      return "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    }

    deinit { close(descriptor) }
  }

  private func withNode(_ body: (Node, Loop) throws -> Void) throws {
    try withLoop { loop in
      let server = SilentServer()
      loop.resolver.servers = [server.listen()]
      let node = Node(on: loop)
      defer { node.close() }
      try body(node, loop)
      withExtendedLifetime(server) {}
    }
  }

  private func arguments(_ binds: [String]) -> ConfigurationArguments {
    ConfigurationArguments(
      "test", nodeid: TestName.next("node"), binds: binds, secret: "the tests' secret", norc: true)
  }

  @Test(
    "the loop goes on while a name server is silent, and configure then says what has no address")
  func silent() throws {
    try withNode { node, loop in
      loop.resolver.timeLimit = 0.2
      let arguments = arguments(["one.example:1", "two.example:2", "127.0.0.1:*"])
      var (isDone, ticks) = (false, 0)
      let timer = loop.timer(after: 0, interval: 0.01) { ticks += 1 }
      let names = node.lookUpBinds(arguments) { isDone = true }
      #expect(names != nil && !isDone)
      loop.run(until: { isDone })
      timer.cancel()
      #expect(ticks > 1)
      let error = #expect(throws: ConfigurationError.self) { try node.configure(arguments) }
      #expect(error?.code == .unresolvable)
      #expect(error?.description.contains("\"one.example\"") == true)
    }
  }

  @Test("names of /etc/hosts are found, and listened on")
  func found() throws {
    try withNode { node, loop in
      let arguments = arguments(["localhost:*"])
      var isDone = false
      let names = node.lookUpBinds(arguments) { isDone = true }
      loop.run(until: { isDone })
      try node.configure(arguments)
      #expect(!node.status.listeners.isEmpty)
      withExtendedLifetime(names) {}
    }
  }

  @Test("without names there is nothing to wait for, and who does not wait is not told")
  func none() throws {
    try withNode { node, loop in
      let numeric = arguments(["127.0.0.1:*", "[::1]:*"])
      #expect(node.lookUpBinds(numeric) { Issue.record("nothing was looked up") } == nil)
      #expect(node.lookUpBinds(arguments(["not a host:port:x"])) {} == nil)
      var names = node.lookUpBinds(arguments(["one.example:1"])) {
        Issue.record("this was given up")
      }
      #expect(names != nil)
      names = nil
      loop.settle()
    }
  }
}
