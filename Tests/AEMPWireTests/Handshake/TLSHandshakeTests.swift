import AEMPWire
import Testing

/// The handshake of nodes with certificates; TLS itself is left to the owner, who does nothing here.
struct TLSHandshakeTests {
  private func configuration(
    _ id: String, secret: String? = nil, certificate: Bool = true,
    methods: [AuthMethod] = HandshakeConfiguration.defaultAuthMethods
  ) throws -> HandshakeConfiguration {
    HandshakeConfiguration(
      nodeID: id, secret: try secret.map { try Secret($0) } ?? nil, authAccept: methods,
      authOffer: methods, hasCertificate: certificate)
  }

  @Test("two nodes with certificates and no secret use TLS, in every segmentation")
  func certificatesOnly() throws {
    for length in Array(1...40) + [88, 89, 90, 128, 200, 300, 4096] {
      let pair = try Pair(configuration("alpha"), configuration("beta"))
      pair.run(segments(of: length))
      let (a, b) = (pair.dialler, pair.listener)
      #expect(a.connection?.authMethod == .tlsSHA3_512 && b.connection?.authMethod == .tlsSHA3_512)
      #expect(a.connection?.sentAuthMethod == .tlsSHA3_512 && a.connection?.keys == nil)
      #expect(a.isTLSClient != nil && a.isTLSClient != b.isTLSClient)
      #expect(a.peer?[key: "tls"] == "1.0")
    }
  }

  @Test(
    "the side with the lower nonce is the client, whoever has dialled", arguments: [true, false])
  func client(_ isLower: Bool) throws {
    for role in [Handshake.Role.dialling, .accepting] {
      let owner = Owner(
        Handshake(
          try configuration("a"), as: role,
          greeting: try GreetingLines(
            first: "aemp;1;a;tls_sha3_512;cbor;tls=1.0", second: "nonce-\(isLower ? "a" : "c")")))
      owner.start()
      owner.feed("aemp;1;b;tls_sha3_512;cbor;tls=1.1\nnonce-b\n".utf8)
      #expect(owner.isTLSClient == isLower)
    }
  }

