internal import Glibc

/// A local TCP address that is kept for a server which is to start later: the system does not give its port to a
/// program that asks for any free one, and a server that sets `SO_REUSEADDR`, as all of AnyEvent do, can listen
/// there.
package final class ReservedAddress {
  private let bound: BoundSocket

  /// Reserves a port that the system chooses, at a numeric address of this machine.
  ///
  /// - Throws: ``SocketError`` when there is no such address, or no port is free.
  package init(on host: String) throws(SocketError) {
    bound = try BoundSocket(SocketAddress(listeningOn: host, "0"))
  }

  /// The address with its port.
  package var address: SocketAddress { bound.address }

  deinit { _ = close(bound.fd) }
}
