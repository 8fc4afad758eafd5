import AEOpenSSL
import COpenSSL
import Synchronization
import TestSupport
import Testing

@testable import AnyEvent

@Suite("The options of a TLS context")
struct TLSOptionTests {
  private let authority: TLSAuthority

  init() throws { authority = try TLSAuthority() }

  /// What comes of a client with a server that has this certificate.
  private func outcome(
    _ client: TLSContext, _ own: (key: String, cert: String, serial: Int),
    peername: String? = "host.example.org"
  ) throws -> TLSError? {
    let server = try TLSContext(cert: own.cert, key: own.key)
    let pair = try TLSPair(
      TLSEnd(client, .connect, peername: peername), TLSEnd(server, .accept))
    pair.exchange()
    #expect(pair.client.isUp == (pair.client.error == nil))
    #expect(OpenSSLErrors.takeReason() == "unknown reason")
    return pair.client.error
  }

  // MARK: Names

  @Test(
    "a scheme says where wildcards may stand and when the common name counts",
    arguments: [
      ("http", "host.example.org", ["DNS:other.example.org"], false),
      ("http", "host.example.org", [], true), ("http", "*.example.org", [], false),
      ("http", "x", ["DNS:host.example.org"], true), ("http", "x", ["DNS:*.example.org"], true),
      ("https", "x", ["DNS:ho*.example.org"], true), ("http", "x", ["DNS:*.org"], false),
      ("http", "x", ["DNS:*.host.example.org"], false),
      ("ldap", "x", ["DNS:*.example.org"], true), ("ldap", "x", ["DNS:ho*.example.org"], false),
      ("imaps", "host.example.org", ["DNS:other.example.org"], true),
      ("ldap", "*.example.org", ["DNS:other.example.org"], false),
      ("smtp", "x", ["DNS:*.example.org"], false), ("smtp", "x", ["DNS:host.example.org"], true),
      ("smtp", "host.example.org", ["DNS:other.example.org"], true),
      ("none", "x", ["DNS:other.example.org"], true),
    ])
  func schemes(_ scheme: String, _ cn: String, _ names: [String], _ isRight: Bool) throws {
    let context = try TLSContext(
      ca_cert: authority.pem, verify_peername: TLSPeernameCheck(stringLiteral: scheme))
    let error = try outcome(context, authority.issue(cn: cn, alternatives: names))
    #expect(error?.code == (isRight ? nil : .wrongName))
  }

  @Test("addresses are compared as addresses, with every scheme")
  func addresses() throws {
    for (peername, isRight) in [("127.0.0.1", true), ("127.0.0.2", false), ("::1", true)] {
      let context = try TLSContext(ca_cert: authority.pem, verify_peername: .http)
      let own = try authority.issue(cn: "127.0.0.2", alternatives: ["IP:127.0.0.1", "IP:::1"])
      #expect(try outcome(context, own, peername: peername)?.code == (isRight ? nil : .wrongName))
    }
  }

  @Test("a name with a dot in front is none, and does not stand for all below it")
  func leadingDot() throws {
    for check in [true, .http] as [TLSPeernameCheck] {
      let context = try TLSContext(ca_cert: authority.pem, verify_peername: check)
      let own = try authority.issue(cn: "x", alternatives: ["DNS:host.example.org"])
      #expect(throws: TLSError.self) { try outcome(context, own, peername: ".example.org") }
    }
  }

  @Test("a scheme of one's own has Perl's three numbers")
  func ownScheme() throws {
    for (inAlt, inName, checking, isRight) in [
      (0, 0, 0, false), (2, 2, 2, true), (2, 0, 2, false), (1, 1, 1, false), (0, 2, 2, false),
    ] {
      let check = TLSPeernameCheck.scheme(
        wildcards_in_alt: inAlt, wildcards_in_cn: inName, check_cn: checking)
      let context = try TLSContext(ca_cert: authority.pem, verify_peername: check)
      let own = try authority.issue(cn: "*.example.org", alternatives: ["DNS:x.example.com"])
      #expect(try outcome(context, own)?.code == (isRight ? nil : .wrongName), "\(inAlt) \(inName)")
    }
  }

  @Test("a function compares the certificate with the peername, after all else")
  func nameCallback() throws {
    let asked = Mutex<[String]>([])
    let check = TLSPeernameCheck.callback { cert, peername in
      asked.withLock { $0.append("\(peername) \(cert.cn ?? "")") }
      return peername == "right"
    }
    let context = try TLSContext(ca_cert: authority.pem, verify_peername: check)
    let own = try authority.issue(cn: "a name")
    #expect(try outcome(context, own, peername: "right") == nil)
    #expect(try outcome(context, own, peername: "wrong")?.code == .wrongName)
    let foreign = try TLSAuthority("Another").issue(cn: "a name")
    #expect(try outcome(context, foreign, peername: "right")?.code == .foreignCertificate)
    #expect(asked.withLock { $0 } == ["right a name", "wrong a name"])
    // As with any other check, a client without a name is not let through.
    #expect(throws: TLSError(.configuration, "")) { try outcome(context, own, peername: nil) }
  }

