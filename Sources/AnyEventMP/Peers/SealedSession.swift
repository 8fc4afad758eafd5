import AEMPWire
import AnyEvent

/// The sealed channel under a handle.
final class SealedSession: HandleSession {
  let output = ByteBuffer()
  private let sealer: RecordSealer
  private let opener: RecordOpener
  private var input = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var isClosed = false
  private var failure: TLSError?

  init(_ keys: SealedKeys) {
    sealer = RecordSealer(keys)
    opener = RecordOpener(keys)
  }

  var isEstablished: Bool { true }
  var isWritable: Bool { failure == nil && !isClosed }
  /// Nothing follows the end: in clear it could be anybody's.
  var canStop: Bool { false }
  var cipher: String { "X25519 XSalsa20-Poly1305" }
  var unread: UnsafeRawBufferPointer { UnsafeRawBufferPointer(input) }

  func provide(_ bytes: UnsafeRawBufferPointer) {
    input = UnsafeMutableRawBufferPointer(mutating: bytes)
  }

  func next(into scratch: UnsafeMutableRawBufferPointer) throws(TLSError) -> TLSSession.Step {
    if let failure { throw failure }
    if opener.isEnded, input.isEmpty { return .end }
    do throws(RecordError) {
      switch try opener.next(&input) {
      case .incomplete: return .incomplete
      case .end: return .end
      case .content(let content):
        // The loop's buffer takes several records.
        scratch.copyMemory(from: content)
        return .content(content.count)
      }
    } catch {
      throw fail(error)
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(TLSError) {
    if let failure { throw failure }
    guard !isClosed else { throw TLSError(.closed, "the stream has ended") }
    sealer.seal(bytes, into: output)
  }

  func close() {
    guard isWritable else { return }
    isClosed = true
    sealer.sealEnd(into: output)
  }

  func endOfStream() throws(TLSError) {
    if let failure { throw failure }
    do throws(RecordError) {
      try opener.endOfStream()
    } catch {
      throw fail(error)
    }
  }

  private func fail(_ error: RecordError) -> TLSError {
    let error = TLSError(.badRecord, error.description)
    failure = error
    return error
  }
}
