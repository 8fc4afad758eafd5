import AEMPWire
import Testing

/// Every way in which the other end can be refused, and what the machine says afterwards.
struct RefusalTests {
  private static let nonce = "our-nonce"
  private static let greeting = "aemp;1;us;hmac_sha3_512;cbor,json"
  private static let peer = "aemp;1;them;hmac_sha3_512;cbor"

  struct Case: Sendable {
    var code: Refusal.Code
    /// Words that the sentence must have.
    var says: String
    var input: [UInt8]
    var role = Handshake.Role.dialling

    init(_ code: Refusal.Code, _ says: String, _ input: String) {
      self.init(code, says, Array(input.utf8))
    }

    init(_ code: Refusal.Code, _ says: String, _ input: [UInt8]) {
      self.code = code
      self.says = says
      self.input = input
    }
  }

  private static let code = String(repeating: "0", count: 128)
  private static let start = "\(peer)\nx\n"

  private static let cases: [Case] = [
    Case(.malformedGreeting, "does not speak AEMP", "HTTP/1.1 400 Bad Request\r\n"),
    Case(.malformedGreeting, "does not speak AEMP", "\n"),
    Case(.malformedGreeting, "too few fields", "aemp;1;them;hmac_sha3_512\n"),
    Case(.wrongVersion, "version '2'", "aemp;2;them;hmac_sha3_512;cbor\n"),
    Case(.wrongProtocol, "'aemp-x'", "aemp-x;1;them;hmac_sha3_512;cbor\n"),
    Case(.invalidNodeID, "A-Z a-z 0-9", "aemp;1;the m;hmac_sha3_512;cbor\n"),
    Case(.invalidNodeID, "A-Z a-z 0-9", "aemp;1;;hmac_sha3_512;cbor\n"),
    Case(.ownNode, "I refuse to talk to myself", "aemp;1;us;hmac_sha3_512;cbor\n"),
    Case(.ownNode, "I refuse to talk to myself", "\(greeting)\nanother\n"),
    Case(.echo, "echo", "\(greeting)\n\(nonce)\n"),
    Case(.equalNonces, "nonce", "\(peer)\n\(nonce)\n"),
    Case(.noCommonAuthMethod, "auth_offer", "aemp;1;them;tls_sha3_512,cleartext;cbor\nx\n"),
    Case(.noCommonAuthMethod, "accepts nothing", "aemp;1;them;;cbor\nx\n"),
    Case(.noCommonFraming, "framing_format", "aemp;1;them;hmac_sha3_512;storable\nx\n"),
    Case(.noCommonFraming, "nothing", "aemp;1;them;hmac_sha3_512;\nx\n"),
    Case(.malformedAuthLine, "method;data;framing", "\(start)\n"),
    Case(.malformedAuthLine, "method;data;framing", "\(start)hmac_sha3_512;\(code)\n"),
    Case(.malformedAuthLine, "lower-case hex", "\(start)hmac_sha3_512;A\(code.dropLast());cbor\n"),
    Case(.malformedAuthLine, "lower-case hex", "\(start)hmac_sha3_512;0;cbor\n"),
    Case(.wrongSecret, "compare the secret", "\(start)hmac_sha3_512;\(code);cbor\n"),
    Case(.wrongSecret, "compare the secret", "\(start)hmac_sha3_512;00;cbor\n"),
    Case(.wrongSecret, "compare the secret", "\(start)hmac_sha3_512;;cbor\n"),
    Case(.authMethodNotAccepted, "auth_accept", "\(start)cleartext;73;cbor\n"),
    Case(.authMethodNotAccepted, "auth_accept", "\(start)tls_anon;;cbor\n"),
    Case(.authMethodNotAccepted, "auth_accept", "\(start)tls_sha3_512;\(code);cbor\n"),
    Case(.authMethodNotAccepted, "auth_accept", "\(start)no\u{1B}[31mne;;cbor\n"),
    Case(.authMethodNotAccepted, "auth_accept", "\(start);;cbor\n"),
    Case(.lineTooLong, "greeting", Array(repeating: 97, count: 4096)),
    Case(.lineTooLong, "greeting", Array(repeating: 97, count: 5000) + [10]),
    Case(.lineTooLong, "second line", Array("\(peer)\n".utf8) + Array(repeating: 97, count: 4096)),
    Case(
      .lineTooLong, "authentication line",
      Array(start.utf8) + Array(repeating: 97, count: 4096)),
    Case(.notUTF8, "greeting", [0xFF, 10]),
    Case(.notUTF8, "second line", Array("\(peer)\n".utf8) + [0xC3, 10]),
    Case(.notUTF8, "authentication line", Array(start.utf8) + [0x80, 10]),
  ]

