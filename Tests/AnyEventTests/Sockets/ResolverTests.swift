import Glibc
import TestSupport
import Testing

@testable import AnyEvent

@Suite("Names are looked up without waiting for name servers that are silent") struct ResolverTests
{
  private let answers: [String: NameServer.Answer] = [
    "good.example": .address([127, 0, 0, 9]), "dead.example": .silence,
  ]

  private func resolve(
    _ name: String, on loop: Loop
  ) throws -> Result<[SocketAddress], SocketError> {
    let done = CondVar<Result<[SocketAddress], SocketError>>(on: loop)
    let resolution = loop.resolve(name, "4040") { done.send($0) }
    defer { resolution.cancel() }
    return try done.recv()
  }

  @Test("an answer has the port that was asked for")
  func answer() throws {
    try withLoop { loop in
      let server = NameServer(on: loop, answers)
      loop.resolver.servers = [server.place]
      let found = try resolve("good.example", on: loop).get()
      #expect(found.map(\.description) == ["127.0.0.9:4040"])
      #expect(server.asked.allSatisfy { $0 == "good.example" })
    }
  }

  @Test("a name that is not answered delays no other")
  func silentNames() throws {
    try withLoop { loop in
      let server = NameServer(on: loop, answers)
      loop.resolver.servers = [server.place]
      let dead = (0..<8).map { _ in
        loop.resolve("dead.example", 1) { _ in Issue.record("there is no answer to this") }
      }
      let found = try resolve("good.example", on: loop).get()
      #expect(found.count == 1)
      for resolution in dead { resolution.cancel() }
      #expect(server.asked.contains("dead.example"))
    }
  }

  @Test("a name that is not answered is given up at the time limit, with a sentence")
  func timeLimit() throws {
    let loop = Loop(manualTime: 1000)
    defer { loop.close() }
    let server = NameServer(on: loop, answers)
    loop.resolver.servers = [server.place]
    var result: Result<[SocketAddress], SocketError>?
    // Nobody gives up before the limit, which runs on the clock that the test sets.
    loop.resolver.tryTime = 600
    let resolution = loop.resolve("dead.example", 1) { result = $0 }
    loop.advance(by: 4.9)
    #expect(result == nil)
    loop.advance(by: 0.2)
    guard case .failure(let error) = result else {
      Issue.record("the name is still looked up")
      return
    }
    #expect(error.code == ENXIO)
    #expect(error.description.hasPrefix("cannot resolve \"dead.example\": no name server has answ"))
    withExtendedLifetime((resolution, server)) {}
  }

