package import AEValue

/// TLS on a ``StreamConnection``.
package final class TLSTransform: StreamTransform {
  private let session: TLSSession
  private let loop: Loop
  /// Called when the handshake is over.
  package var onEstablished: (() -> Void)?
  /// The kind of error, once the connection is broken.
  package private(set) var failure: TLSError.Code?

  /// How many bytes are encrypted at a time: full records that do not take too much memory.
  private static let sealedAtATime = 256 << 10
  private static let recordLength = 16 << 10
  /// The bytes of a record besides its content in TLS 1.2 and 1.3, rounded up.
  private static let recordOverhead = 40

  /// TLS in either role, with an end of this name, if the context wants one.
  ///
  /// - Throws: ``TLSError`` when OpenSSL has no memory, or the context wants another name.
  package init(
    _ context: TLSContext, as role: TLSRole, peername: String? = nil, on loop: Loop
  ) throws(TLSError) {
    self.loop = loop
    session = try TLSSession(context, as: role, peername: peername)
  }

  /// Begins the handshake.
  ///
  /// - Throws: ``TLSError`` when there is nothing that both the context and OpenSSL allow.
  package func start() throws(TLSError) { try session.start() }

  /// The version and cipher, such as `TLSv1.3 TLS_AES_256_GCM_SHA384`; nil before the handshake is over.
  package var cipher: String? { session.isEstablished ? session.cipher : nil }

  /// The other end's certificate; nil before the handshake is over, or if it has presented none.
  package var certificate: TLSCertificate? { session.certificate }

  /// Whether the handshake is over, and neither end has closed, nor was there an error.
  package var isWritable: Bool { session.isWritable }

  /// TLS can be ended and started anew.
  package var canStop: Bool { true }

  /// The bytes behind the other end's `close_notify`.
  package var unread: UnsafeRawBufferPointer { session.unread }

  /// The encrypted bytes that were not sent yet.
  package var sealed: ByteBuffer { session.output }

  /// Encrypts bytes, up to a limit.
  package func seal(_ plain: ByteBuffer) -> String? {
    let count = min(plain.count, Self.sealedAtATime)
    do throws(TLSError) {
      try session.write(UnsafeRawBufferPointer(rebasing: plain.bytes[..<count]))
    } catch {
      failure = error.code
      return error.description
    }
    plain.removeFirst(count)
    return nil
  }

  /// The bytes that the records add.
  package func overhead(for count: Int) -> Int {
    (count / Self.recordLength + 1) * Self.recordOverhead
  }

  package func giveBackIfIdle() { session.giveBackIfIdle() }

  /// Appends the `close_notify`.
  package func sealEnd() { session.close() }

  /// Decrypts arrived bytes.
  package func open(
    _ bytes: UnsafeMutableRawBufferPointer, _ deliver: (UnsafeMutableRawBufferPointer) -> Bool
  ) -> StreamOpening {
    session.provide(UnsafeRawBufferPointer(bytes))
    return loop.plaintextBuffer.lend { open(into: $0, deliver) }
  }

  private func open(
    into buffer: UnsafeMutableRawBufferPointer, _ deliver: (UnsafeMutableRawBufferPointer) -> Bool
  ) -> StreamOpening {
    do throws(TLSError) {
      while true {
        switch try session.next(into: buffer) {
        case .incomplete: return .more
        case .established:
          let report = onEstablished
          onEstablished = nil
          report?()
        case .content(let count):
          let content = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
          guard deliver(content) else { return .more }
        case .end: return .end
        }
      }
    } catch {
      failure = error.code
      return .broken(error.description)
    }
  }

  /// The end without `close_notify` is an error during the handshake only.
  package func endOfStream() -> String? {
    do throws(TLSError) {
      try session.endOfStream()
      return nil
    } catch {
      failure = error.code
      return error.description
    }
  }
}
