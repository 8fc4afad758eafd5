import AnyEvent
import Glibc

/// An end of TLS that says what a handle would not, on a socket.
final class TLSWire {
  let end: TLSEnd
  let fd: CInt
  /// All that came, as it was on the wire.
  private(set) var raw: [UInt8] = []

  init(_ fd: CInt, _ context: TLSContext, _ role: TLSRole) throws {
    self.fd = fd
    end = try TLSEnd(context, role)
    end.start()
  }

  /// What it has to say.
  func takeOutput() -> [UInt8] { end.takeOutput() }

  /// Sends it, with other bytes behind.
  func send(_ others: [UInt8] = []) {
    let bytes = end.takeOutput() + others
    guard !bytes.isEmpty else { return }
    _ = Glibc.send(fd, bytes, bytes.count, CInt(MSG_NOSIGNAL))
  }

  /// Takes what is there.
  func receive() {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(fd, &buffer, buffer.count, CInt(MSG_DONTWAIT))
    guard count > 0 else { return }
    raw += buffer[..<count]
    end.take(Array(buffer[..<count]))
  }

  /// Talks until something is so.
  func talk(_ loop: Loop, until condition: () -> Bool) {
    while !condition() {
      send()
      loop.runOnce(waiting: false)
      receive()
    }
  }

  /// Whether this text came in clear.
  func hasSeen(_ text: String) -> Bool { String(decoding: raw, as: UTF8.self).contains(text) }
}
