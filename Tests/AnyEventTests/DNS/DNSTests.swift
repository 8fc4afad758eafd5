import AnyEvent
import TestSupport
import Testing

@Suite("Records of the domain name system are found by the functions that Perl has") struct DNSTests
{
  private typealias Record = NameServer.Record

  private static func short(_ number: Int) -> [UInt8] {
    [UInt8(number >> 8), UInt8(number & 255)]
  }

  private static func strings(_ strings: String...) -> [UInt8] {
    strings.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
  }

  private let answers: [String: NameServer.Answer] = [
    "host.example": .records([
      Record(1, [192, 0, 2, 7]), Record(1, [192, 0, 2, 8]),
      Record(28, [0x20, 1, 0xd, 0xb8] + Array(repeating: 0, count: 11) + [1]),
      Record(16, strings("first", "second")), Record(16, [4, 0x67, 0xFC, 0x6E, 0xFC]),
      Record(2, NameServer.wire("ns.example")),
      Record(15, short(20) + NameServer.wire("late.example")),
      Record(15, short(10) + NameServer.wire("early.example")),
      Record(
        6,
        NameServer.wire("ns.example") + NameServer.wire("root.example")
          + [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5]),
      Record(200, [1, 2, 3]),
    ]),
    "_sip._udp.example": .records([
      Record(33, short(20) + short(0) + short(5061) + NameServer.wire("b.example")),
      Record(33, short(10) + short(5) + short(5060) + NameServer.wire("a.example")),
    ]),
    "alias.example": .records([
      Record(5, NameServer.wire("middle.example")),
      Record("middle.example", 5, NameServer.wire("HOST.example")),
      Record("host.example", 1, [192, 0, 2, 9]),
    ]),
    "far.example": .records([Record(5, NameServer.wire("host.example"))]),
    "circle.example": .records([Record(5, NameServer.wire("circle.example"))]),
    "7.2.0.192.in-addr.arpa": .records([
      Record(12, NameServer.wire("liar.example")), Record(12, NameServer.wire("host.example")),
    ]),
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa": .records([
      Record(12, NameServer.wire("host.example"))
    ]),
    "liar.example": .address([192, 0, 2, 66]),
    "broken.example": .code(2),
    "dead.example": .silence,
    "inner.corp.example": .address([10, 0, 0, 1]),
  ]

  /// Runs a body with a server, and the loop's resolver at it.
  private func withServer(_ body: (Loop, NameServer) throws -> Void) rethrows {
    try withLoop { loop in
      let server = NameServer(on: loop, answers)
      loop.resolver.servers = [server.place]
      try body(loop, server)
    }
  }

  /// A server that answers by TCP, too, and is the one of the loop's resolver.
  private func serverByTCP(
    _ loop: Loop, _ answers: [String: NameServer.Answer]
  ) throws -> NameServer {
    // The port that UDP got may be taken for TCP.
    for _ in 0..<20 {
      guard let server = NameServer(byTCP: loop, answers) else { continue }
      loop.resolver.servers = [server.place]
      return server
    }
    throw NoPort()
  }

  private struct NoPort: Error {}

  /// What a function gives to its callback, which it may call only once and not at once.
  private func result<Found>(_ loop: Loop, _ ask: (@escaping (Found) -> Void) -> Void) -> Found? {
    var found: Found?
    var calls = 0
    loop.perform {
      ask {
        found = $0
        calls += 1
      }
    }
    #expect(calls == 0)
    loop.run(until: { calls > 0 })
    loop.settle()
    #expect(calls == 1)
    return found
  }

  @Test("each function gives what its records say")
  func functions() throws {
    withServer { loop, _ in
      #expect(result(loop) { DNS.a("host.example.", $0) } == ["192.0.2.7", "192.0.2.8"])
      #expect(result(loop) { DNS.aaaa("host.example.", $0) } == ["2001:db8::1"])
      #expect(result(loop) { DNS.mx("host.example.", $0) } == ["early.example", "late.example"])
      #expect(result(loop) { DNS.ns("host.example.", $0) } == ["ns.example"])
      #expect(result(loop) { DNS.txt("host.example.", $0) } == ["first", "günü"])
      #expect(result(loop) { DNS.soa("host.example.", $0) }?.first?.data[2...] == [1, 2, 3, 4, 5])
      #expect(result(loop) { DNS.ptr("7.2.0.192.in-addr.arpa.", $0) }?.count == 2)
      #expect(
        result(loop) { DNS.srv("sip", "udp", "example.", $0) } == [
          DNSService(priority: 10, weight: 5, port: 5060, target: "a.example"),
          DNSService(priority: 20, weight: 0, port: 5061, target: "b.example"),
        ])
      let all = result(loop) { DNS.any("host.example.", $0) } ?? []
      #expect(all.count == 10)
      #expect(all.last?.type == "200")
      #expect(all.last?.data == [.bytes([1, 2, 3])])
    }
  }

  @Test("without a name, a record or an answer there is nothing")
  func nothing() {
    withServer { loop, _ in
      loop.resolver.tryTime = 0.01
      loop.resolver.tries = 1
      for name in [
        "missing.example.", "broken.example.", "liar.example.", "dead.example.", "", "a\0b",
      ] {
        #expect(result(loop) { DNS.aaaa(name, $0) } == [], "\(name)")
      }
      #expect(result(loop) { DNS.resolver.resolve("host.example.", "nonsense", $0) } == [])
      #expect(result(loop) { DNS.resolver.resolve("host.example", "a", search: [], $0) } == [])
    }
  }

  @Test("names of an address are found, and only those that have the address are verified")
  func reverse() {
    withServer { loop, _ in
      let both = ["liar.example", "host.example"]
      #expect(result(loop) { DNS.reverse_lookup("192.0.2.7", $0) } == both)
      #expect(result(loop) { DNS.reverse_lookup("::ffff:192.0.2.7", $0) } == both)
      #expect(result(loop) { DNS.reverse_lookup("::192.0.2.7", $0) } == both)
      #expect(result(loop) { DNS.reverse_verify("192.0.2.7", $0) } == ["host.example"])
      #expect(result(loop) { DNS.reverse_verify("2001:db8::1", $0) } == ["host.example"])
      #expect(result(loop) { DNS.reverse_verify("192.0.2.99", $0) } == [])
      #expect(result(loop) { DNS.reverse_lookup("no address", $0) } == [])
    }
  }

  @Test("of an address with very many names the first 64 are verified")
  func manyNames() throws {
    try withLoop { loop in
      let names = (0..<80).map { Record(12, NameServer.wire("\($0)")) }
      let server = try serverByTCP(loop, ["7.2.0.192.in-addr.arpa": .long(names)])
      #expect(result(loop) { DNS.reverse_verify("192.0.2.7", $0) } == [])
      #expect(server.asked.filter { !$0.hasSuffix("arpa") } == (0..<64).map { "\($0)" })
    }
  }

  @Test("aliases are followed in the answer and beyond it, but not in circles")
  func aliases() {
    withServer { loop, server in
      #expect(result(loop) { DNS.a("alias.example.", $0) } == ["192.0.2.9"])
      #expect(result(loop) { DNS.a("far.example.", $0) } == ["192.0.2.7", "192.0.2.8"])
      #expect(server.asked.filter { $0 == "host.example" }.count == 1)
      #expect(result(loop) { DNS.a("circle.example.", $0) } == [])
      let records = result(loop) {
        DNS.resolver.resolve("alias.example.", "a", accept: ["cname"], $0)
      }
      #expect(records?.first?[4] == "middle.example")
      #expect(records?.first?[0] == "alias.example")
      #expect(records?.first?[99] == .null)
    }
  }

  @Test("what is put behind a name is tried in turn")
  func searching() {
    withServer { loop, server in
      let found = result(loop) {
        DNS.resolver.resolve("inner", "a", search: ["", "other.example", "corp.example"], $0)
      }
      #expect(found?.map { $0[4] } == ["10.0.0.1"])
      #expect(server.asked == ["inner", "inner.other.example", "inner.corp.example"])
      let own = loop.perform { DNS(server: [server.place], search: ["corp.example"]) }
      #expect(result(loop) { own.resolve("inner", "a", $0) }?.count == 1)
      #expect(result(loop) { own.resolve("inner.", "a", $0) } == [])
    }
  }

  @Test("an answer that was cut off is asked for again by TCP")
  func truncated() throws {
    let long = (0..<60).map {
      Record(16, Self.strings("text \($0) " + String(repeating: "x", count: 200)))
    }
    try withLoop { loop in
      let server = try serverByTCP(loop, ["long.example": .long(long)])
      let texts = result(loop) { DNS.txt("long.example.", $0) }
      #expect(texts?.count == 60)
      #expect(texts?.last?.hasPrefix("text 59 ") == true)
      #expect(server.askedByTCP == 1)
    }
  }

  @Test(
    "an answer that is none counts as none",
    arguments: [
      [], [0x81], [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0],
      [0x81, 0x80, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xC0, 12, 0, 1, 0, 1],
    ] as [[UInt8]])
  func garbage(_ bytes: [UInt8]) {
    withLoop { loop in
      let server = NameServer(on: loop, ["odd.example": .garbage(bytes)])
      loop.resolver.servers = [server.place]
      loop.resolver.tryTime = 0.01
      #expect(result(loop) { DNS.a("odd.example.", $0) } == [])
    }
  }

  @Test("only so many questions are under way, and a slot can be waited for")
  func slots() {
    withServer { loop, server in
      let resolver = loop.perform { DNS(server: [server.place], max_outstanding: 2) }
      var found = 0
      for _ in 0..<5 { resolver.resolve("dead.example.", "a") { _ in } }
      resolver.resolve("host.example.", "a") { found += $0.count }
      var slots = 0
      resolver.wait_for_slot { _ in slots += 1 }
      loop.run(until: { server.asked.count >= 2 })
      loop.settle()
      #expect(server.asked == ["dead.example", "dead.example"])
      #expect(slots == 0)
      resolver.max_outstanding(10)
      loop.run(until: { found == 2 && slots == 1 })
      #expect(slots == 1)
    }
  }

  @Test("a question ends after the sum of its times, on the loop's clock")
  func times() {
    let loop = Loop(manualTime: 1000)
    defer { loop.close() }
    let server = NameServer(on: loop, answers)
    let resolver = loop.perform { DNS(server: [server.place], timeout: [600, 5, 5]) }
    var found: [DNSRecord]?
    resolver.resolve("dead.example.", "a") { found = $0 }
    loop.advance(by: 609)
    #expect(found == nil)
    loop.advance(by: 2)
    #expect(found == [])
    withExtendedLifetime(server) {}
  }

  @Test("closing the loop ends questions without calling, and frees what their callbacks hold")
  func closing() {
    final class Held {}
    weak var held: Held?
    withLoop { loop in
      let server = NameServer(on: loop, answers)
      do {
        let object = Held()
        held = object
        let resolver = loop.perform { DNS(server: [server.place], max_outstanding: 1) }
        for _ in 0..<3 {
          resolver.resolve("dead.example.", "a") { [object] _ in
            Issue.record("the loop is closed: \(object)")
          }
        }
        resolver.wait_for_slot { [object] _ in Issue.record("the loop is closed: \(object)") }
      }
      loop.run(until: { !server.asked.isEmpty })
      #expect(held != nil)
      loop.close()
    }
    #expect(held == nil)
  }

  @Test("what is asked behind the end of the loop is not called, and frees what its callback holds")
  func closed() {
    final class Held {}
    weak var held: Held?
    withLoop { loop in
      let resolver = loop.perform { DNS(server: ["127.0.0.1:1"]) }
      loop.close()
      let object = Held()
      held = object
      resolver.resolve("host.example.", "a") { [object] _ in
        Issue.record("the loop is closed: \(object)")
      }
      resolver.wait_for_slot { [object] _ in Issue.record("the loop is closed: \(object)") }
    }
    #expect(held == nil)
  }

  @Test("a request of one's own gets the whole answer, a failure too")
  func requests() throws {
    try withServer { loop, _ in
      let resolver = loop.perform { DNS.resolver }
      let answer = result(loop) {
        resolver.request(DNSMessage(rd: true, qd: [.init("host.example", "mx")]), $0)
      }
      let message = try #require(answer ?? nil)
      #expect(message.qr && message.rd && message.ra && !message.tc)
      #expect(message.rc == "noerror")
      #expect(message.qd == [.init("host.example", "mx")])
      #expect(message.an.count == 2)
      let missing = result(loop) {
        resolver.request(DNSMessage(rd: true, qd: [.init("missing.example", "a")]), $0)
      }
      #expect((missing ?? nil)?.rc == "nxdomain")
      let long = result(loop) {
        resolver.request(DNSMessage(qd: [.init(String(repeating: "x", count: 64), "a")]), $0)
      }
      #expect(long == .some(nil))
    }
  }

  @Test("the settings of a file count, as far as it says them")
  func file() {
    withServer { loop, server in
      let resolver = loop.perform { DNS(server: [server.place]) }
      resolver.parse_resolv_conf(
        """
        # nameserver 192.0.2.1
        nameserver nonsense
        search other.example corp.example  ; two
        options ndots:1 timeout:3 attempts:2 rotate
        """)
      #expect(result(loop) { resolver.resolve("inner", "a", $0) }?.count == 1)
    }
  }

  @Test("a resolver that takes the place of the loop's is asked by everything")
  func replaced() {
    withLoop { loop in
      let server = NameServer(on: loop, answers)
      var found: [String] = []
      loop.perform {
        DNS.resolver = DNS(server: [server.place], search: ["corp.example"])
        DNS.a("inner") { found += $0 }
      }
      let resolution = loop.resolve("inner", 1) { result in
        found += ((try? result.get()) ?? []).map(\.host)
      }
      loop.run(until: { found.count == 2 })
      #expect(found == ["10.0.0.1", "10.0.0.1"])
      withExtendedLifetime(resolution) {}
    }
  }
}
