import AEOpenSSL
import AEValue
import AnyEvent
import Foundation
import TestSupport

/// Keys and certificates for tests, and bytes that go back and forth.
enum TLSVectors {
  static func bundle(_ pem: String) throws -> CertificateBundle {
    try Array(pem.utf8).withUnsafeBytes { try CertificateBundle(pem: $0) }
  }

  /// A context that trusts what is in the text and nothing else.
  static func mutual(_ name: String) throws -> TLSContext {
    try TLSContext(mutual: bundle(TestFiles.pem(name)))
  }

  /// The same made as a program makes it: key and certificate, trusted and wanted of the other end.
  static func context(_ name: String = "ec") throws -> TLSContext {
    try TLSContext(
      cert: TestFiles.pem(name), ca_cert: TestFiles.pem(name), verify_require_client_cert: true)
  }
}

/// One end of a TLS connection without sockets.
final class TLSEnd {
  let session: TLSSession
  private(set) var received: [UInt8] = []
  private(set) var error: TLSError?
  private(set) var isUp = false
  private(set) var hasEnded = false
  private let scratch: UnsafeMutableRawBufferPointer

  init(_ context: TLSContext, _ role: TLSRole, peername: String? = nil) throws {
    session = try TLSSession(context, as: role, peername: peername)
    // Behind what throws, after which nobody would free it.
    scratch = .allocate(byteCount: 4096, alignment: 16)
  }

  deinit { scratch.deallocate() }

  func start() { attempt { () throws(TLSError) in try session.start() } }

  func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in attempt { () throws(TLSError) in try session.write(bytes) } }
  }

  func take(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      session.provide(bytes)
      attempt { () throws(TLSError) in
        while true {
          switch try session.next(into: scratch) {
          case .incomplete: return
          case .established: isUp = true
          case .content(let count): received += scratch[..<count]
          case .end:
            hasEnded = true
            return
          }
        }
      }
    }
  }

  func takeOutput() -> [UInt8] {
    let output = Array(session.output.bytes)
    session.output.removeAll()
    return output
  }

  private func attempt(_ body: () throws(TLSError) -> Void) {
    do throws(TLSError) { try body() } catch { self.error = error }
  }
}

/// Two ends and what is on its way between them.
struct TLSPair {
  let client: TLSEnd
  let server: TLSEnd

  init(_ client: TLSEnd, _ server: TLSEnd) {
    self.client = client
    self.server = server
    client.start()
    server.start()
  }

  /// Carries bytes until there are none, in pieces of this size.
  func exchange(pieces: Int = .max) {
    while true {
      let forth = client.takeOutput()
      let back = server.takeOutput()
      if forth.isEmpty && back.isEmpty { return }
      for piece in forth.split(every: pieces) { server.take(piece) }
      for piece in back.split(every: pieces) { client.take(piece) }
    }
  }
}

extension [UInt8] {
  func split(every count: Int) -> [[UInt8]] {
    stride(from: 0, to: self.count, by: Swift.min(count, Swift.max(1, self.count))).map {
      Array(self[$0..<Swift.min(self.count, $0 + Swift.min(count, self.count))])
    }
  }
}
