internal import Glibc

/// Connects to a host and calls `connect` with the socket, or with nil and `errno` set.
///
/// The socket is non-blocking and belongs to the callback. The host may be a name, a numeric
/// address, or `"unix/"` with a path as service. `prepare` gets each socket before it is connected
/// and returns the time-out in seconds, 0 for the system's. Corresponds to Perl's
/// `AnyEvent::Socket::tcp_connect`.
public func tcp_connect(
  _ host: String, _ service: any TCPService,
  _ connect: @escaping (_ fh: CInt?) -> Void, prepare: ((_ fh: CInt) -> Double)? = nil
) {
  connecting(host, service, prepare) { fh, _, _, _ in connect(fh) }
}

/// Connects to a host; cancelled when the returned guard goes.
@_disfavoredOverload
public func tcp_connect(
  _ host: String, _ service: any TCPService,
  _ connect: @escaping (_ fh: CInt?) -> Void, prepare: ((_ fh: CInt) -> Double)? = nil
) -> Guard {
  let connector = connecting(host, service, prepare) { fh, _, _, _ in connect(fh) }
  return Guard { connector.cancel() }
}

/// Connects to a host and calls `connect` with socket, host and port of the peer.
///
/// Without success the socket is nil and `errno` set. The port is 0 for sockets in the file system.
public func tcp_connect(
  _ host: String, _ service: any TCPService,
  _ connect: @escaping (_ fh: CInt?, _ host: String, _ port: Int) -> Void,
  prepare: ((_ fh: CInt) -> Double)? = nil
) {
  connecting(host, service, prepare) { fh, host, port, _ in connect(fh, host, port) }
}

/// Connects to a host, telling the peer; cancelled when the returned guard goes.
@_disfavoredOverload
public func tcp_connect(
  _ host: String, _ service: any TCPService,
  _ connect: @escaping (_ fh: CInt?, _ host: String, _ port: Int) -> Void,
  prepare: ((_ fh: CInt) -> Double)? = nil
) -> Guard {
  let connector = connecting(host, service, prepare) { fh, host, port, _ in connect(fh, host, port)
  }
  return Guard { connector.cancel() }
}

/// Connects to a host; calling `retry` closes the socket and tries the next address.
public func tcp_connect(
  _ host: String, _ service: any TCPService,
  _ connect:
    @escaping (
      _ fh: CInt?, _ host: String, _ port: Int, _ retry: @escaping () -> Void
    ) -> Void,
  prepare: ((_ fh: CInt) -> Double)? = nil
) {
  connecting(host, service, prepare, connect)
}

/// Connects to a host, with a way to try the next address; cancelled when the returned guard goes.
@_disfavoredOverload
public func tcp_connect(
  _ host: String, _ service: any TCPService,
  _ connect:
    @escaping (
      _ fh: CInt?, _ host: String, _ port: Int, _ retry: @escaping () -> Void
    ) -> Void,
  prepare: ((_ fh: CInt) -> Double)? = nil
) -> Guard {
  let connector = connecting(host, service, prepare, connect)
  return Guard { connector.cancel() }
}

/// Binds, listens, and calls `accept` with socket, host and port of every connection.
///
/// `host` is a numeric address, nil for all IPv4 addresses, `"::"` for all, or `"unix/"` with a
/// path as service. Service nil or 0 lets the system choose a port. `prepare` is told the socket,
/// host and port really bound and returns the length of the queue, 0 for the default. Serves until
/// the loop is closed. Throws `SocketError` when the address cannot be bound. Corresponds to Perl's
/// `AnyEvent::Socket::tcp_server`.
public func tcp_server(
  _ host: String?, _ service: (any TCPService)?,
  _ accept: @escaping (_ fh: CInt, _ host: String, _ port: Int) -> Void,
  prepare: ((_ fh: CInt, _ host: String, _ port: Int) -> Int)? = nil
) throws(SocketError) {
  let loop = Loop.current
  let listener = try listening(on: loop, host, service, accept, prepare)
  loop.keep(listener)
}

