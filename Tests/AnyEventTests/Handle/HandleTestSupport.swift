import AnyEvent
import Glibc
import TestSupport
import Testing

/// A handle on one end of a pair of sockets, and the other end's descriptor.
func withHandle(
  _ make: (_ fd: CInt, _ loop: Loop) throws -> Handle,
  _ body: (_ handle: Handle, _ other: CInt, _ loop: Loop) throws -> Void
) throws {
  try withLoop { loop in
    let (near, far) = try socketPair()
    let handle = try make(near, loop)
    try body(handle, far, loop)
    handle.destroy()
    close(far)
  }
}

/// Two handles on the ends of a pair of sockets.
func withHandles(
  _ make: (_ near: CInt, _ far: CInt, _ loop: Loop) throws -> (Handle, Handle),
  _ body: (_ near: Handle, _ far: Handle, _ loop: Loop) throws -> Void
) throws {
  try withLoop { loop in
    let (near, far) = try socketPair()
    let (first, second) = try make(near, far, loop)
    try body(first, second, loop)
    first.destroy()
    second.destroy()
  }
}

/// Two handles that start TLS with each other: `near` is the client.
func withTLSHandles(
  _ body: (_ near: Handle, _ far: Handle, _ loop: Loop) throws -> Void
) throws {
  let context = try TLSVectors.context()
  try withHandles(
    { near, far, loop in
      (
        Handle(fh: near, on: loop, tls: .connect, tls_ctx: context),
        Handle(fh: far, on: loop, tls: .accept, tls_ctx: context)
      )
    }, body)
}

struct NoSockets: Error {}

func socketPair() throws -> (CInt, CInt) {
  var pair: [CInt] = [-1, -1]
  guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &pair) == 0 else { throw NoSockets() }
  return (pair[0], pair[1])
}

/// Writes all of it.
func send(_ fd: CInt, _ text: String) {
  let sent = Glibc.send(fd, text, text.utf8.count, CInt(MSG_NOSIGNAL))
  #expect(sent == text.utf8.count)
}

/// What is there to be read now.
func receive(_ fd: CInt) -> String {
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  let count = recv(fd, &buffer, buffer.count, CInt(MSG_DONTWAIT))
  return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
}
