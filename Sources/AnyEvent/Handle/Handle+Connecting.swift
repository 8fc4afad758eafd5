internal import Glibc

extension Handle {
  /// Connects, by what `tcp_connect` does.
  func dial(_ host: String, _ service: any TCPService) {
    let prepare: (CInt) -> Double = { [weak self] fd in self?.prepare(fd) ?? 0 }
    connecting = loop.startConnecting(host, service, prepare) { [weak self] result, retry in
      guard let self else {
        if case .success(let socket) = result { Glibc.close(socket.fd) }
        return
      }
      connecting = nil
      switch result {
      case .success(let socket): connected(socket, retry)
      case .failure(let error): notConnected(error)
      }
    }
  }

  private func prepare(_ fd: CInt) -> Double {
    guard let on_prepare = options.on_prepare else { return 0 }
    // It is the connector's so far.
    preparing = fd
    defer { preparing = -1 }
    return on_prepare(self)
  }

  private func connected(_ socket: ConnectedSocket, _ retry: @escaping () -> Void) {
    descriptor = socket.fd
    let wanted = options.tls
    begin()
    guard !destroyed, let on_connect = options.on_connect else { return }
    on_connect(self, socket.peer.host, socket.peer.port) { [weak self] in
      guard let self, !destroyed, descriptor == socket.fd else { return }
      reset()
      // The next connection is not to be in clear if this one was not.
      options.tls = wanted
      retry()
    }
  }

  private func notConnected(_ error: SocketError) {
    guard let on_connect_error = options.on_connect_error else {
      return fail(error.code, fatal: true, error.description)
    }
    errno = error.code
    on_connect_error(self, error.description)
    destroy()
  }

  /// Forgets the connection and all that was queued for it; the descriptor is somebody else's.
  private func reset() {
    reader = nil
    writer = nil
    timeouts.stop()
    session = nil
    tlsState = .none
    queue.removeAll()
    for buffer in [rbuf, wbuf, plaintext] { buffer.removeAll() }
    hasEnded = false
    isAtEnd = false
    shutdownState = .open
    descriptor = -1
  }
}
