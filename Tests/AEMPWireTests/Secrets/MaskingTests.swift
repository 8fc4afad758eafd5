import AEMPWire
import Testing

/// What is secret appears in no text that can be made of the types here.
struct MaskingTests {
  private static let text = "correct-horse"
  private static let hex = "636f72726563742d686f727365"

  private func expectMasked<T>(_ subject: T) {
    var dumped = ""
    dump(subject, to: &dumped)
    let texts = [String(describing: subject), String(reflecting: subject), "\(subject)", dumped]
    for shown in texts {
      #expect(!shown.contains(MaskingTests.text))
      #expect(!shown.contains(MaskingTests.hex))
      #expect(!shown.contains("99, 111, 114, 114"))  // the bytes of "corr"
      #expect(!shown.contains("54, 51, 54, 102"))  // the bytes of "636f"
    }
  }

  @Test("a secret is masked in every description, alone and inside other values")
  func secret() throws {
    let secret = try #require(try Secret(MaskingTests.text))
    expectMasked(secret)
    expectMasked([secret])
    expectMasked(["secret": secret] as [String: Secret?])
    expectMasked(HandshakeConfiguration(nodeID: "n", secret: secret))
    #expect("\(secret)" == "(secret)")
  }

  @Test("actions and refusals of a cleartext authentication show no secret")
  func actions() throws {
    var configuration = HandshakeConfiguration(
      nodeID: "alpha", secret: try Secret(MaskingTests.text), authAccept: [.cleartext],
      authOffer: [.cleartext])
    var other = configuration
    other.nodeID = "beta"
    let pair = try Pair(configuration, other)
    pair.run()
    let connected = pair.dialler.connection != nil
    #expect(connected)
    for action in pair.dialler.actions + pair.listener.actions { expectMasked(action) }

    configuration.secret = try Secret("something else")
    let wrong = try Pair(configuration, other)
    wrong.run()
    let refusal = wrong.dialler.refusal ?? wrong.listener.refusal
    #expect(refusal?.code == .wrongSecret)
    for action in wrong.dialler.actions + wrong.listener.actions { expectMasked(action) }
  }

  @Test("the secret of a peer that we do not accept in clear text is not in the refusal")
  func notAccepted() throws {
    let owner = Owner(
      try Handshake(
        HandshakeConfiguration(nodeID: "us", secret: try Secret("s")), as: .accepting,
        peerAddress: ""))
    owner.start()
    owner.feed("aemp;1;them;hmac_sha3_512;cbor\nx\ncleartext;\(MaskingTests.hex);cbor\n".utf8)
    let refusal = try #require(owner.refusal)
    #expect(refusal.code == .authMethodNotAccepted)
    expectMasked(refusal)
  }
}