  @Test("a name that does not exist ends with a sentence that says so")
  func missing() throws {
    try withLoop { loop in
      let server = NameServer(on: loop, answers)
      loop.resolver.servers = [server.place]
      let result = try resolve("missing.example.", on: loop)
      #expect(
        throws: SocketError(
          code: ENXIO,
          "cannot resolve \"missing.example.\": there is no host of this name")
      ) { try result.get() }
      #expect(server.asked.contains("missing.example"))
    }
  }

  @Test("a name server that nobody runs ends with a sentence that says what to correct")
  func noServer() throws {
    try withLoop { loop in
      loop.resolver.servers = [NameServer(on: loop, [:]).place]
      guard case .failure(let error) = try resolve("good.example", on: loop) else {
        Issue.record("somebody has answered")
        return
      }
      #expect(error.description.contains("/etc/resolv.conf"))
    }
  }

  @Test("what is no name is refused without asking", arguments: ["", "a\0b"])
  func noNames(_ name: String) throws {
    try withLoop { loop in
      let server = NameServer(on: loop, answers)
      loop.resolver.servers = [server.place]
      guard case .failure(let error) = try resolve(name, on: loop) else {
        Issue.record("it has an address")
        return
      }
      #expect(error.description.contains("it is no host name"))
      #expect(server.asked.isEmpty)
    }
  }

  @Test("a cancelled question is not reported, and closing the loop ends those under way")
  func cancelled() {
    withLoop { loop in
      let server = NameServer(on: loop, answers)
      loop.resolver.servers = [server.place]
      let cancelled = loop.resolve("good.example", 1) { _ in Issue.record("it was cancelled") }
      let closed = loop.resolve("dead.example", 1) { _ in Issue.record("the loop was closed") }
      cancelled.cancel()
      loop.close()
      withExtendedLifetime((closed, server)) {}
    }
  }

  @Test("many names at once are all answered")
  func manyNames() {
    withLoop { loop in
      let server = NameServer(on: loop, answers)
      loop.resolver.servers = [server.place]
      loop.resolver.timeLimit = 60
      var found = 0
      let resolutions = (0..<100).map { _ in
        loop.resolve("good.example.", 1) { if (try? $0.get().count) == 1 { found += 1 } }
      }
      loop.run(until: { found == resolutions.count })
      #expect(found == resolutions.count)
    }
  }

  @Test(
    "a time limit that makes no sense ends the question with a sentence",
    arguments: [-Double.infinity, -1e300, -1, 0, .nan])
  func limits(_ limit: Double) throws {
    try withLoop { loop in
      let server = NameServer(on: loop, answers)
      loop.resolver.servers = [server.place]
      loop.resolver.timeLimit = limit
      loop.resolver.tryTime = limit
      guard case .failure(let error) = try resolve("dead.example", on: loop) else {
        Issue.record("it has an address")
        return
      }
      #expect(
        error.description.hasPrefix("cannot resolve \"dead.example\": no name server has answ"))
    }
  }

  @Test("each address of a name is given once, in order, however many there are")
  func manyAddresses() throws {
    try withLoop { loop in
      // As many as fit into an answer by UDP.
      let addresses = (0..<25).map { [127, 0, 1, UInt8($0 % 20)] as [UInt8] }
      let server = NameServer(on: loop, ["many.example": .addresses(addresses)])
      loop.resolver.servers = [server.place]
      let found = try resolve("many.example", on: loop).get()
      #expect(found.count == 20)
      #expect(Set(found).count == 20)
    }
  }

  @Test(
    "the families of addresses are those that the environment wants, the preferred one first",
    arguments: [
      ("ipv4,ipv6", ["192.0.2.7", "2001:db8::1"]), ("ipv6,ipv4", ["2001:db8::1", "192.0.2.7"]),
      ("ipv4", ["192.0.2.7"]), ("ipv6", ["2001:db8::1"]),
    ])
  func families(_ protocols: String, _ expected: [String]) throws {
    try withLoop { loop in
      let both: [NameServer.Record] = [
        .init(1, [192, 0, 2, 7]),
        .init(28, [0x20, 1, 0xd, 0xb8] + Array(repeating: 0, count: 11) + [1]),
      ]
      let server = NameServer(on: loop, ["both.example": .records(both)])
      loop.resolver.takeEnvironment { $0 == "PERL_ANYEVENT_PROTOCOLS" ? protocols : nil }
      loop.resolver.servers = [server.place]
      let found = try resolve("both.example", on: loop).get()
      #expect(found.map(\.host) == expected)
    }
  }

  @Test("a name without an address of the wanted families ends with a sentence that says so")
  func otherFamily() throws {
    try withLoop { loop in
      let server = NameServer(on: loop, answers)
      loop.resolver.servers = [server.place]
      loop.resolver.families = [6]
      let result = try resolve("good.example", on: loop)
      let error = #expect(throws: SocketError.self) { try result.get() }
      #expect(error?.description.contains("its addresses are of another family than") == true)
      // What is written as a number is not looked up.
      let number = try resolve("127.0.0.1", on: loop)
      #expect((try? number.get())?.count == 1)
    }
  }

  @Test("the environment names the file of servers, and what they are told")
  func environment() {
    withLoop { loop in
      let resolver = Resolver(on: loop)
      resolver.takeEnvironment {
        ["PERL_ANYEVENT_RESOLV_CONF": "/x", "PERL_ANYEVENT_EDNS0": "1"][$0]
      }
      #expect(resolver.configurationFile == "/x" && resolver.usesEDNS && resolver.families == nil)
      resolver.takeEnvironment {
        ["PERL_ANYEVENT_EDNS0": "0", "PERL_ANYEVENT_RESOLV_CONF": ""][$0]
      }
      #expect(resolver.configurationFile == "/x" && !resolver.usesEDNS)
    }
  }
}
