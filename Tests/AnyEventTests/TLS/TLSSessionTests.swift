import COpenSSL
import TestSupport
import Testing

@testable import AnyEvent

@Suite("TLS as a machine")
struct TLSSessionTests {
  @Test(
    "two ends with one certificate talk, whatever the segmentation and the version",
    arguments: ["ec", "rsa", "ed25519"], [1, 7, Int.max])
  func conversation(_ name: String, _ pieces: Int) throws {
    for version in [TLS1_2_VERSION, TLS1_3_VERSION] {
      let context = try TLSVectors.mutual(name)
      let pair = try TLSPair(TLSEnd(context, .connect), TLSEnd(context, .accept))
      limit(pair.client, to: version)
      pair.exchange(pieces: pieces)
      #expect(pair.client.isUp && pair.server.isUp)
      let expected = version == TLS1_2_VERSION ? "TLSv1.2 " : "TLSv1.3 "
      #expect(pair.client.session.cipher.hasPrefix(expected))
      #expect(pair.client.session.cipher == pair.server.session.cipher)
      let long = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
      pair.client.write(long)
      pair.server.write([1, 2, 3])
      pair.exchange(pieces: pieces == 1 ? 1000 : pieces)
      #expect(pair.server.received == long)
      #expect(pair.client.received == [1, 2, 3])
      pair.client.session.close()
      pair.exchange(pieces: pieces)
      #expect(pair.server.hasEnded && !pair.client.hasEnded)
      pair.server.session.close()
      pair.exchange(pieces: pieces)
      #expect(pair.client.hasEnded)
      #expect(pair.client.error == nil && pair.server.error == nil)
    }
  }

  @Test("buffers are given back between records, and never in the middle of one")
  func givenBack() throws {
    for version in [TLS1_2_VERSION, TLS1_3_VERSION] {
      let context = try TLSVectors.mutual("ec")
      let pair = try TLSPair(TLSEnd(context, .connect), TLSEnd(context, .accept))
      limit(pair.client, to: version)
      #expect(!pair.server.session.giveBackIfIdle())
      pair.exchange()
      var expected: [UInt8] = []
      // Cut in the header, behind it, in the body, before the last byte.
      for cut in [1, 4, 5, 6, 500, 1000] {
        let text = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &+ cut) }
        expected += text
        #expect(pair.client.session.giveBackIfIdle() && pair.server.session.giveBackIfIdle())
        pair.client.write(text)
        #expect(pair.client.session.giveBackIfIdle())
        let record = pair.client.takeOutput()
        pair.server.take(Array(record[..<cut]))
        #expect(!pair.server.session.giveBackIfIdle())
        pair.server.take(Array(record[cut...]))
        #expect(pair.server.received == expected)
      }
      #expect(pair.server.session.giveBackIfIdle())
      #expect(pair.client.error == nil && pair.server.error == nil)
    }
  }

  /// The session has said hello already; its version is limited by what the server may choose.
  private func limit(_ end: TLSEnd, to version: CInt) {
    end.session.output.removeAll()
    SSL_clear(end.session.pointer)
    SSL_set_connect_state(end.session.pointer)
    SSL_ctrl(end.session.pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
    end.start()
  }

  @Test("what follows the end of TLS on the stream is left unread")
  func behindTheEnd() throws {
    let context = try TLSVectors.mutual("ec")
    let pair = try TLSPair(TLSEnd(context, .connect), TLSEnd(context, .accept))
    pair.exchange()
    pair.client.write([9])
    pair.client.session.close()
    let bytes = pair.client.takeOutput() + Array("plain".utf8)
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 16)
    defer { scratch.deallocate() }
    let server = pair.server.session
    let (steps, unread) = try bytes.withUnsafeBytes { bytes in
      server.provide(bytes)
      let steps = [try server.next(into: scratch), try server.next(into: scratch)]
      return (steps, Array(server.unread))
    }
    #expect(steps == [.content(1), .end])
    #expect(unread == Array("plain".utf8))
  }

  @Test("a node's certificate that is in the other's list is trusted, an own one without it is not")
  func furtherCertificates() throws {
    // rsa.pem holds the certificates of ec.pem and of another one besides its own; ec.pem only its
    // own.
    let rsa = try TLSVectors.mutual("rsa")
    let ec = try TLSVectors.mutual("ec")
    let pair = try TLSPair(TLSEnd(ec, .connect), TLSEnd(rsa, .accept))
    pair.exchange()
    #expect(pair.client.error == TLSError(.foreignCertificate, ""))
    #expect(pair.server.error == TLSError(.refusedByPeer, ""))
    let both = try TLSContext(
      mutual: TLSVectors.bundle(
        try TestFiles.pem("rsa").replacing("A certificate to trust", with: "Trusted")))
    let again = try TLSPair(TLSEnd(rsa, .connect), TLSEnd(both, .accept))
    again.exchange()
    #expect(again.client.isUp && again.server.isUp)
  }

  @Test("the outputs of ends are different each time, and the same plaintext never shows")
  func encrypted() throws {
    let context = try TLSVectors.mutual("ec")
    let pair = try TLSPair(TLSEnd(context, .connect), TLSEnd(context, .accept))
    pair.exchange()
    let secret = Array("a text that nobody else may see".utf8)
    pair.client.write(secret)
    let first = pair.client.takeOutput()
    pair.client.write(secret)
    let second = pair.client.takeOutput()
    #expect(first.count == second.count && first != second)
    #expect(first.count > secret.count && !contains(first, secret))
    pair.server.take(first + second)
    #expect(pair.server.received == secret + secret)
  }

  private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0...].starts(with: part) }
  }

  @Test("a session is a stranger to others: nothing is resumed", arguments: [false, true])
  func noResumption(_ isOld: Bool) throws {
    let context = try TLSVectors.mutual("ec")
    let asking = try TLSVectors.mutual("ec")
    if isOld {
      SSL_CTX_ctrl(asking.pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    }
    // A client that would.
    SSL_CTX_ctrl(asking.pointer, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_CLIENT), nil)
    SSL_CTX_clear_options(asking.pointer, 1 << 14)  // SSL_OP_NO_TICKET
    var known: OpaquePointer?
    defer { SSL_SESSION_free(known) }
    for _ in 0..<2 {
      let client = try TLSEnd(asking, .connect)
      if let known { #expect(SSL_set_session(client.session.pointer, known) == 1) }
      let pair = try TLSPair(client, TLSEnd(context, .accept))
      pair.exchange()
      #expect(pair.client.isUp && pair.server.isUp)
      #expect(SSL_session_reused(pair.server.session.pointer) == 0)
      SSL_SESSION_free(known)
      known = SSL_get1_session(client.session.pointer)
      #expect(SSL_SESSION_is_resumable(known) == 0)
    }
    #expect(SSL_CTX_ctrl(context.pointer, SSL_CTRL_SESS_NUMBER, 0, nil) == 0)
  }
}
