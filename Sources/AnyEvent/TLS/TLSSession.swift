internal import AEOpenSSL
package import AEValue
internal import COpenSSL
private import Glibc

/// One TLS connection as a machine without socket, clock or loop: bytes in, bytes out, plaintext.
///
///     let session = try TLSSession(context, as: .connect, output: output)
///     try session.start()                       // appends bytes to send to `output`
///     session.provide(arrived)                  // bytes; they must stay until .incomplete
///     while true {
///       switch try session.next(into: scratch) {
///       case .incomplete: return                // wait for more
///       case .established: …                    // from now on write(_:) is allowed
///       case .content(let count): …             // so many bytes of plaintext are in `scratch`
///       case .end: …                            // the other end has finished, see unread
///       }
///     }
///
/// Each call may append to `output`, and so does an error: an alert tells the other end the reason. Once
/// TLS is up, the end of the stream without the other end's `close_notify` is no error here. Arriving
/// bytes are read where they lie, and leaving ones are encrypted into `output`: there is no buffer in
/// between, and nothing is allocated for a record.
package final class TLSSession {
  /// The result of ``next(into:)``.
  package enum Step: Equatable {
    /// All of the input was taken, and more is needed.
    case incomplete
    /// The handshake is over: the other end has been verified as the context says.
    case established
    /// So many bytes of plaintext.
    case content(Int)
    /// The other end has finished; bytes behind that are ``unread``.
    case end
  }

  /// The context it was made with.
  package let context: TLSContext
  /// The bytes to send.
  package let output: ByteBuffer
  /// Whether the handshake is over.
  package private(set) var isEstablished = false
  let pointer: OpaquePointer
  /// Freed in `deinit`, after OpenSSL's session which points to it.
  private let memory: UnsafeMutablePointer<TLSMemory>
  /// The object that OpenSSL asks about certificates.
  private var verifier: TLSVerifier?
  private var failure: TLSError?
  private var hasEnded = false
  private var isClosed = false
  /// The number of bytes of answers since the output was empty.
  private var answered = 0

  /// The greatest number of bytes of answers that the other end may ask for without taking them: enough
  /// for many thousand changes of keys.
  private static let answersLimit = 64 << 10

  /// A session that appends the bytes to send to `output`.
  ///
  /// `peername` is the name that the other end's certificate must have, if the context wants that; a
  /// client announces it to the server.
  ///
  /// - Throws: ``TLSError`` when OpenSSL has no memory, or the context wants another name.
  package init(
    _ context: TLSContext, as role: TLSRole, peername: String? = nil,
    output: ByteBuffer = ByteBuffer()
  ) throws(TLSError) {
    OpenSSLErrors.clear()
    guard let session = SSL_new(context.pointer) else {
      throw .notMade(OpenSSLErrors.takeReason())
    }
    let memory = UnsafeMutablePointer<TLSMemory>.allocate(capacity: 1)
    memory.initialize(to: TLSMemory(output: output))
    guard let bio = TLSMemory.makeBIO(over: memory) else {
      SSL_free(session)
      memory.deallocate()
      throw .notMade(OpenSSLErrors.takeReason())
    }
    SSL_set_bio(session, bio, bio)
    pointer = session
    self.memory = memory
    self.context = context
    self.output = output
    switch role {
    case .connect: SSL_set_connect_state(session)
    case .accept: SSL_set_accept_state(session)
    }
    verifier = try context.expect(peername, in: session, as: role)
  }

  deinit {
    SSL_free(pointer)
    memory.deinitialize(count: 1)
    memory.deallocate()
  }

  /// The provided bytes that were not read yet.
  package var unread: UnsafeRawBufferPointer { memory.pointee.input }

  /// The version and cipher of the connection, such as `TLSv1.3 TLS_AES_256_GCM_SHA384`.
  ///
  /// The corresponding C functions are `SSL_get_version` and `SSL_CIPHER_get_name`.
  package var cipher: String {
    guard isEstablished, let cipher = SSL_get_current_cipher(pointer),
      let name = SSL_CIPHER_get_name(cipher), let version = SSL_get_version(pointer)
    else { return "" }
    return "\(String(cString: version)) \(String(cString: name))"
  }

  /// The other end's certificate, verified or not; nil before the handshake is over, or if it has presented none.
  package var certificate: TLSCertificate? {
    guard isEstablished, let known = SSL_get0_peer_certificate(pointer) else { return nil }
    return TLSCertificate(known)
  }

  /// Begins the handshake; the client has something to send.
  ///
  /// - Throws: ``TLSError`` when there is nothing that both the context and OpenSSL allow.
  package func start() throws(TLSError) { _ = try handshake() }

  /// Takes arrived bytes, which must stay where they are until ``next(into:)`` returns `.incomplete`.
  package func provide(_ bytes: UnsafeRawBufferPointer) { memory.pointee.input = bytes }

  /// Goes on with the provided bytes.
  ///
  /// - Throws: ``TLSError``, and the same one again ever after.
  package func next(into scratch: UnsafeMutableRawBufferPointer) throws(TLSError) -> Step {
    if let failure { throw failure }
    if hasEnded { return .end }
    guard isEstablished else { return try handshake() }
    if output.isEmpty { answered = 0 }
    if answered > Self.answersLimit { throw fail(.unheard) }
    let before = output.count
    defer { answered += output.count - before }
    var filled = 0
    while filled < scratch.count, let base = scratch.baseAddress {
      OpenSSLErrors.clear()
      var count = 0
      guard SSL_read_ex(pointer, base + filled, scratch.count - filled, &count) == 1 else {
        if filled == 0 { return try stopped() }
        // An end or an error is noted, and reported after the content before it.
        _ = try? stopped()
        break
      }
      filled += count
    }
    return .content(filled)
  }

  /// Whether ``write(_:)`` may be called: between the handshake and ``close()``, unless there was an
  /// error.
  package var isWritable: Bool { isEstablished && failure == nil && !isClosed }

  /// Encrypts `bytes` into the output.
  ///
  /// - Throws: ``TLSError`` before the handshake is over, and after an error or ``close()``.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(TLSError) {
    if let failure { throw failure }
    guard isEstablished else { throw .notUp }
    guard !bytes.isEmpty else { return }
    OpenSSLErrors.clear()
    var count = 0
    guard SSL_write_ex(pointer, bytes.baseAddress, bytes.count, &count) == 1 else {
      throw fail(.latest(of: pointer))
    }
  }

  /// Announces to the other end that no more bytes follow; it may go on sending.
  ///
  /// The corresponding C function is `SSL_shutdown`.
  package func close() {
    guard isWritable else { return }
    isClosed = true
    OpenSSLErrors.clear()
    if SSL_shutdown(pointer) < 0 { OpenSSLErrors.clear() }
  }

  /// The other end closed the connection, which is an error while the handshake goes on.
  ///
  /// - Throws: ``TLSError``
  package func endOfStream() throws(TLSError) {
    if let failure { throw failure }
    guard isEstablished else { throw fail(.closed) }
  }

  /// Gives OpenSSL's buffers for records back, which it makes again for the next ones; false in the middle of one.
  ///
  /// Versions of OpenSSL before 3.0.14 free a record of which only the beginning has arrived, or has been read: so they
  /// are not asked then.
  ///
  /// The corresponding C function is `SSL_free_buffers`.
  @discardableResult
  package func giveBackIfIdle() -> Bool {
    output.giveBackIfIdle()
    guard isEstablished, failure == nil, SSL_has_pending(pointer) == 0,
      let state = SSL_rstate_string(pointer), strcmp(state, "RH") == 0
    else { return false }
    return SSL_free_buffers(pointer) == 1
  }

  private func handshake() throws(TLSError) -> Step {
    if let failure { throw failure }
    OpenSSLErrors.clear()
    let status = SSL_do_handshake(pointer)
    guard status == 1 else { return try stopped() }
    isEstablished = true
    return .established
  }

  /// The reason why OpenSSL does not go on, as a step or an error.
  private func stopped() throws(TLSError) -> Step {
    switch SSL_get_error(pointer, 0) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .incomplete
    case SSL_ERROR_ZERO_RETURN:
      // Before the handshake is over, the end is not authenticated.
      guard isEstablished else { throw fail(.closed) }
      hasEnded = true
      return .end
    default: throw fail(.latest(of: pointer))
    }
  }

  private func fail(_ error: TLSError) -> TLSError {
    failure = error
    return error
  }
}