  // MARK: The last word

  @Test("verify_cb sees each certificate from the authority's on, and has the last word")
  func lastWord() throws {
    let seen = Mutex<[String]>([])
    let answers = Mutex(true)
    let context = try TLSContext(
      ca_cert: authority.pem, verify_peername: true,
      verify_cb: { check in
        seen.withLock { $0.append("\(check.depth) \(check.cn) \(check.preverify_ok)") }
        return check.depth > 0 ? check.preverify_ok : answers.withLock { $0 }
      })
    let own = try authority.issue(cn: "x", alternatives: ["DNS:host.example.org"])
    #expect(try outcome(context, own) == nil)
    #expect(seen.withLock { $0 } == ["1 Test authority true", "0 x true"])
    answers.withLock { $0 = false }
    let refused = try outcome(context, own)
    #expect(refused?.description == "the certificate of the other end is refused by verify_cb")
    #expect(refused?.code == .foreignCertificate)
  }

  @Test("verify_cb may accept what is out of order, and is told the problem")
  func accepting() throws {
    let problems = Mutex<[String]>([])
    let context = try TLSContext(
      ca_cert: authority.pem, verify_peername: .http,
      verify_cb: { check in
        if let problem = check.problem { problems.withLock { $0.append(problem) } }
        #expect(check.peername == "host.example.org")
        return true
      })
    #expect(try outcome(context, authority.issue(cn: "another name")) == nil)
    #expect(try outcome(context, TLSAuthority("Another").issue(cn: "a name")) == nil)
    #expect(problems.withLock { $0.first } == "hostname mismatch")
    #expect(problems.withLock { $0.contains("unable to get local issuer certificate") })
  }

  @Test("a certificate is known by its digest: what verify_cb accepts can be the only one")
  func pinning() throws {
    let own = try authority.issue(cn: "x")
    let digest = Mutex<[UInt8]>([])
    let learning = try TLSContext(
      ca_cert: authority.pem,
      verify_cb: { check in
        if check.depth == 0 { digest.withLock { $0 = check.cert.sha256 } }
        return check.preverify_ok
      })
    #expect(try outcome(learning, own) == nil)
    let known = digest.withLock { $0 }
    #expect(known.count == 32)
    let pinned = try TLSContext(
      ca_cert: authority.pem, verify_cb: { $0.depth > 0 || $0.cert.sha256 == known })
    #expect(try outcome(pinned, own) == nil)
    #expect(try outcome(pinned, authority.issue(cn: "x")) != nil)
  }

  @Test("the other end's certificate can be asked for, with both names")
  func peerCertificate() throws {
    let own = try authority.issue(cn: "x")
    let pair = try TLSPair(
      TLSEnd(TLSContext(ca_cert: authority.pem), .connect),
      TLSEnd(TLSContext(cert: own.cert, key: own.key), .accept))
    #expect(pair.client.session.certificate == nil)
    pair.exchange()
    #expect(pair.client.session.certificate?.cn == "x")
    #expect(pair.client.session.certificate?.certname == "/CN=Test authority/CN=x")
    #expect(pair.server.session.certificate == nil)
  }

  // MARK: Authorities

