import COpenSSL

@testable import AnyEvent

/// The peer: a session of ours that may do what ours would not.
final class TLSFuzzPeer {
  private let session: TLSSession
  private(set) var sent: [UInt8] = []
  private(set) var received: [UInt8] = []
  private(set) var isUp = false
  private(set) var isClosed = false
  private var isDone = false
  private var hasFlooded = false
  private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)

  init(_ context: TLSContext, _ role: TLSRole) throws {
    session = try TLSSession(context, as: role)
    try session.start()
  }

  deinit { scratch.deallocate() }

  /// The next thing of the script; false if it is one that may be refused.
  func act(_ script: inout FuzzInput) -> Bool {
    let (kind, amount) = (script.byte(), Int(script.byte()))
    switch kind & 7 {
    case 0...3:
      let bytes = (0..<amount).map { _ in script.byte() }
      if write(bytes) { sent += bytes }
      return true
    case 4:
      session.close()
      isClosed = true
      return true
    case 5:
      SSL_renegotiate(session.pointer)
      SSL_do_handshake(session.pointer)
      ERR_clear_error()
      return false
    default:
      // Other keys, and now and then ours are wanted to change as well.
      // Once it may be more than anybody answers who is not heard.
      let isFlood = amount > 250 && !hasFlooded
      hasFlooded = hasFlooded || isFlood
      for _ in 0..<(isFlood ? 3500 : amount & 7) {
        SSL_key_update(session.pointer, kind & 1 == 0 ? SSL_KEY_UPDATE_REQUESTED : 0)
        SSL_do_handshake(session.pointer)
      }
      ERR_clear_error()
      return false
    }
  }

  private func write(_ bytes: [UInt8]) -> Bool {
    guard !bytes.isEmpty, !isClosed else { return false }
    return (try? bytes.withUnsafeBytes { try session.write($0) }) != nil
  }

  func feed(_ bytes: [UInt8]) {
    guard !isDone else { return }
    bytes.withUnsafeBytes { bytes in
      session.provide(bytes)
      do throws(TLSError) {
        while !isDone {
          switch try session.next(into: scratch) {
          case .incomplete: return
          case .established: isUp = true
          case .content(let count): received += scratch[..<count]
          case .end: isDone = true
          }
        }
      } catch {
        isDone = true
      }
    }
  }

  func takeOutput() -> [UInt8] {
    defer { session.output.removeAll() }
    return Array(session.output.bytes)
  }
}