/// The side of TLS; independent of the side that has connected.
///
/// The names are those of Perl's `AnyEvent::Handle`.
public enum TLSRole: String, Hashable, Sendable {
  /// The client.
  case connect
  /// The server.
  case accept
}

// MARK: - Memory

/// The memory that an OpenSSL session reads from and writes to: the bytes that have just arrived, where
/// they lie, and the buffer of the bytes to send.
///
/// Only OpenSSL itself copies bytes. The `BIO` holds the address of this value, which its
/// ``TLSSession`` frees after the `BIO`.
struct TLSMemory {
  var input = UnsafeRawBufferPointer(start: nil, count: 0)
  unowned(unsafe) var output: ByteBuffer

  /// A new `BIO` over `memory`; nil when OpenSSL has no memory.
  static func makeBIO(over memory: UnsafeMutablePointer<TLSMemory>) -> OpaquePointer? {
    guard let kind = method.pointer, let bio = BIO_new(kind) else { return nil }
    BIO_set_data(bio, memory)
    BIO_set_init(bio, 1)
    return bio
  }

  fileprivate mutating func read(into target: UnsafeMutableRawPointer, _ wanted: Int) -> Int {
    let count = min(wanted, input.count)
    guard count > 0, let start = input.baseAddress else { return 0 }
    target.copyMemory(from: start, byteCount: count)
    input = UnsafeRawBufferPointer(rebasing: input[count...])
    return count
  }

