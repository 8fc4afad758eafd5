internal import AEOpenSSL
package import AEValue
internal import COpenSSL

/// One TLS connection as a machine without socket, clock or loop: bytes in, bytes out, plaintext.
///
///     let session = try TLSSession(context, as: .connect, output: output)
///     try session.start()                       // appends to `output` what is to be sent
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
/// Each call may append to `output`, and so does an error: the alert tells the other end why. Once TLS is
/// up, the end of the stream without the other end's `close_notify` is no error here. What arrives is read
/// where it lies, and what leaves is encrypted into `output`: there is no buffer in between, and nothing
/// is allocated for a record.
package final class TLSSession {
  /// What ``next(into:)`` found.
  package enum Step: Equatable {
    /// All of the input was taken, and more is needed.
    case incomplete
    /// The handshake is over: the other end has been verified as the context says.
    case established
    /// So many bytes of plaintext.
    case content(Int)
    /// The other end has finished; what follows it on the stream is ``unread``.
    case end
  }

  /// The context it was made with.
  package let context: TLSContext
  /// What is to be sent.
  package let output: ByteBuffer
  /// Whether the handshake is over.
  package private(set) var isEstablished = false
  let pointer: OpaquePointer
  /// Freed in `deinit`, after OpenSSL's session which points to it.
  private let memory: UnsafeMutablePointer<TLSMemory>
  private var failure: TLSError?
  private var hasEnded = false
  private var isClosed = false
  /// How many bytes of answers there were since the output was empty.
  private var answered = 0

  /// How many bytes of answers the other end may ask for without taking them: many thousand changes of
  /// keys.
  private static let answersLimit = 64 << 10

  /// A session that appends what is to be sent to `output`.
  ///
  /// `peername` is the name that the other end's certificate must have, if the context wants that;
  /// the other end is told it.
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
    try context.expect(peername, in: session, as: role)
  }

  deinit {
    SSL_free(pointer)
    memory.deinitialize(count: 1)
    memory.deallocate()
  }

  /// The part of what was provided that has not been looked at.
  package var unread: UnsafeRawBufferPointer { memory.pointee.input }

  /// What the connection is encrypted with: `TLSv1.3 TLS_AES_256_GCM_SHA384`.
  ///
  /// The corresponding C functions are `SSL_get_version` and `SSL_CIPHER_get_name`.
  package var cipher: String {
    guard isEstablished, let cipher = SSL_get_current_cipher(pointer),
      let name = SSL_CIPHER_get_name(cipher), let version = SSL_get_version(pointer)
    else { return "" }
    return "\(String(cString: version)) \(String(cString: name))"
  }

  /// Begins the handshake; the client has something to send.
  ///
  /// - Throws: ``TLSError`` when there is nothing that both the context and OpenSSL allow.
  package func start() throws(TLSError) { _ = try handshake() }

  /// Takes what arrived; it must stay where it is until ``next(into:)`` says that it is incomplete.
  package func provide(_ bytes: UnsafeRawBufferPointer) { memory.pointee.input = bytes }

  /// Goes on with what was provided.
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
        // An end or an error is noted, and waits until what came before it was given out.
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

  /// Tells the other end that nothing more comes; it may go on sending.
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

  private func handshake() throws(TLSError) -> Step {
    if let failure { throw failure }
    OpenSSLErrors.clear()
    let status = SSL_do_handshake(pointer)
    guard status == 1 else { return try stopped() }
    isEstablished = true
    return .established
  }

  /// Why OpenSSL does not go on.
  private func stopped() throws(TLSError) -> Step {
    switch SSL_get_error(pointer, 0) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .incomplete
    case SSL_ERROR_ZERO_RETURN:
      // Before the handshake is over anybody can have said so.
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

/// Which side of TLS one is; independent of who has connected to whom.
///
/// The names are those of Perl's `AnyEvent::Handle`.
public enum TLSRole: String, Hashable, Sendable {
  /// The client.
  case connect
  /// The server.
  case accept
}