  private func owner(_ role: Handshake.Role, secret: String = "s") throws -> Owner {
    let owner = Owner(
      Handshake(
        HandshakeConfiguration(nodeID: "us", secret: try Secret(secret)), as: role,
        greeting: try GreetingLines(first: RefusalTests.greeting, second: RefusalTests.nonce)))
    owner.start()
    return owner
  }

  /// The machine is silent after a refusal, whatever comes.
  private func expectSilence(_ owner: Owner) {
    let over = owner.machine.isOver
    let actions =
      owner.machine.feed(Array("\(RefusalTests.peer)\nx\n".utf8)) + owner.machine.proceed()
      + owner.machine.authenticate() + owner.machine.endOfStream() + owner.machine.timedOut()
      + owner.machine.refuse(Refusal(.echo, "again")) + owner.machine.start()
    #expect(over)
    #expect(actions == [])
  }

  @Test("what is wrong ends the connection with its code and sentence, and then there is silence")
  func all() throws {
    for test in RefusalTests.cases {
      for length in [1, 7, 10_000] {
        let owner = try owner(.dialling)
        for segment in segments(of: length)(test.input) { owner.feed(segment) }
        let refusal = owner.refusal
        #expect(refusal?.code == test.code, "\(test)")
        #expect(refusal?.reason.contains(test.says) == true, "\(test) \(refusal?.reason ?? "")")
        #expect(refusal?.reason.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } == true)
        let connected = owner.connection != nil
        #expect(!connected)
        expectSilence(owner)
      }
    }
  }

  @Test("both roles refuse the same, but only a dialler refuses a protocol extension")
  func roles() throws {
    for test in RefusalTests.cases where test.code != .wrongProtocol {
      let owner = try owner(.accepting)
      owner.feed(test.input)
      let code = owner.refusal?.code
      #expect(code == test.code, "\(test)")
      // Nothing but the greeting was sent.
      let sent = owner.takeSent()
      #expect(sent == Array("\(RefusalTests.greeting)\n\(RefusalTests.nonce)\n".utf8))
      expectSilence(owner)
    }
  }

  @Test("a framing that was not announced as ours is refused even with the right secret")
  func foreignFraming() throws {
    // Their machine believes that we speak JSON; ours speaks CBOR only.
    let secret = try Secret("s")
    let ours = try GreetingLines(first: "aemp;1;us;hmac_sha3_512;json", second: "a")
    let us = Owner(
      Handshake(
        HandshakeConfiguration(nodeID: "us", secret: secret, framings: [.cbor]), as: .dialling,
        greeting: ours))
    let them = Owner(
      Handshake(
        HandshakeConfiguration(nodeID: "them", secret: secret), as: .dialling,
        greeting: try GreetingLines(first: "aemp;1;them;hmac_sha3_512;cbor", second: "b")))
    us.start()
    them.start()
    them.feed(us.takeSent())
    us.feed(them.takeSent())
    let refusal = us.refusal
    #expect(refusal?.code == .noCommonFraming)
    #expect(refusal?.reason.contains("'json'") == true)
    expectSilence(us)
  }

  @Test("without secret and TLS nobody is authenticated, and the reason says what to configure")
  func noCredentials() throws {
    for role in [Handshake.Role.dialling, .accepting] {
      let owner = try owner(role, secret: "")
      owner.feed("\(RefusalTests.peer)\nx\n".utf8)
      let refusal = owner.refusal
      #expect(refusal?.code == .noCredentials)
      #expect(refusal?.reason.contains("secret") == true)
      #expect(refusal?.reason.contains("TLS") == true)
      expectSilence(owner)
    }
  }

  @Test("our own authentication line sent back proves nothing")
  func reflection() throws {
    let owner = try owner(.dialling)
    _ = owner.takeSent()
    owner.feed(RefusalTests.start.utf8)
    owner.feed(owner.takeSent())
    let code = owner.refusal?.code
    #expect(code == .wrongSecret)
  }

