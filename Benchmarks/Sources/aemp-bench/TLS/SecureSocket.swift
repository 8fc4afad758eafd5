internal import COpenSSLYardstick
import Glibc

/// A blocking socket with OpenSSL on it and nothing else: the yardstick of TLS.
///
/// Both ends present the certificate of the run and verify the other's, as nodes do.
final class SecureSocket {
  private let context: OpaquePointer
  private let session: OpaquePointer

  /// Waits for one connection to 127.0.0.1 at this port.
  init(listeningOn port: Int) {
    let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var yes: CInt = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
    guard SecureSocket.withAddress(port, { bind(listener, $0, $1) }) == 0, listen(listener, 1) == 0
    else { fail("cannot listen on port \(port)") }
    print("READY \(port)")
    fflush(nil)
    let fd = accept(listener, nil, nil)
    close(listener)
    (context, session) = SecureSocket.secure(fd)
    guard SSL_accept(session) == 1 else { fail("SSL_accept failed") }
  }

  /// Connects to 127.0.0.1 at this port.
  init(connectingTo port: Int) {
    let fd = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    guard SecureSocket.withAddress(port, { connect(fd, $0, $1) }) == 0 else {
      fail("cannot connect to port \(port)")
    }
    (context, session) = SecureSocket.secure(fd)
    guard SSL_connect(session) == 1 else { fail("SSL_connect failed") }
  }

  deinit {
    SSL_free(session)
    SSL_CTX_free(context)
  }

  /// Reads some bytes; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    var count = 0
    return SSL_read_ex(session, buffer.baseAddress, buffer.count, &count) == 1 ? count : 0
  }

  /// Writes all of it.
  func write(_ buffer: UnsafeMutableRawBufferPointer) {
    var count = 0
    guard SSL_write_ex(session, buffer.baseAddress, buffer.count, &count) == 1 else {
      fail("SSL_write failed")
    }
  }

  private static func secure(_ fd: CInt) -> (OpaquePointer, OpaquePointer) {
    var yes: CInt = 1
    setsockopt(fd, CInt(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<CInt>.size))
    guard let file = BenchNode.certificateFile else { fail("AEMP_BENCH_CERT is not set") }
    guard let context = SSL_CTX_new(TLS_method()),
      SSL_CTX_use_certificate_chain_file(context, file) == 1,
      SSL_CTX_use_PrivateKey_file(context, file, SSL_FILETYPE_PEM) == 1,
      SSL_CTX_load_verify_locations(context, file, nil) == 1
    else { fail("OpenSSL cannot use \(file)") }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    SSL_CTX_set_num_tickets(context, 0)
    guard let session = SSL_new(context), SSL_set_fd(session, fd) == 1 else {
      fail("OpenSSL makes no session")
    }
    return (context, session)
  }

  private static func withAddress(
    _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
  ) -> CInt {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