  @Test("authorities in a directory are found, and those of all three arguments are trusted")
  func directories() throws {
    let directory = try authority.directory()
    let other = try TLSAuthority("Another")
    try directory.write(other.pem, to: "other.pem")
    let third = try TLSAuthority("A third")
    let context = try TLSContext(
      ca_cert: third.pem, ca_file: directory.path + "/other.pem", ca_path: directory.path)
    for one in [authority, other, third] {
      #expect(try outcome(context, one.issue(cn: "x")) == nil)
    }
    #expect(
      try outcome(context, TLSAuthority("A fourth").issue(cn: "x"))?.code == .foreignCertificate)
    let error = #expect(throws: TLSError.self) { try TLSContext(ca_path: "/does/not/exist") }
    #expect(error?.description.hasPrefix("ca_path cannot be read (No such file") == true)
  }

  @Test("without any of the three arguments, the environment may name file and directory")
  func environment() throws {
    let directory = try authority.directory()
    try directory.write(TLSAuthority("Another").pem, to: "other.pem")
    let names = [
      "PERL_ANYEVENT_CA_PATH": directory.path,
      "PERL_ANYEVENT_CA_FILE": directory.path + "/other.pem",
    ]
    for (trust, certificates, isOfSystem) in [
      (TLSTrust(environment: { names[$0] }), 1, true),
      (try TLSTrust(ca_cert: authority.pem, environment: { names[$0] }), 1, false),
      (TLSTrust(ca_path: directory.path, environment: { names[$0] }), 0, false),
    ] {
      let context = try TLSContext(verify: false)
      try trust.apply(to: context)
      let store = SSL_CTX_get_cert_store(context.ctx)
      let known = X509_STORE_get1_all_certs(store)
      #expect(OPENSSL_sk_num(known) == CInt(certificates))
      OPENSSL_sk_pop_free(known) { X509_free(OpaquePointer($0)) }
      #expect(trust.isOfSystem == isOfSystem)
    }
  }

  @Test("revoked certificates are refused, and all of an authority without a list")
  func revocation() throws {
    let good = try authority.issue(cn: "good")
    let bad = try authority.issue(cn: "bad")
    let directory = try authority.directory(revoked: [bad.serial])
    let context = try TLSContext(ca_path: directory.path, check_crl: true)
    #expect(try outcome(context, good) == nil)
    #expect(try outcome(context, bad)?.code == .revokedCertificate)
    #expect(try outcome(TLSContext(ca_path: directory.path), bad) == nil)
    let bare = try authority.directory()
    let unlisted = try outcome(TLSContext(ca_path: bare.path, check_crl: true), good)
    #expect(unlisted?.code == .revokedCertificate)
    #expect(unlisted?.description.hasPrefix("ca_path has no list") == true)
    let error = #expect(throws: TLSError.self) {
      try TLSContext(ca_cert: authority.pem, check_crl: true)
    }
    #expect(error?.description.hasPrefix("check_crl needs ca_path") == true)
  }

  // MARK: Keys and versions

  @Test("key and certificate may lie in two files, or one of them in a text")
  func twoFiles() throws {
    let own = try authority.issue(cn: "x")
    let directory = try TemporaryDirectory()
    try directory.write(own.key, to: "key.pem")
    try directory.write(own.cert, to: "cert.pem")
    let (key, cert) = (directory.path + "/key.pem", directory.path + "/cert.pem")
    for server in try [
      TLSContext(cert_file: cert, key_file: key), TLSContext(cert: own.cert, key_file: key),
      TLSContext(key: own.key, cert_file: cert),
    ] {
      let pair = try TLSPair(
        TLSEnd(TLSContext(ca_cert: authority.pem), .connect), TLSEnd(server, .accept))
      pair.exchange()
      #expect(pair.client.isUp)
    }
    let error = #expect(throws: TLSError.self) {
      try TLSContext(cert_file: cert, key_file: directory.path + "/none")
    }
    #expect(error?.description.hasPrefix("key_file cannot be read") == true)
  }

  @Test("a pass phrase opens the key, in both forms", arguments: [false, true])
  func passPhrase(_ isOldForm: Bool) throws {
    let own = try authority.issue(cn: "x", password: "geheim é", isOldForm: isOldForm)
    #expect(own.key.contains("ENCRYPTED"))
    _ = try TLSContext(cert: own.cert, key: own.key, cert_password: "geheim é")
    for (password, sentence) in [
      (nil, "key holds a private key that is protected by a pass phrase; give it as cert_password"),
      ("wrong", "key holds a private key that the given pass phrase does not open"),
      ("", "key holds a private key that the given pass phrase does not open"),
      (
        String(repeating: "x", count: 5000),
        "key holds a private key that the given pass phrase does not open"
      ),
    ] as [(String?, String)] {
      let error = #expect(throws: TLSError.self) {
        try TLSContext(cert: own.cert, key: own.key, cert_password: password)
      }
      #expect(error?.description == sentence)
      #expect(OpenSSLErrors.takeReason() == "unknown reason")
    }
  }

  @Test("nobody is asked for the pass phrase of a key without one")
  func noQuestion() throws {
    let own = try authority.issue(cn: "x")
    var questions = 0
    func ask() -> String? {
      questions += 1
      return nil
    }
    _ = try TLSContext(cert: own.cert, key: own.key, cert_password: ask())
    #expect(questions == 0)
  }

  @Test("the versions can be limited to one")
  func versions() throws {
    let own = try authority.issue(cn: "x")
    for (method, withOld, version) in [
      (.any, true, "TLSv1.3"), (.any, false, "TLSv1.3"), (.TLSv1_3, true, "TLSv1.3"),
      (.TLSv1_2, true, "TLSv1.2"),
    ] as [(TLSMethod, Bool, String)] {
      let client = try TLSContext(ca_cert: authority.pem, method: method, tlsv1_2: withOld)
      let pair = try TLSPair(
        TLSEnd(client, .connect), TLSEnd(TLSContext(cert: own.cert, key: own.key), .accept))
      pair.exchange()
      #expect(pair.client.session.cipher.hasPrefix(version))
    }
    let old = try TLSContext(ca_cert: authority.pem, method: .TLSv1_2)
    let new = try TLSContext(cert: own.cert, key: own.key, tlsv1_2: false)
    let pair = try TLSPair(TLSEnd(old, .connect), TLSEnd(new, .accept))
    pair.exchange()
    #expect(pair.server.error?.code == .nothingInCommon)
    #expect(throws: TLSError.self) { try TLSContext(method: .TLSv1_2, tlsv1_2: false) }
  }

  @Test("a group of Diffie-Hellman keys serves clients without elliptic curves")
  func groups() throws {
    let pem = try TestFiles.pem("rsa")
    let client = try TLSContext(ca_cert: pem, method: .TLSv1_2, cipher_list: "DHE+AESGCM")
    let directory = try TemporaryDirectory()
    try directory.write(TLSAuthority.parameters(), to: "dh.pem")
    for server in try [
      TLSContext(cert: pem, dh: "ffdhe2048"), TLSContext(cert: pem, dh: TLSAuthority.parameters()),
      TLSContext(cert: pem, dh_file: directory.path + "/dh.pem"), TLSContext(cert: pem),
    ] {
      let pair = try TLSPair(TLSEnd(client, .connect), TLSEnd(server, .accept))
      pair.exchange()
      #expect(pair.client.isUp == pair.client.session.cipher.contains("DHE-RSA-AES"))
      #expect(pair.client.isUp || pair.server.error?.code == .nothingInCommon)
    }
    for (dh, dh_file, name) in [
      ("ffdhe1", nil, "dh "), ("nonsense", nil, "dh "), ("", nil, "dh "),
      (nil, "/does/not/exist", "dh_file "), (pem, nil, "dh "),
    ] as [(String?, String?, String)] {
      let error = #expect(throws: TLSError.self) {
        try TLSContext(cert: pem, dh: dh, dh_file: dh_file)
      }
      #expect(error?.description.hasPrefix(name + "is neither a group") == true)
    }
    #expect(OpenSSLErrors.takeReason() == "unknown reason")
  }

  @Test(
    "a session is resumed by a ticket if the server wants that",
    arguments: [TLSMethod.TLSv1_2, .TLSv1_3])
  func tickets(_ method: TLSMethod) throws {
    let own = try authority.issue(cn: "x")
    for isWanted in [true, false] {
      let server = try TLSContext(
        cert: own.cert, key: own.key, ca_cert: authority.pem, verify_require_client_cert: true,
        method: method, session_ticket: isWanted)
      let client = try TLSContext(cert: own.cert, key: own.key, ca_cert: authority.pem)
      // A client that resumes, unlike those of this library.
      SSL_CTX_ctrl(client.ctx, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_CLIENT), nil)
      SSL_CTX_clear_options(client.ctx, 1 << 14)  // SSL_OP_NO_TICKET
      var known: OpaquePointer?
      defer { SSL_SESSION_free(known) }
      for round in 0..<2 {
        let end = try TLSEnd(client, .connect)
        if let known { SSL_set_session(end.session.pointer, known) }
        let pair = try TLSPair(end, TLSEnd(server, .accept))
        pair.exchange()
        #expect(pair.client.isUp && pair.server.isUp)
        let isResumed = SSL_session_reused(pair.server.session.pointer) == 1
        #expect(isResumed == (isWanted && round == 1))
        #expect(pair.server.session.certificate?.cn == "x")
        SSL_SESSION_free(known)
        known = SSL_get1_session(end.session.pointer)
        // A session that is not ended in order is not resumed.
        pair.client.session.close()
        pair.server.session.close()
        pair.exchange()
      }
    }
  }

  @Test("a context of OpenSSL's own is taken as it is, and can be had")
  func foreignContext() throws {
    let bare = try #require(SSL_CTX_new(TLS_method()))
    let context = TLSContext(ctx: bare)
    SSL_CTX_free(bare)
    #expect(context.ctx == bare)
    // It verifies nothing unless it is told to.
    #expect(try outcome(context, TLSAuthority("Another").issue(cn: "x")) == nil)
    let own = try TLSContext(ca_cert: authority.pem)
    SSL_CTX_set_verify(own.ctx, SSL_VERIFY_NONE, nil)
    #expect(try outcome(own, TLSAuthority("Another").issue(cn: "x")) == nil)
  }
}
