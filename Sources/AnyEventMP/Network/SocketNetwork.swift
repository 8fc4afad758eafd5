import AnyEvent
import Glibc

/// The real network: TCP sockets on the node's loop.
final class SocketNetwork: NodeNetwork {
  private let loop: Loop
  /// How many connections may wait to be accepted (the kernel may allow fewer): when thousands come at
  /// once, the one of a node among them must not wait for the kernel to ask again after a second.
  private static let queueLength = 4096
  /// `TCP_THIN_LINEAR_TIMEOUTS` of <linux/tcp.h>.
  private static let thinLinearTimeouts: CInt = 16
  /// Whether small packets are sent at once (`TCP_NODELAY`).
  var nodelay = true

  init(loop: Loop) {
    self.loop = loop
  }

  func listen(
    on host: String, port: UInt16, makeRoom: @escaping () -> Bool,
    accepted: @escaping (StreamConnection, String) -> Void
  ) throws -> any NodeListener {
    // The network is the node's, which drops its listeners before it goes.
    // Accepted sockets inherit the listener's options: no call for each of them.
    let listener = try loop.listen(
      on: host, Int(port),
      prepare: { [self] descriptor, _ in
        setOptions(of: descriptor)
        return Self.queueLength
      },
      accept: { [loop] socket in
        accepted(
          StreamConnection(loop: loop, descriptor: socket.fd), socket.peer.description)
      })
    listener.makeRoom = makeRoom
    return SocketListener(listener)
  }

  func connect(
    to host: String, port: String, timeLimit: Double,
    _ done: @escaping (Result<(StreamConnection, String), SocketError>) -> Void
  ) -> Guard {
    loop.connect(to: host, port, prepare: { _ in timeLimit }) { [self] result in
      done(result.map { socket in (stream(socket), socket.peer.description) })
    }
  }

  private func stream(_ socket: ConnectedSocket) -> StreamConnection {
    setOptions(of: socket.fd)
    return StreamConnection(loop: loop, descriptor: socket.fd)
  }

  private func setOptions(of descriptor: CInt) {
    set(CInt(IPPROTO_TCP), TCP_NODELAY, of: descriptor, to: nodelay)
    set(SOL_SOCKET, SO_KEEPALIVE, of: descriptor, to: true)
    // A keep-alive that is lost several times is sent again soon, not after ever longer waits.
    set(CInt(IPPROTO_TCP), Self.thinLinearTimeouts, of: descriptor, to: true)
  }

  private func set(_ level: CInt, _ option: CInt, of descriptor: CInt, to isOn: Bool) {
    var value: CInt = isOn ? 1 : 0
    // Only a hint for the kernel: a socket that refuses it works all the same.
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
  }
}

/// A listening TCP socket of a node.
private final class SocketListener: NodeListener {
  private let listener: Listener

  init(_ listener: Listener) {
    self.listener = listener
  }

  var address: String { listener.address.description }

  func close() { listener.close() }
}
