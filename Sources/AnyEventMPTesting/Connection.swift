/// A simulated TCP connection: two ends and a pipe for each direction.
final class Connection {
  let serial: UInt64
  private unowned let network: SimulatedNetwork
  private let hosts: (dialling: SimulatedHost, accepting: SimulatedHost)
  private let forth: Pipe
  private let back: Pipe
  private(set) lazy var dialling = ConnectionEnd(
    connection: self, host: hosts.dialling, outgoing: forth, incoming: back)
  private(set) lazy var accepting = ConnectionEnd(
    connection: self, host: hosts.accepting, outgoing: back, incoming: forth)

  init(serial: UInt64, network: SimulatedNetwork, from: SimulatedHost, to: SimulatedHost) {
    self.serial = serial
    self.network = network
    hosts = (from, to)
    forth = Pipe(path: network.path(from, to), network: network)
    back = Pipe(path: network.path(to, from), network: network)
    // Both ends exist from the start, because they take the bytes that arrive.
    _ = (dialling, accepting)
  }

  func connects(_ a: SimulatedHost, _ b: SimulatedHost) -> Bool {
    (hosts.dialling === a && hosts.accepting === b)
      || (hosts.dialling === b && hosts.accepting === a)
  }

  /// Breaks the connection: each end gets some of the bytes under way, then an error.
  func cut() {
    forth.cut()
    back.cut()
  }

  /// Delivers again after a path was unblocked.
  func resume() {
    forth.arm()
    back.arm()
  }

  /// Ends the connection when both ends are closed.
  func endClosed() {
    guard dialling.isClosed, accepting.isClosed else { return }
    end()
    network.forget(self)
  }

  /// Drops the bytes under way; nothing arrives any more.
  func end() {
    forth.end()
    back.end()
  }
}
