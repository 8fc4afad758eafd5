import Glibc
import Synchronization

/// Loopback addresses that no other connection of this process uses.
///
/// The kernel gives a port to one connection after the other; a log line is told from those of other
/// tests by the host.
enum LoopbackHost {
  private static let count = Atomic<UInt32>(0)

  /// Binds a socket that is about to connect to an address of its own.
  static func bind(_ descriptor: CInt) {
    let number = count.add(1, ordering: .relaxed).newValue
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = (0x7F40_0000 + number % 0x1F_FFFF).bigEndian
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        let status = Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        precondition(status == 0, "cannot bind to a loopback address")
      }
    }
  }
}
