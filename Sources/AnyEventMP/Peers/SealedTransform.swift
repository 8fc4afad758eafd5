import AEMPWire
import AnyEvent

/// The sealed channel on a stream.
final class SealedTransform: StreamTransform {
  let sealed = ByteBuffer()
  private let sealer: RecordSealer
  private let opener: RecordOpener
  /// Whether the other end was told that nothing follows.
  private var isEnded = false

  init(_ keys: SealedKeys) {
    sealer = RecordSealer(keys)
    opener = RecordOpener(keys)
  }

  func seal(_ plain: ByteBuffer) -> String? {
    sealer.seal(plain, into: sealed)
    return nil
  }

  func overhead(for count: Int) -> Int { sealer.overhead(for: count) }

  var isWritable: Bool { !isEnded }

  var cipher: String? { "X25519 XSalsa20-Poly1305" }

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
