import AnyEvent

/// A connection that a simulated host is making.
final class ConnectionAttempt {
  typealias Done = (Result<(StreamConnection, String), SocketError>) -> Void

  private unowned let network: SimulatedNetwork
  private let from: SimulatedHost
  private let address: String
  private var done: Done?
  private var limit: TimerWatcher?
  private var connection: Connection?

  init(
    network: SimulatedNetwork, from: SimulatedHost, address: String, timeLimit: Double,
    _ done: @escaping Done
  ) {
    self.network = network
    self.from = from
    self.address = address
    self.done = done
    limit = network.loop.timer(after: timeLimit) { [unowned self] in
      finish(.failure(SocketError(code: 110, "cannot connect to \(address): timed out")))
    }
    guard let to = network.host(at: address) else { return }
    // The path retains the attempt, because its guard may be dropped meanwhile.
    network.path(from, to).send { [self] in arrive(at: to) }
  }

  /// Ends the attempt without a call.
  func cancel() {
    done = nil
    limit = nil
    abandon()
  }

  private func arrive(at to: SimulatedHost) {
    guard done != nil, !to.isDown else { return }
    guard to.isListening else {
      return network.path(to, from).send { [self] in
        finish(.failure(SocketError(code: 111, "cannot connect to \(address): refused")))
      }
    }
    let connection = network.makeConnection(from: from, to: to)
    self.connection = connection
    network.path(to, from).send { [self] in connected(connection) }
    to.enter { [self] in
      let stream = StreamConnection(loop: to.loop, medium: connection.accepting)
      if !to.accept(stream, from: from) { stream.close() }
    }
  }

  private func connected(_ connection: Connection) {
    guard done != nil, !connection.dialling.isClosed else { return }
    self.connection = nil
    let stream = StreamConnection(loop: from.loop, medium: connection.dialling)
    finish(.success((stream, address)))
  }

  private func finish(_ result: Result<(StreamConnection, String), SocketError>) {
    guard let done else { return }
    self.done = nil
    limit = nil
    abandon()
    from.enter { done(result) }
  }

  /// Closes a connection that the other end has accepted already.
  private func abandon() {
    connection?.dialling.close()
    connection = nil
  }
}