  private struct Method: @unchecked Sendable {
    // It is read-only once made, hence safe on any thread; nil when OpenSSL has no memory.
    let pointer: OpaquePointer?

    init() {
      pointer = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "swift-anyevent")
      guard let pointer else { return }
      BIO_meth_set_read_ex(pointer, bioRead)
      BIO_meth_set_write_ex(pointer, bioWrite)
      BIO_meth_set_ctrl(pointer, bioControl)
    }
  }

  private static let method = Method()
}

private func memory(of bio: OpaquePointer?) -> UnsafeMutablePointer<TLSMemory>? {
  BIO_get_data(bio)?.assumingMemoryBound(to: TLSMemory.self)
}

private func bioRead(
  _ bio: OpaquePointer?, _ target: UnsafeMutablePointer<CChar>?, _ wanted: Int,
  _ count: UnsafeMutablePointer<Int>?
) -> CInt {
  guard let memory = memory(of: bio), let target, let count else { return 0 }
  // A flag of the last call would hide the end of the stream.
  BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
  count.pointee = memory.pointee.read(into: target, wanted)
  if count.pointee > 0 { return 1 }
  // More bytes may come, so this is not the end.
  BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
  return 0
}

private func bioWrite(
  _ bio: OpaquePointer?, _ source: UnsafePointer<CChar>?, _ wanted: Int,
  _ count: UnsafeMutablePointer<Int>?
) -> CInt {
  guard let memory = memory(of: bio), let source, let count else { return 0 }
  memory.pointee.output.append(
    contentsOf: UnsafeRawBufferPointer(start: source, count: wanted))
  count.pointee = wanted
  return 1
}

private func bioControl(
  _ bio: OpaquePointer?, _ command: CInt, _ number: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
  command == BIO_CTRL_FLUSH ? 1 : 0
}
