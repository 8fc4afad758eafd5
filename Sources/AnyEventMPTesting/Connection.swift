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
    // Both ends take what arrives from the beginning.
    _ = (dialling, accepting)
  }

  func connects(_ a: SimulatedHost, _ b: SimulatedHost) -> Bool {
    (hosts.dialling === a && hosts.accepting === b)
      || (hosts.dialling === b && hosts.accepting === a)
  }

  /// The connection breaks: each end gets some of what was under way, then an error.
  func cut() {
    forth.cut()
    back.cut()
  }

  /// A blocked path is free again.
  func resume() {
    forth.arm()
    back.arm()
  }

  /// One end is closed: when both are, the network forgets the connection.
  func endClosed() {
    guard dialling.isClosed, accepting.isClosed else { return }
    end()
    network.forget(self)
  }

  /// Loses what is under way; nothing happens any more.
  func end() {
    forth.end()
    back.end()
  }
}
