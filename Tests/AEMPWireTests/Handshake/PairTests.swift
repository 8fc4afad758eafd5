import AEMPWire
import Testing

struct PairTests {
  private static let longSecret = String(
    (0..<180).map { Character(Unicode.Scalar(UInt8(33 + $0 * 7 % 90))) })

  private func configuration(
    _ id: String, _ secret: String = "s", framings: [Framing] = [.cbor, .json],
    methods: [AuthMethod] = HandshakeConfiguration.defaultAuthMethods
  ) throws -> HandshakeConfiguration {
    HandshakeConfiguration(
      nodeID: id, secret: try Secret(secret), authAccept: methods, authOffer: methods,
      framings: framings)
  }

  @Test(
    "two nodes with one secret find each other in every segmentation",
    arguments: ["s", "grün", longSecret], [AuthMethod.secretboxX25519, .hmacSHA3_512])
  func segmentations(secret: String, method: AuthMethod) throws {
    for length in Array(1...40) + [88, 89, 90, 127, 128, 148, 149, 200, 4096] {
      let pair = try Pair(
        configuration("alpha", secret, methods: [method]),
        configuration("beta", secret, methods: [method]))
      pair.run(segments(of: length))
      let (a, b) = (pair.dialler.connection, pair.listener.connection)
      #expect(a?.peer.nodeID == "beta")
      #expect(b?.peer.nodeID == "alpha")
      #expect(a?.peer[key: "peeraddr"] == "127.0.0.1:53296")
      #expect(a?.sendFraming == .cbor && a?.receiveFraming == .cbor)
      #expect(b?.authMethod == method && b?.sentAuthMethod == method)
      #expect(a?.authMethod == method && a?.sentAuthMethod == method)
      #expect((a?.keys != nil) == (method == .secretboxX25519))
      #expect((b?.keys != nil) == (method == .secretboxX25519))
      #expect(a?.rest == [] && b?.rest == [])
    }
  }

  @Test(
    "the authentication line is what Python computes, for a long secret and for Latin-1",
    arguments: [
      (
        longSecret,
        "00f37792967b20b101ca9c7c9ad47dc0cd5c72de104127973cf4c4155e2cd9e1"
          + "a86bf2967f483e3448f1b6dab9c8e6f7475bd1990c3e747c2dc60c254a1b9236"
      ),
      (
        "grün",
        "594703ce58d6a37a3ed74781999b41efd07c702dc748edd7c84a4a8f8b48e490"
          + "d9dacde7f2d87fde0006e6003cef480e0425647a61e811bda588a052ebaaab60"
      ),
    ])
  func knownLines(secret: String, code: String) throws {
    let machine = Handshake(
      try configuration("a", secret), as: .dialling,
      greeting: try GreetingLines(first: "aemp;1;a;hmac_sha3_512;cbor", second: "nonce-a"))
    let owner = Owner(machine)
    owner.start()
    _ = owner.takeSent()
    owner.feed("aemp;1;b;hmac_sha3_512;cbor\nnonce-b\n".utf8)
    let line = owner.takeSent()
    #expect(String(decoding: line, as: UTF8.self) == "hmac_sha3_512;\(code);cbor\n")
  }

  @Test("each direction has the framing that its receiver prefers")
  func framings() throws {
    let pair = try Pair(
      configuration("alpha", framings: [.json, .cbor]),
      configuration("beta", framings: [.cbor, .json]))
    pair.run()
    let (a, b) = (pair.dialler.connection, pair.listener.connection)
    #expect(a?.sendFraming == .cbor && a?.receiveFraming == .json)
    #expect(b?.sendFraming == .json && b?.receiveFraming == .cbor)

    let narrow = try Pair(configuration("alpha", framings: [.json]), configuration("beta"))
    narrow.run()
    let c = narrow.dialler.connection
    #expect(c?.sendFraming == .json && c?.receiveFraming == .json)
  }

  @Test("cleartext is used when both sides offer and accept it, and is not printed")
  func cleartext() throws {
    var alpha = try configuration("alpha", "open sesame")
    alpha.authAccept = [.cleartext]
    alpha.authOffer = [.cleartext]
    var beta = try configuration("beta", "open sesame")
    beta.authAccept = [.hmacSHA3_512, .cleartext]
    beta.authOffer = [.hmacSHA3_512, .cleartext]
    let pair = try Pair(alpha, beta)
    pair.run()
    let (a, b) = (pair.dialler.connection, pair.listener.connection)
    #expect(a?.sentAuthMethod == .cleartext && a?.authMethod == .cleartext)
    #expect(b?.sentAuthMethod == .cleartext && b?.authMethod == .cleartext)

    beta.secret = try Secret("open sesamE")
    let wrong = try Pair(alpha, beta)
    wrong.run()
    let refusal = wrong.listener.refusal
    #expect(refusal?.code == .wrongSecret)
  }

  @Test("a secret that does not fit into a line is not sent in clear text")
  func longCleartext() throws {
    var alpha = try configuration("alpha", String(repeating: "x", count: 2100))
    alpha.authAccept = [.cleartext]
    alpha.authOffer = [.cleartext]
    var beta = alpha
    beta.nodeID = "beta"
    let pair = try Pair(alpha, beta)
    pair.run()
    #expect(pair.dialler.refusal?.code == .lineTooLong)
    #expect(pair.dialler.refusal?.reason.contains("secret is too long") == true)
  }

  @Test("a connection of a protocol extension may go to the own node")
  func extensions() throws {
    var dialling = try configuration("alpha")
    dialling.protocolName = "aemp-dataconn"
    dialling.keys = [.init("dataconn_id", "a;1@alpha")]
    let pair = try Pair(dialling, configuration("alpha"))
    pair.run()
    let (a, b) = (pair.dialler.connection, pair.listener.connection)
    #expect(a?.peer.isNodeConnection == true)
    #expect(b?.peer.protocolName == "aemp-dataconn")
    #expect(b?.peer[key: "dataconn_id"] == "a;1@alpha")
  }

  @Test("a peer with a certificate continues with hmac when we have none")
  func peerWithTLS() throws {
    let owner = Owner(
      try Handshake(configuration("alpha"), as: .dialling, peerAddress: "127.0.0.1:1"))
    owner.start()
    _ = owner.takeSent()
    owner.feed("aemp;1;beta;tls_sha3_512,tls_anon,hmac_sha3_512;cbor;tls=1.0\nnonce\n".utf8)
    let line = String(decoding: owner.takeSent(), as: UTF8.self)
    #expect(line.hasPrefix("hmac_sha3_512;"))
  }
}