  @Test("an end of stream is reported with what was missing")
  func endOfStream() throws {
    let stages: [(String, Refusal.Code, String)] = [
      ("", .endOfStream, "greeting"), ("aemp;1;th", .endOfStream, "greeting"),
      ("\(RefusalTests.peer)\n", .endOfStream, "second line"),
      ("\(RefusalTests.start)", .endOfStream, "authentication line"),
    ]
    for (input, code, says) in stages {
      let owner = try owner(.accepting)
      owner.feed(input.utf8)
      owner.perform(owner.machine.endOfStream())
      let refusal = owner.refusal
      #expect(refusal?.code == code)
      #expect(refusal?.reason.contains(says) == true)
      expectSilence(owner)
    }
    // A dialler that has sent its line was not believed.
    let owner = try owner(.dialling)
    owner.feed(RefusalTests.start.utf8)
    owner.perform(owner.machine.endOfStream())
    let refusal = owner.refusal
    #expect(refusal?.code == .refusedByPeer)
    #expect(refusal?.reason.contains("configuration file of both hosts") == true)
  }

  @Test("a time-out is reported with what was awaited")
  func timeOut() throws {
    for (input, says) in [
      ("", "greeting"), ("\(RefusalTests.peer)\n", "second line"),
      (RefusalTests.start, "authentication line"),
    ] {
      let owner = try owner(.dialling)
      owner.feed(input.utf8)
      owner.perform(owner.machine.timedOut())
      let refusal = owner.refusal
      #expect(refusal?.code == .timedOut)
      #expect(refusal?.reason.contains(says) == true)
      expectSilence(owner)
    }
  }

  @Test("another node with our id is told from this very node by what only one of them says")
  func namesake() throws {
    for (instance, code) in [("a", Refusal.Code.ownNode), ("b", .nodeIDInUse), ("", .nodeIDInUse)] {
      let owner = Owner(
        try Handshake(
          HandshakeConfiguration(
            nodeID: "us", secret: try Secret("s"), keys: [.init(Greeting.instanceKey, "a")]),
          as: .accepting, peerAddress: "h:1"))
      owner.start()
      let key = instance.isEmpty ? "" : ";\(Greeting.instanceKey)=\(instance)"
      owner.feed("\(RefusalTests.greeting)\(key)\nx\n".utf8)
      let refusal = owner.refusal
      #expect(refusal?.code == code && refusal?.reason.contains("'us'") == true)
      expectSilence(owner)
    }
  }

  @Test("whom the greeting says to have our secret is not told to compare it")
  func commonSecret() throws {
    func pair() throws -> Pair {
      try Pair(
        HandshakeConfiguration(nodeID: "alpha", secret: try Secret("s")),
        HandshakeConfiguration(nodeID: "beta", secret: try Secret("s")))
    }
    let hangup = try pair()
    hangup.listener.answers = false
    hangup.run()
    hangup.listener.perform(hangup.listener.machine.proceed())
    hangup.run()
    hangup.dialler.perform(hangup.dialler.machine.endOfStream())
    let first = hangup.dialler.refusal
    #expect(first?.code == .refusedByPeer && first?.reason.contains("has our secret") == true)
    #expect(first?.reason.contains("compare the secret") == false)
    let forged = try pair()
    forged.listener.answers = false
    forged.run()
    forged.dialler.feed("chacha20poly1305_x25519;\(RefusalTests.code);cbor\n".utf8)
    let second = forged.dialler.refusal
    #expect(second?.code == .wrongSecret && second?.reason.contains("does not fit") == true)
  }

  @Test("somebody who sends without waiting for our decision is stopped")
  func tooMuchData() throws {
    let owner = try owner(.accepting)
    owner.answers = false
    owner.feed("\(RefusalTests.peer)\n".utf8)
    owner.feed([UInt8](repeating: 10, count: 512 << 10))
    let early = owner.refusal
    #expect(early == nil)
    owner.feed([10])
    let code = owner.refusal?.code
    #expect(code == .tooMuchData)
    expectSilence(owner)
  }

  @Test("refusals are compared by code, and foreign text in them is short and printable")
  func equality() throws {
    #expect(Refusal(.echo, "a") == Refusal(.echo, "b"))
    #expect(Refusal(.echo, "a") != Refusal(.ownNode, "a"))
    let refusal = #expect(throws: Refusal.self) {
      try Greeting(line: "\u{1B}]0;\u{7}'\(String(repeating: "é", count: 500))")
    }
    #expect(refusal?.reason.utf8.count ?? 1000 < 250)
    #expect(refusal?.reason.unicodeScalars.contains("\u{1B}") == false)
  }

  @Test(
    "a quote of foreign text ends where the text ends",
    arguments: ["'", "'\u{301}", "''\u{FE0F}", "x'\u{20DD}y"])
  func quotes(text: String) throws {
    let refusal = #expect(throws: Refusal.self) { try Greeting(line: text + ": refused") }
    // The sentence's own two quotes are left.
    let reason = try #require(refusal?.reason)
    #expect(reason.unicodeScalars.filter { $0 == "'" }.count == 2, "\(reason)")
  }
}
