@testable import AnyEventMP
@testable import AnyEventMPTesting

/// One node of a run, from its start to its end; a restarted host has a new one.
final class Member {
  let serial: Int
  let host: SimulatedHost
  private(set) weak var node: Node?

  init(serial: Int, host: SimulatedHost) {
    self.serial = serial
    self.host = host
    node = host.node
  }
}