  @Test("the authentication line is what Python computes, either way")
  func knownLines() throws {
    let ours =
      "d14071d0a671a73a4c2eb4f0eea680d57c290cd98d60de1c2679404ebc6b8880"
      + "d3e0ed779a0067d5e3e837ad39bb80488fe62d902f1ce5c3ca93efd5119273c2"
    let theirs =
      "199fee4339958ac1e8b6c2e7b6c43d79918b59a63b1103ef081b3c23bfb7cfbf"
      + "c5ae0ce8139a6e11a11deb1108c7939bddb0875abb59e5928b6aa4ab9af3bfe7"
    for (data, isRight) in [
      (theirs, true), (ours, false), (theirs.uppercased(), false), ("", false),
    ] {
      let owner = Owner(
        Handshake(
          try configuration("a"), as: .dialling,
          greeting: try GreetingLines(
            first: "aemp;1;a;tls_sha3_512;cbor;tls=1.0", second: "nonce-a")))
      owner.start()
      _ = owner.takeSent()
      owner.feed("aemp;1;b;tls_sha3_512;cbor;tls=1.0\nnonce-b\n".utf8)
      #expect(String(decoding: owner.takeSent(), as: UTF8.self) == "tls_sha3_512;\(ours);cbor\n")
      owner.feed("tls_sha3_512;\(data);cbor\n".utf8)
      #expect((owner.connection != nil) == isRight)
      if !isRight { #expect(owner.refusal != nil) }
    }
  }

  @Test("what follows the greeting is given to TLS, in any segmentation, and nothing of it read")
  func handedOver() throws {
    let stream = Array("aemp;1;b;tls_sha3_512;cbor;tls=1.0\nnonce-b\n\u{16}\u{3}\u{1}\nrest".utf8)
    for length in 1...stream.count {
      let owner = Owner(try Handshake(configuration("a"), as: .accepting, peerAddress: ""))
      owner.answers = false
      owner.start()
      var behind: [UInt8] = []
      var isOver = false
      var hasProceeded = false
      for segment in segments(of: length)(stream) {
        if isOver { behind += segment } else { owner.feed(segment) }
        if owner.peer != nil, !hasProceeded {
          hasProceeded = true
          owner.perform(owner.machine.proceed())
        }
        if case .startTLS(_, let rest)? = owner.actions.last, !isOver {
          isOver = true
          behind += rest
        }
      }
      #expect(behind == Array("\u{16}\u{3}\u{1}\nrest".utf8))
    }
  }

  @Test("without a certificate on one side secrets are used, and methods for TLS are not")
  func oneCertificate() throws {
    let pair = try Pair(
      configuration("alpha", secret: "s"), configuration("beta", secret: "s", certificate: false))
    pair.run()
    #expect(pair.dialler.isTLSClient == nil)
    #expect(pair.dialler.connection?.authMethod == .chacha20Poly1305X25519)

    let plain = try Pair(
      configuration("alpha", secret: "s"),
      configuration("beta", secret: "s", certificate: false, methods: [.hmacSHA3_512]))
    plain.run()
    #expect(plain.dialler.connection?.authMethod == .hmacSHA3_512)
    #expect(plain.listener.connection?.authMethod == .hmacSHA3_512)
  }

  @Test("with certificates on both sides TLS comes before the sealed channel")
  func both() throws {
    // The secrets may even differ: the certificate is enough.
    let pair = try Pair(configuration("alpha", secret: "s"), configuration("beta", secret: "t"))
    pair.run()
    #expect(pair.dialler.connection?.authMethod == .tlsSHA3_512)
    #expect(pair.listener.connection?.keys == nil)
  }

  @Test("a node with nothing but a certificate refuses one without, and says what is missing")
  func nothingInCommon() throws {
    let pair = try Pair(
      configuration("alpha"), configuration("beta", secret: "s", certificate: false))
    pair.run()
    #expect(pair.dialler.refusal?.code == .noCommonAuthMethod)
    #expect(pair.dialler.refusal?.reason.contains("does not use TLS") == true)
    #expect(pair.listener.connection == nil && pair.listener.takeSent().isEmpty)

    let bare = try Pair(
      configuration("alpha"), configuration("beta", certificate: false))
    bare.run()
    #expect(bare.listener.refusal?.code == .noCredentials)
    #expect(bare.listener.refusal?.reason.contains("neither a secret nor a certificate") == true)
  }

  @Test("TLS that is stripped from the greetings is noticed: both lines are covered")
  func stripped() throws {
    for secret in ["s", nil] {
      let pair = try Pair(
        configuration("alpha", secret: secret), configuration("beta", secret: secret))
      pair.run { bytes in
        [Array(String(decoding: bytes, as: UTF8.self).replacing(";tls=1.0", with: "").utf8)]
      }
      #expect(pair.dialler.connection == nil && pair.listener.connection == nil)
      // The accepting side shows nothing to guess a secret with.
      #expect(pair.listener.refusal?.code == (secret == nil ? .noCommonAuthMethod : .wrongSecret))
    }
  }

  @Test("tls_anon is refused unless it is accepted, and offered only by those who accept it")
  func anonymous() throws {
    let line = "tls_anon;;cbor\n"
    for methods in [HandshakeConfiguration.defaultAuthMethods, [.tlsSHA3_512, .tlsAnonymous]] {
      let owner = Owner(
        try Handshake(configuration("a", methods: methods), as: .accepting, peerAddress: ""))
      owner.start()
      #expect(
        String(decoding: owner.takeSent(), as: UTF8.self).contains("tls_anon")
          == methods.contains(.tlsAnonymous))
      owner.feed("aemp;1;b;tls_anon,tls_sha3_512;cbor;tls=1.0\nnonce-b\n\(line)".utf8)
      #expect((owner.connection?.authMethod == .tlsAnonymous) == methods.contains(.tlsAnonymous))
      if !methods.contains(.tlsAnonymous) {
        #expect(owner.refusal?.code == .authMethodNotAccepted)
      }
    }
  }

  @Test(
    "outside TLS no method of TLS is accepted",
    arguments: ["tls_anon;;cbor", "tls_sha3_512;00;cbor"])
  func outside(_ line: String) throws {
    let owner = Owner(
      try Handshake(
        configuration("a", secret: "s", methods: [.tlsSHA3_512, .tlsAnonymous, .hmacSHA3_512]),
        as: .accepting, peerAddress: ""))
    owner.start()
    owner.feed("aemp;1;b;tls_anon,hmac_sha3_512;cbor;tls=2.0\nnonce-b\n\(line)\n".utf8)
    #expect(owner.isTLSClient == nil)
    #expect(owner.refusal?.code == .authMethodNotAccepted)
  }

  @Test("in TLS the greeting lists tls_ before hmac, whatever the configuration says")
  func order() throws {
    let methods: [AuthMethod] = [.hmacSHA3_512, .tlsAnonymous, .cleartext, .tlsSHA3_512]
    let greeting = try configuration("a", secret: "s", methods: methods).greeting(peerAddress: "")
    #expect(greeting.authMethods == [.tlsAnonymous, .tlsSHA3_512, .hmacSHA3_512, .cleartext])
  }
}
