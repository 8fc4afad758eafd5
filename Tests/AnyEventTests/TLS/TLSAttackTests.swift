import AEOpenSSL
import COpenSSL
import Foundation
import TestSupport
import Testing

@testable import AnyEvent

@Suite("Attacks on TLS")
struct TLSAttackTests {
  /// What both ends say in the end.
  private func outcome(
    client: TLSContext, server: TLSContext
  ) throws -> (client: TLSError?, server: TLSError?, pair: TLSPair) {
    let pair = try TLSPair(TLSEnd(client, .connect), TLSEnd(server, .accept))
    pair.exchange()
    return (pair.client.error, pair.server.error, pair)
  }

  @Test(
    "a certificate that is foreign or not valid now is refused by either side, with its reason",
    arguments: [
      ("ed25519", .foreignCertificate, "foreign"), ("expired", .certificateNotValidNow, "expired"),
      ("future", .certificateNotValidNow, "not valid yet"),
    ] as [(String, TLSError.Code, String)])
  func badCertificate(_ name: String, _ code: TLSError.Code, _ word: String) throws {
    // Expired or not, it is in the list of those that are trusted.
    let good =
      name == "ed25519"
      ? try TLSVectors.mutual("ec")
      : try TLSContext(
        mutual: TLSVectors.bundle(TestFiles.pem("ec") + certificate(try TestFiles.pem(name))))
    let bad = try TLSContext(
      cert: TestFiles.pem(name), ca_cert: TestFiles.pem("ec"),
      verify_require_client_cert: true)
    let asServer = try outcome(client: good, server: bad)
    #expect(asServer.client?.code == code)
    #expect(asServer.client?.description.contains(word) == true)
    #expect(asServer.server?.code == .refusedByPeer)
    let asClient = try outcome(client: bad, server: good)
    #expect(asClient.server?.code == code)
    #expect(asClient.server?.description.contains(word) == true)
    #expect(asClient.client?.code == .refusedByPeer)
    #expect(!asClient.pair.server.isUp)
  }

  private func certificate(_ pem: String) -> String {
    pem.range(of: "-----BEGIN CERTIFICATE").map { String(pem[$0.lowerBound...]) } ?? ""
  }

  @Test("a client without certificate is refused")
  func missingCertificate() throws {
    let bare = try TLSContext(ca_cert: TestFiles.pem("ec"))
    let result = try outcome(client: bare, server: TLSVectors.mutual("ec"))
    #expect(result.server?.code == .missingCertificate)
    #expect(result.server?.description == "the other end presents no certificate")
    #expect(result.client?.code == .refusedByPeer)
    #expect(!result.pair.server.isUp)
  }

  @Test("a copied certificate without its key is of no use")
  func copiedCertificate() throws {
    // The name and issuer are those of a trusted one, the key is another.
    let forged = try CertificateBundle.generate(now: 1_800_000_000)
    let genuine = try CertificateBundle.generate(now: 1_800_000_000)
    let result = try outcome(
      client: TLSContext(mutual: forged), server: TLSContext(mutual: genuine))
    #expect(result.client != nil && result.server != nil)
    #expect(!result.pair.server.isUp)
  }

  @Test(
    "bytes that are no TLS end the session at once with a reason",
    arguments: [
      "GET / HTTP/1.1\r\n\r\n", "aemp;1;node;hmac_sha3_512;cbor\n", "\u{16}\u{3}\u{1}",
    ])
  func garbage(_ text: String) throws {
    let server = try TLSEnd(TLSVectors.mutual("ec"), .accept)
    server.start()
    server.take(Array(text.utf8) + [UInt8](repeating: 0xFF, count: 100))
    #expect(server.error != nil)
    #expect(!server.isUp)
    let error = server.error
    server.take([1, 2, 3])
    #expect(server.error == error)
  }

