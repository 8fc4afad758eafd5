extension Loop {
  /// Connects to a host: resolves its name and tries its addresses in turn.
  ///
  /// `timeout` limits each attempt (s); 0 leaves that to the system. The receiver has to close the socket. Cancelling the
  /// task, which may be on any thread, gives up.
  /// - Throws: ``SocketError``, the error of the last attempt; `CancellationError` when the task is cancelled;
  ///   ``CondVarError`` when the loop is closed.
  public func connect(
    to host: String, _ service: any TCPService, timeout: Double = 0
  ) async throws -> ConnectedSocket {
    let service = service.tcpService
    if isOnOwnThread {
      return try await suspended(on: self) { connect(host, service, timeout, $0) }
    }
    return try await suspendedAnywhere(on: self) { self.connect(host, service, timeout, $0) }
  }

  private func connect(
    _ host: String, _ service: String, _ timeout: Double, _ wait: Suspension<ConnectedSocket>
  ) {
    let connector = startConnecting(host, service, { _ in timeout }) { result, _ in
      wait.resume(with: result.mapError { $0 })
    }
    wait.takeBack = { connector.cancel() }
  }
}

/// Connects to a host and returns the socket, which is non-blocking and belongs to the caller.
///
/// The host may be a name, a numeric address, or `"unix/"` with a path as service. `timeout` limits each attempt (s); 0
/// leaves that to the system. Corresponds to Perl's `AnyEvent::Socket::tcp_connect` with `Coro::rouse_cb`.
///
///     let handle = Handle(.fh(try await tcp_connect("127.0.0.1", 7)))
/// - Throws: ``SocketError``, whose ``SocketError/code`` is the `errno`; `CancellationError` when the task is cancelled;
///   ``CondVarError`` when the loop is closed.
public func tcp_connect(
  _ host: String, _ service: any TCPService, timeout: Double = 0
) async throws -> CInt {
  try await Loop.awaiting("tcp_connect").connect(to: host, service, timeout: timeout).fd
}