/// Binds, listens and accepts until the returned guard goes.
@_disfavoredOverload
public func tcp_server(
  _ host: String?, _ service: (any TCPService)?,
  _ accept: @escaping (_ fh: CInt, _ host: String, _ port: Int) -> Void,
  prepare: ((_ fh: CInt, _ host: String, _ port: Int) -> Int)? = nil
) throws(SocketError) -> Guard {
  let listener = try listening(on: .current, host, service, accept, prepare)
  return Guard { listener.close() }
}

/// Binds and listens as `tcp_server` does, and calls `done` with the socket, which has to be closed by it.
///
/// The callback is called before this returns; accepting is its work, perhaps in another process. Nothing
/// removes a socket in the file system: the form with a guard does. Corresponds to Perl's
/// `AnyEvent::Socket::tcp_bind`.
public func tcp_bind(
  _ host: String?, _ service: (any TCPService)?, _ done: (_ fh: CInt) -> Void,
  prepare: ((_ fh: CInt, _ host: String, _ port: Int) -> Int)? = nil
) throws(SocketError) {
  let socket = try ListeningSocket(on: host, service, prepare: onAddress(prepare))
  done(socket.fd)
}

/// Binds and listens; a socket in the file system is removed when the returned guard goes.
@_disfavoredOverload
public func tcp_bind(
  _ host: String?, _ service: (any TCPService)?, _ done: (_ fh: CInt) -> Void,
  prepare: ((_ fh: CInt, _ host: String, _ port: Int) -> Int)? = nil
) throws(SocketError) -> Guard {
  let socket = try ListeningSocket(on: host, service, prepare: onAddress(prepare))
  done(socket.fd)
  return Guard { socket.removeFile() }
}

/// Chooses how the socket avoids congestion, such as `"cubic"`; false with `errno` set if that isn't
/// possible.
///
/// Corresponds to Perl's `AnyEvent::Socket::tcp_congestion`.
@discardableResult
public func tcp_congestion(_ fh: CInt, _ algorithm: String) -> Bool {
  var name = algorithm
  return name.withUTF8 {
    setsockopt(fh, CInt(IPPROTO_TCP), TCP_CONGESTION, $0.baseAddress, socklen_t($0.count)) == 0
  }
}

/// Switches the delay of small writes off (or on again); false if that isn't possible.
///
/// Corresponds to Perl's `AnyEvent::Socket::tcp_nodelay`.
@discardableResult
public func tcp_nodelay(_ fh: CInt, _ enable: Bool = true) -> Bool {
  var value: CInt = enable ? 1 : 0
  let size = socklen_t(MemoryLayout<CInt>.size)
  return setsockopt(fh, CInt(IPPROTO_TCP), TCP_NODELAY, &value, size) == 0
}

@discardableResult
private func connecting(
  _ host: String, _ service: any TCPService, _ prepare: ((CInt) -> Double)?,
  _ connect: @escaping (CInt?, String, Int, @escaping () -> Void) -> Void
) -> Connector {
  Loop.current.startConnecting(host, service, prepare) { result, retry in
    switch result {
    case .success(let socket):
      connect(socket.fd, socket.peer.host, socket.peer.port) { if retry() { close(socket.fd) } }
    case .failure(let error):
      errno = error.code
      connect(nil, "", 0) {}
    }
  }
}

private func listening(
  on loop: Loop, _ host: String?, _ service: (any TCPService)?,
  _ accept: @escaping (CInt, String, Int) -> Void, _ prepare: ((CInt, String, Int) -> Int)?
) throws(SocketError) -> Listener {
  try loop.listen(on: host, service, prepare: onAddress(prepare)) { socket in
    accept(socket.fd, socket.peer.host, socket.peer.port)
  }
}

/// A callback of Perl's arguments as one that takes an address.
private func onAddress(
  _ prepare: ((CInt, String, Int) -> Int)?
) -> ((CInt, SocketAddress) -> Int)? {
  prepare.map { prepare in { fd, address in prepare(fd, address.host, address.port) } }
}
