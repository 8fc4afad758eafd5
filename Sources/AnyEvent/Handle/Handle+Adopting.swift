internal import AEValue
internal import Glibc

extension Handle {
  /// A handle on a connection that somebody else has made, authenticated and perhaps encrypted.
  ///
  /// It has no callbacks yet, and reads at most a buffer before somebody wants to read.
  ///
  /// - Parameters:
  ///   - connection: the descriptor, which the handle closes, and what waits to be sent as it is.
  ///   - loop: where the handle works.
  ///   - session: what encrypts the stream; its output is sent from.
  ///   - arrived: what has been read from the descriptor already and not decrypted.
  ///   - clear: what came before that, decrypted.
  package convenience init(
    adopting connection: ReleasedConnection, on loop: Loop, session: (any HandleSession)?,
    arrived: [UInt8], clear: [UInt8] = []
  ) {
    self.init(
      loop, descriptor: connection.descriptor, HandleOptions(),
      wbuf: session?.output ?? ByteBuffer())
    self.session = session
    if session != nil { tlsState = .up }
    connection.unsent.withUnsafeBytes { wbuf.append(contentsOf: $0) }
    clear.withUnsafeBytes { rbuf.append(contentsOf: $0) }
    adopt(arrived)
    begin()
    guard session != nil else { return }
    // An end or an error among what has arrived is reported when there are callbacks.
    loop.postpone { [weak self] in
      guard let self, !destroyed, self.session != nil else { return }
      decrypt(UnsafeRawBufferPointer(start: nil, count: 0))
      consume()
    }
  }

  /// Two handles that are the ends of one connection.
  ///
  /// - Throws: ``SocketError`` when the system has no sockets left.
  package static func pair(on loop: Loop) throws(SocketError) -> (Handle, Handle) {
    var ends: [CInt] = [-1, -1]
    let type =
      CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
      throw SocketError("cannot make a pair of sockets", code: errno)
    }
    let handles = ends.map { end in
      Handle(
        adopting: ReleasedConnection(descriptor: StandardDescriptors.spare(end)), on: loop,
        session: nil, arrived: [])
    }
    return (handles[0], handles[1])
  }

  private func adopt(_ arrived: [UInt8]) {
    guard let session else {
      arrived.withUnsafeBytes { rbuf.append(contentsOf: $0) }
      return
    }
    var arrived = arrived
    arrived.withUnsafeMutableBytes { bytes in
      session.provide(UnsafeRawBufferPointer(bytes))
      // The session remembers an end and an error.
      while case .content(let count)? = try? session.next(into: loop.plaintextBuffer) {
        rbuf.append(contentsOf: UnsafeRawBufferPointer(rebasing: loop.plaintextBuffer[..<count]))
      }
      session.provide(UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }
}
