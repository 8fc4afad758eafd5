import AnyEventMP
import TestSupport
import Testing

/// What a stranger sends, and what the log says about it.
struct BadGreeting: CustomTestStringConvertible, Sendable {
  let name: String
  /// What is sent; gets the node's id, its own two lines, and the id of a node that is connected.
  let text: @Sendable (_ node: String, _ lines: [String], _ connected: String) -> String
  let reason: String
  /// The node id that the log line must name.
  var id: String?
  /// Whether the stranger hangs up afterwards.
  var hangsUp = false

  var testDescription: String { name }

  private static let greeting = "aemp;1;stranger;hmac_sha3_512;cbor,json\nnonce\n"

  static let all = [
    BadGreeting(
      name: "HTTP", text: { _, _, _ in "GET / HTTP/1.1\r\nHost: x\r\n\r\n" },
      reason: "does not speak AEMP"),
    BadGreeting(name: "empty lines", text: { _, _, _ in "\n\n\n" }, reason: "does not speak AEMP"),
    BadGreeting(
      name: "too few fields", text: { _, _, _ in "aemp;1;x\n" }, reason: "too few fields"),
    BadGreeting(
      name: "endless line", text: { _, _, _ in String(repeating: "x", count: 5000) },
      reason: "more than 4096 bytes"),
    BadGreeting(
      name: "long line with an end",
      text: { _, _, _ in String(repeating: "x", count: 9000) + "\n" },
      reason: "more than 4096 bytes"),
    BadGreeting(
      name: "wrong version", text: { _, _, _ in "aemp;2;stranger;hmac_sha3_512;json\nn\n" },
      reason: "version '2'"),
    BadGreeting(
      name: "no node id", text: { _, _, _ in "aemp;1;;hmac_sha3_512;json\nn\n" },
      reason: "calls itself"),
    BadGreeting(
      name: "node id with a space", text: { _, _, _ in "aemp;1;a b;hmac_sha3_512;json\nn\n" },
      reason: "calls itself 'a b'"),
    BadGreeting(
      name: "our own node id",
      text: { node, _, _ in "aemp;1;\(node);hmac_sha3_512;json\nother nonce\n" },
      reason: "another node has our node id"),
    BadGreeting(
      name: "echo", text: { _, lines, _ in lines.joined(separator: "\n") + "\n" },
      reason: "echo attack"),
    BadGreeting(
      name: "our nonce",
      text: { _, lines, _ in "aemp;1;stranger;hmac_sha3_512;json\n\(lines[1])\n" },
      reason: "our own nonce", id: "stranger"),
    BadGreeting(
      name: "unknown extension",
      text: { _, _, _ in "aemp-nothing;1;stranger;hmac_sha3_512;json\nn\n" },
      reason: "aemp-nothing", id: "stranger"),
    BadGreeting(
      name: "the name of a node that is connected, without its secret",
      text: { _, _, connected in
        "aemp;1;\(connected);hmac_sha3_512;json\nnonce\n"
          + "hmac_sha3_512;\(String(repeating: "0a", count: 64));json\n"
      },
      reason: "compare the secret"),
    BadGreeting(
      name: "no common method", text: { _, _, _ in "aemp;1;stranger;tls_anon,other;json\nn\n" },
      reason: "no common authentication method", id: "stranger"),
    BadGreeting(
      name: "no common framing", text: { _, _, _ in "aemp;1;stranger;hmac_sha3_512;storable\nn\n" },
      reason: "no common framing", id: "stranger"),
    BadGreeting(
      name: "wrong secret",
      text: { _, _, _ in greeting + "hmac_sha3_512;\(String(repeating: "0a", count: 64));json\n" },
      reason: "compare the secret", id: "stranger"),
    BadGreeting(
      name: "upper-case hex",
      text: { _, _, _ in greeting + "hmac_sha3_512;\(String(repeating: "0A", count: 64));json\n" },
      reason: "authentication line", id: "stranger"),
    BadGreeting(
      name: "rubbish instead of authentication", text: { _, _, _ in greeting + "rubbish\n" },
      reason: "authentication line", id: "stranger"),
    BadGreeting(
      name: "a method that we do not accept",
      text: { _, _, _ in greeting + "cleartext;00;json\n" }, reason: "authenticates by 'cleartext'",
      id: "stranger"),
    BadGreeting(
      name: "half a greeting, then the end", text: { _, _, _ in "aemp;1;stran" },
      reason: "closed the connection before its greeting", hangsUp: true),
    BadGreeting(
      name: "nothing, then the end", text: { _, _, _ in "" },
      reason: "closed the connection before its greeting", hangsUp: true),
    BadGreeting(
      name: "greeting, then the end", text: { _, _, _ in greeting },
      reason: "closed the connection before its authentication line", id: "stranger", hangsUp: true),
  ]
}

