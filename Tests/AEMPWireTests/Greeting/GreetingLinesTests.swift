import AEMPWire
import Testing

struct GreetingLinesTests {
  private func greeting(_ nodeID: String = "n", keys: [Greeting.Key] = []) -> Greeting {
    Greeting(nodeID: nodeID, authMethods: [.hmacSHA3_512], framings: ["cbor"], keys: keys)
  }

  @Test("the lines are the greeting and the nonce")
  func lines() throws {
    let lines = try GreetingLines(greeting(), Nonce(replaying: "once"))
    #expect(lines.first == "aemp;1;n;hmac_sha3_512;cbor")
    #expect(lines.second == "once")
  }

  @Test("our own greeting is checked before it is sent")
  func refused() {
    func refusal(_ greeting: Greeting, nonce: String = "x") -> Refusal.Code? {
      do throws(Refusal) {
        _ = try GreetingLines(greeting, Nonce(replaying: nonce))
        return nil
      } catch {
        return error.code
      }
    }
    #expect(refusal(greeting("")) == .invalidNodeID)
    #expect(refusal(greeting("a b")) == .invalidNodeID)
    #expect(refusal(greeting(), nonce: "a\nb") == .lineBreak)
    #expect(refusal(greeting(), nonce: "a\rb") == .lineBreak)
    #expect(refusal(greeting(keys: [.init("k", "a\nb")])) == .lineBreak)
    #expect(refusal(greeting(keys: [.init("k", "a\r\nb")])) == .lineBreak)
    #expect(refusal(greeting(), nonce: String(repeating: "x", count: 4096)) == .lineTooLong)
    #expect(refusal(greeting(), nonce: String(repeating: "x", count: 4095)) == nil)
    var extensionGreeting = greeting()
    extensionGreeting.protocolName = "other"
    #expect(refusal(extensionGreeting) == .wrongProtocol)
  }

  @Test("nonces are 88 characters of base64 and never the same")
  func nonces() {
    let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var seen: TextSet = []
    for _ in 0..<1000 {
      let text = Nonce().description
      #expect(text.count == 88)
      #expect(text.allSatisfy(alphabet.contains))
      #expect(seen.insert(text).inserted)
    }
  }

  @Test("the greeting of a configuration lists only what can be used, tls first")
  func configured() throws {
    var configuration = HandshakeConfiguration(nodeID: "n", secret: try Secret("s"))
    #expect(
      configuration.greeting(peerAddress: "10.0.0.1:4040").line
        == "aemp;1;n;hmac_sha3_512;cbor,json;provider=swift-anyevent;mproto=1;gproto=1;"
        + "peeraddr=10.0.0.1:4040")
    configuration.authAccept = [.cleartext, .tlsAnonymous, .init(rawValue: "x"), .hmacSHA3_512]
    configuration.framings = [.json]
    configuration.protocolName = "aemp-dataconn"
    configuration.keys = [.init("dataconn_id", "1@n")]
    #expect(
      configuration.greeting(peerAddress: "").line
        == "aemp-dataconn;1;n;cleartext,hmac_sha3_512;json;dataconn_id=1@n")
    configuration.secret = nil
    #expect(configuration.greeting(peerAddress: "").authMethods.isEmpty)
  }
}
