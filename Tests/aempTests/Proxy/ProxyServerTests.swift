import AnyEvent
import TestSupport
import Testing

@testable import AEMPTool

@Suite("The sockets of the proxy") struct ProxyServerTests {
  /// A proxy with the nodes `a` and `b/2`, where `a` is a server that keeps what it gets.
  private final class Bench {
    let loop: Loop
    let server: ProxyServer
    private var listener: Listener?
    private var announced = ""
    private(set) var accepted: [End] = []
    /// The sentences for the user of the proxy.
    var complaints: [String] { kept.sentences }
    private let kept = Complaints()

    private final class Complaints { var sentences: [String] = [] }

    /// `isThere`: whether `a` listens.
    init(_ loop: Loop, isThere: Bool = true) throws {
      self.loop = loop
      server = ProxyServer(on: loop) { [kept] in kept.sentences.append($0) }
      let addresses = try ask("node a").lines[0].text.split(separator: "\t")
      announced = String(addresses[0])
      _ = try ask("node b/2")
      guard isThere, let (host, port) = parse_hostport(String(addresses[1])) else { return }
      // The port that was kept for it can be listened on.
      listener = try loop.listen(on: host, port) { [unowned self] socket in
        accepted.append(End(Handle(fh: socket.fd, on: loop)))
      }
    }

    @discardableResult
    func ask(_ words: String) throws -> ProxyAnswer {
      var answer: ProxyAnswer?
      let request = try ProxyRequest(words.split(separator: " ").map { String($0) })
      server.perform(request, isJSON: false) { answer = $0 }
      return try #require(answer)
    }

    func connect() throws -> End {
      let (host, port) = try #require(parse_hostport(announced))
      let end = End(Handle(connect: (host, port), on: loop))
      end.handle.push_write(ProxyBench.greeting)
      return end
    }
  }

  /// An end of a connection, and what it has got.
  private final class End {
    let handle: Handle
    private(set) var text = ""
    private(set) var isAtEnd = false

    init(_ handle: Handle) {
      self.handle = handle
      handle.on_error = { [unowned self] _, _, _ in isAtEnd = true }
      handle.on_eof = { [unowned self] _ in isAtEnd = true }
      handle.on_read = { [unowned self] handle in
        text += handle.rbuf.text
        handle.rbuf = HandleBuffer()
      }
    }
  }

  @Test("bytes pass in both directions, and so does the end of each")
  func passage() throws {
    try withLoop { loop in
      let bench = try Bench(loop)
      let near = try bench.connect()
      loop.run(until: { bench.accepted.first?.text == ProxyBench.greeting })
      let far = try #require(bench.accepted.first)
      near.handle.push_write(String(repeating: "x", count: 1 << 20))
      near.handle.push_shutdown()
      loop.run(until: { far.isAtEnd })
      #expect(far.text.utf8.count == ProxyBench.greeting.utf8.count + 1 << 20)
      #expect(!near.isAtEnd)
      far.handle.push_write("answer")
      far.handle.push_shutdown()
      loop.run(until: { near.isAtEnd })
      #expect(near.text == "answer")
    }
  }

  @Test("who dials a node that is away is hung up on, which is said and counted")
  func away() throws {
    try withLoop { loop in
      let bench = try Bench(loop, isThere: false)
      let near = try bench.connect()
      loop.run(until: { near.isAtEnd })
      #expect(near.text == "")
      let sentence = try #require(bench.complaints.first)
      #expect(sentence.hasPrefix("a cannot be reached at 127.0.0.1:"), "\(sentence)")
      #expect(sentence.hasSuffix(": Connection refused; the connection of b/2 was closed"))
      #expect(try bench.ask("list").lines.map(\.text) == ["a\tb/2\t0\t0\t1\t0\t"])
      #expect(try bench.ask("wait a b/2 connections 0") == ProxyAnswer())
    }
  }

  @Test("a cut ends both ends at once, and who waits for what is counted is told")
  func cut() throws {
    try withLoop { loop in
      let bench = try Bench(loop)
      var isConnected = false
      let wait = try ProxyRequest(["wait", "a", "b/2", "connections", "1"])
      bench.server.perform(wait, isJSON: false) { _ in isConnected = true }
      let near = try bench.connect()
      loop.run(until: { isConnected && bench.accepted.count == 1 })
      try bench.ask("cut a b/2")
      loop.run(until: { near.isAtEnd && bench.accepted[0].isAtEnd })
      let refused = try bench.connect()
      loop.run(until: { refused.isAtEnd })
      #expect(bench.accepted.count == 1)
      #expect(try bench.ask("list").lines.first?.text.hasPrefix("a\tb/2\t0\t0\t1\t") == true)
    }
  }

  @Test("who has gone is waited for no more")
  func gone() throws {
    try withLoop { loop in
      let bench = try Bench(loop)
      final class Client { var isThere = true }
      var client: Client? = Client()
      weak let kept = client
      var isTold = false
      let wait = try ProxyRequest(["wait", "a", "b/2", "drops", "1"])
      bench.server.perform(wait, isJSON: false, while: { [client] in client?.isThere == true }) {
        _ in isTold = true
      }
      client?.isThere = false
      client = nil
      #expect(kept != nil)
      let near = try bench.connect()
      loop.run(until: { bench.accepted.count == 1 })
      #expect(kept == nil)
      #expect(!isTold)
      near.handle.destroy()
    }
  }

  @Test("a node that takes nothing has its source rest, and gets all of it in the end")
  func rest() throws {
    try withLoop { loop in
      let bench = try Bench(loop)
      let near = try bench.connect()
      loop.run(until: { bench.accepted.count == 1 })
      let far = bench.accepted[0]
      let reading = far.handle.on_read
      far.handle.on_read = nil
      far.handle.stop_read()
      let size = 32 << 20
      var isSent = false
      near.handle.push_write([UInt8](repeating: 0x78, count: size))
      near.handle.on_drain = { _ in isSent = true }
      // Until nothing moves any more, much less than all has left.
      var before = -1
      while case let now = try passed(bench), now != before {
        before = now
        loop.settle()
      }
      #expect(!isSent && before < size)
      far.handle.on_read = reading
      far.handle.start_read()
      loop.run(until: { far.text.utf8.count >= size })
      #expect(isSent)
    }
  }

  /// The bytes that have passed between the two nodes.
  private func passed(_ bench: Bench) throws -> Int {
    let fields = try bench.ask("list").lines[0].text.split(separator: "\t")
    return Int(fields[5]) ?? 0
  }
}