  @Test("TLS 1.1 is refused", arguments: [TLSRole.connect, .accept])
  func oldVersion(_ role: TLSRole) throws {
    let context = try TLSVectors.mutual("ec")
    let old = try TLSVectors.mutual("ec")
    SSL_CTX_ctrl(old.pointer, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_VERSION), nil)
    SSL_CTX_ctrl(old.pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_1_VERSION), nil)
    SSL_CTX_set_cipher_list(old.pointer, "ALL:@SECLEVEL=0")
    let result =
      try role == .connect
      ? outcome(client: old, server: context) : outcome(client: context, server: old)
    let ours = role == .connect ? result.server : result.client
    #expect(ours != nil)
    #expect(!result.pair.client.isUp && !result.pair.server.isUp)
  }

  @Test("a client that wants to renegotiate is told no")
  func renegotiation() throws {
    let context = try TLSVectors.mutual("ec")
    let hostile = try TLSVectors.mutual("ec")
    SSL_CTX_ctrl(hostile.pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    SSL_CTX_clear_options(hostile.pointer, 1 << 30)  // SSL_OP_NO_RENEGOTIATION
    let pair = try TLSPair(TLSEnd(hostile, .connect), TLSEnd(context, .accept))
    pair.exchange()
    #expect(pair.server.isUp)
    #expect(SSL_renegotiate(pair.client.session.pointer) == 1)
    #expect(SSL_do_handshake(pair.client.session.pointer) != 1)
    pair.exchange()
    // OpenSSL's client takes the refusal for the end.
    #expect(pair.client.error?.description.contains("renegotiation") == true)
    #expect(SSL_ctrl(pair.server.session.pointer, SSL_CTRL_GET_NUM_RENEGOTIATIONS, 0, nil) == 0)
    #expect(pair.server.received.isEmpty && pair.client.received.isEmpty)
  }

  @Test("a stream that ends during the handshake is an error, later it is not")
  func truncation() throws {
    let context = try TLSVectors.mutual("ec")
    let pair = try TLSPair(TLSEnd(context, .connect), TLSEnd(context, .accept))
    #expect(throws: TLSError(.closed, "")) { try pair.server.session.endOfStream() }
    let other = try TLSPair(TLSEnd(context, .connect), TLSEnd(context, .accept))
    other.exchange()
    try other.server.session.endOfStream()
  }

  @Test("an end of TLS that anybody may have written during the handshake is an error")
  func earlyEnd() throws {
    for role in [TLSRole.connect, .accept] {
      let end = try TLSEnd(TLSVectors.mutual("ec"), role)
      end.start()
      end.take([21, 3, 3, 0, 2, 1, 0])
      #expect(!end.hasEnded && end.error != nil)
      if role == .connect { #expect(end.error == TLSError(.closed, "")) }
    }
  }

  @Test("a peer that wants answer after answer and takes none is given up")
  func unheardAnswers() throws {
    let context = try TLSVectors.mutual("ec")
    let pair = try TLSPair(TLSEnd(context, .connect), TLSEnd(context, .accept))
    pair.exchange()
    var most = 0
    for _ in 0..<100 where pair.server.error == nil {
      for _ in 0..<100 {
        SSL_key_update(pair.client.session.pointer, SSL_KEY_UPDATE_REQUESTED)
        SSL_do_handshake(pair.client.session.pointer)
      }
      pair.server.take(pair.client.takeOutput())
      most = max(most, pair.server.session.output.count)
    }
    #expect(pair.server.error?.description.contains("does not take them") == true)
    #expect(most > 0 && most < 100_000)
  }

  @Test("answers that are taken may be as many as the peer wants")
  func heardAnswers() throws {
    let context = try TLSVectors.mutual("ec")
    let pair = try TLSPair(TLSEnd(context, .connect), TLSEnd(context, .accept))
    pair.exchange()
    for _ in 0..<5000 {
      SSL_key_update(pair.client.session.pointer, SSL_KEY_UPDATE_REQUESTED)
      SSL_do_handshake(pair.client.session.pointer)
      pair.exchange()
    }
    pair.client.write([7])
    pair.exchange()
    #expect(pair.server.received == [7] && pair.server.error == nil)
  }

  @Test("between nodes there is no TLS whose recordings a stolen key opens")
  func forwardSecrecy() throws {
    let without = try TLSVectors.mutual("rsa")
    SSL_CTX_ctrl(without.pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    #expect(SSL_CTX_set_cipher_list(without.pointer, "AES256-GCM-SHA384") == 1)
    let context = try TLSVectors.mutual("rsa")
    for result in [
      try outcome(client: without, server: context), try outcome(client: context, server: without),
    ] {
      #expect(result.client != nil && result.server != nil)
      #expect(!result.pair.server.isUp && !result.pair.client.isUp)
    }
  }

  @Test(
    "where the name is to be checked, none and one that cannot be compared are errors",
    arguments: [nil, "", "127.0.0.1\0.example.org"])
  func uselessNames(_ name: String?) throws {
    let wanting = try TLSContext(ca_cert: TestFiles.pem("ec"), verify_peername: true)
    let lax = try TLSContext(ca_cert: TestFiles.pem("ec"))
    let system = try TLSContext()
    for (context, role, isNeeded) in [
      (wanting, .connect, true), (wanting, .accept, true), (system, .connect, true),
      (system, .accept, name != nil), (lax, .connect, false),
    ] as [(TLSContext, TLSRole, Bool)] {
      let session = Result { () throws(TLSError) in
        try TLSSession(context, as: role, peername: name)
      }
      if isNeeded {
        #expect(throws: TLSError(.configuration, "")) { try session.get() }
      } else {
        _ = try session.get()
      }
      #expect(OpenSSLErrors.takeReason() == "unknown reason")
    }
  }

  @Test("a flipped bit anywhere in a record is noticed, and nothing of it is given out")
  func flippedBits() throws {
    let context = try TLSVectors.mutual("ec")
    for place in 0..<60 {
      let pair = try TLSPair(TLSEnd(context, .connect), TLSEnd(context, .accept))
      pair.exchange()
      pair.client.write([1, 2, 3])
      pair.client.write([4, 5, 6, 7])
      var bytes = pair.client.takeOutput()
      guard place < bytes.count else { return }
      bytes[place] ^= 1 << UInt8(place % 8)
      pair.server.take(bytes)
      let isSecond = place >= bytes.count * 25 / 51
      #expect(pair.server.received.isEmpty || isSecond)
      // A length that grew makes it wait for more, for ever.
      if pair.server.error == nil {
        #expect([3, 4].contains(place) || [28, 29].contains(place), "\(place)")
      }
    }
  }

  @Test("errors of every kind leave nothing behind in OpenSSL's list")
  func nothingLeft() throws {
    for (client, server) in [("ec", "ed25519"), ("expired", "expired"), ("rsa", "ec")] {
      _ = try outcome(client: TLSVectors.mutual(client), server: TLSVectors.mutual(server))
      #expect(OpenSSLErrors.takeReason() == "unknown reason")
    }
  }

  @Test("neither a context nor its errors show a key")
  func masked() throws {
    let error = #expect(throws: TLSError.self) {
      try TLSContext(cert: TestFiles.pem("mismatch"))
    }
    #expect(error?.code == .configuration)
    #expect(error?.description.contains("no certificate that belongs to the private key") == true)
    let missing = #expect(throws: TLSError.self) { try TLSContext(ca_file: "/does/not/exist") }
    #expect(missing?.description.hasPrefix("ca_file cannot be read") == true)
  }
}
