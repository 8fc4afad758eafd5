import AnyEvent
import AnyEventHTTP
import Foundation
import TestSupport
import Testing

@Suite struct TrustTests {
  /// Asks a server that wants the certificate of its client.
  private func ask(_ trust: HTTPTrust) throws -> Outcome {
    var outcome: Outcome?
    try withLoop { loop in
      let context = try TLSContext(
        cert: TestFiles.pem("ec"), ca_cert: TestFiles.pem("ec"), verify_require_client_cert: true)
      var handles: [Handle] = []
      let listener = try loop.listen(on: "127.0.0.1", 0) { socket in
        let handle = Handle(
          fh: socket.fd, on: loop, on_error: { handle, _, _ in handle.destroy() }, tls: .accept,
          tls_ctx: context)
        handles.append(handle)
        handle.push_read(.regex(/\r\n\r\n/)) { handle, _ in handle.push_write(ok("welcome")) }
      }
      let url = "https://127.0.0.1:\(listener.address.port)/"
      defer { for handle in handles { handle.destroy() } }
      outcome = try loop.outcome { http_get(url, tls_ctx: trust, persistent: false, $0) }
    }
    return try #require(outcome)
  }

  @Test func theOwnKeyStandsBesideTheCertificateOrAlone() throws {
    let pem = try TestFiles.pem("ec")
    let start = try #require(pem.range(of: "-----BEGIN CERTIFICATE")).lowerBound
    let (key, cert) = (String(pem[..<start]), String(pem[start...]))
    let directory = try TemporaryDirectory()
    for (name, text) in [("both", pem), ("key", key), ("cert", cert)] {
      try directory.write(text, to: name)
    }
    func path(_ name: String) -> String { "\(directory.path)/\(name)" }
    for trust in [
      HTTPTrust(verify: false, cert: pem), HTTPTrust(verify: false, cert: cert, key: key),
      HTTPTrust(verify: false, cert: cert, key_file: path("key")),
      HTTPTrust(verify: false, cert_file: path("both")),
      HTTPTrust(verify: false, cert_file: path("cert"), key: key),
      HTTPTrust(verify: false, cert_file: path("cert"), key_file: path("key")),
    ] {
      let got = try ask(trust)
      #expect(got.body == "welcome", "\(got.hdr.reason)")
    }
    #expect(try ask(HTTPTrust(verify: false, cert: cert)).hdr.status == 596)
    #expect(try ask(.low).body == nil)
  }

  @Test func authoritiesThatCannotBeUsedAreNotReplacedByThoseOfTheSystem() throws {
    // libcurl takes no more than 8 MB.
    let text = String(repeating: " ", count: 8_000_001)
    let got = try ask(HTTPTrust(ca_cert: text))
    #expect(got.hdr.status == 599)
    #expect(got.hdr.reason.contains("tls_ctx"))
  }
}
