import Glibc
import Testing

/// A connected pair of non-blocking stream sockets, closed at the end.
func withSocketPair(_ body: (CInt, CInt) throws -> Void) rethrows {
  var pair: [CInt] = [-1, -1]
  let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
  guard socketpair(AF_UNIX, type, 0, &pair) == 0 else {
    Issue.record("no socket pair")
    return
  }
  defer { for fd in pair { close(fd) } }
  try body(pair[0], pair[1])
}

/// Sends one byte.
func sendByte(_ fd: CInt) { _ = Glibc.send(fd, "x", 1, CInt(MSG_NOSIGNAL)) }

/// Takes one byte out, if there is one; returns what `recv` says.
@discardableResult
func receiveByte(_ fd: CInt) -> Int {
  var byte: UInt8 = 0
  return Glibc.recv(fd, &byte, 1, CInt(MSG_DONTWAIT))
}