@Suite("Strangers") struct BadGreetingTests {
  @Test(
    "a bad greeting: closed, one log line with address, id and reason; the others are served",
    arguments: BadGreeting.all, [false, true])
  func badGreeting(_ bad: BadGreeting, byteByByte: Bool) throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let friend = try WirePeer.connect(node.address, id: TestName.next("friend"), loop)
      let stranger = try RawPeer.connect(node.address, loop)
      loop.run(until: { stranger.lines.count >= 2 })
      let text = bad.text(node.id, stranger.lines, friend.id)
      if byteByByte, text.utf8.count < 1000 {
        for byte in text.utf8 {
          stranger.send([byte])
          loop.runOnce(waiting: false)
        }
      } else {
        stranger.send(text)
      }
      if bad.hangsUp { stranger.stream.flushAndClose() }
      loop.run(until: { !log.lines(with: stranger.address).isEmpty })
      loop.run(until: { stranger.isClosed || bad.hangsUp })
      loop.settle()
      let lines = log.lines(with: stranger.address)
      #expect(lines.count == 1, "\(lines)")
      let line = lines.first ?? ""
      #expect(line.contains(bad.reason))
      if let id = bad.id { #expect(line.contains("(\(id))")) }
      // Nothing was given to guess the secret with.
      #expect(stranger.lines.count == 2)
      #expect(node.connectedNodes == [friend.id])
      friend.send("", "snd", .string("\(friend.id)#echo"), "still here")
      loop.run(until: { friend.messages(to: "echo") == [["still here"]] })
    }
  }

  @Test(
    "whoever is too slow is closed when the time is over, and not before",
    arguments: ["", "aemp;1;slow", "aemp;1;slow;hmac_sha3_512;json\nnonce\n"])
  func tooSlow(text: String) throws {
    let log = LogCollector.shared
    try withLoop(manualTime: 1000) { loop in
      let node = try Node.listening(on: loop, monitorTimeout: 12)
      defer { node.close() }
      let stranger = try RawPeer.connect(node.address, loop)
      loop.run(until: { stranger.lines.count == 2 })
      stranger.send(text)
      loop.advance(by: 11.9)
      loop.settle()
      #expect(!stranger.isClosed)
      loop.advance(by: 0.2)
      loop.run(until: { stranger.isClosed })
      let lines = log.lines(with: stranger.address)
      #expect(lines.count == 1 && lines[0].contains("not done in time"), "\(lines)")
    }
  }

  @Test("a slow trickle of bytes does not prolong the time")
  func trickle() throws {
    try withLoop(manualTime: 1000) { loop in
      let node = try Node.listening(on: loop, monitorTimeout: 10)
      defer { node.close() }
      let stranger = try RawPeer.connect(node.address, loop)
      loop.run(until: { stranger.lines.count == 2 })
      for _ in 0..<9 {
        stranger.send("x")
        loop.advance(by: 1)
      }
      #expect(!stranger.isClosed)
      loop.advance(by: 1.5)
      loop.run(until: { stranger.isClosed })
    }
  }

  @Test("a wrong secret shows on both sides, on ours with the advice to compare the files")
  func wrongSecretDialled() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let node = try Node.listening(on: loop, secret: "one")
      defer { node.close() }
      let other = try Node.listening(on: loop, seeds: [node.address], secret: "another")
      defer { other.close() }
      loop.run(until: { !log.lines(with: "(\(other.id))").isEmpty })
      loop.run(until: { !log.lines(with: "(\(node.id))", upTo: .error).isEmpty })
      let dialled = log.lines(with: "(\(node.id))", upTo: .error)
      #expect(dialled.first?.contains(node.address) == true)
      #expect(
        dialled.first?.contains("compare the secret in the configuration file of both hosts")
          == true)
    }
  }
}
