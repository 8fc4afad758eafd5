import AEMPWire
import AnyEvent

/// The sealed channel on a stream.
final class SealedTransform: StreamTransform {
  let sealed = ByteBuffer()
  private let sealer: RecordSealer
  private let opener: RecordOpener
  /// Exchange of keys and cipher.
  let cipher: String?
  /// Whether the other end was told that nothing follows.
  private var isEnded = false

  init(_ keys: SealedKeys) {
    sealer = RecordSealer(keys)
    opener = RecordOpener(keys)
    cipher = "X25519 \(keys.cipherName)"
  }

  func seal(_ plain: ByteBuffer) -> String? {
    sealer.seal(plain, into: sealed)
    return sealer.failure?.description
  }

  func giveBackIfIdle() {
    sealed.giveBackIfIdle()
    opener.giveBackIfIdle()
  }

  func overhead(for count: Int) -> Int { sealer.overhead(for: count) }

  var isWritable: Bool { !isEnded }

  func sealEnd() {
    guard !isEnded else { return }
    isEnded = true
    sealer.sealEnd(into: sealed)
  }

  func open(
    _ bytes: UnsafeMutableRawBufferPointer, _ deliver: (UnsafeMutableRawBufferPointer) -> Bool
  ) -> StreamOpening {
    var rest = bytes
    do throws(RecordError) {
      while true {
        switch try opener.next(&rest) {
        case .incomplete: return .more
        case .content(let content):
          guard deliver(UnsafeMutableRawBufferPointer(mutating: content)) else { return .more }
        case .end: return .end
        }
      }
    } catch {
      return .broken(error.description)
    }
  }

  func endOfStream() -> String? {
    do throws(RecordError) {
      try opener.endOfStream()
      return nil
    } catch {
      return error.description
    }
  }
}
