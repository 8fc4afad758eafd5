import Glibc
import Synchronization

/// A loopback address that no other test of this process uses.
///
/// The kernel gives a port to one connection after the other; a log line is told from those of other
/// tests by the host.
struct LoopbackHost: CustomStringConvertible {
  private static let count = Atomic<UInt32>(0)
  private let address: UInt32

  init() {
    let number = Self.count.add(1, ordering: .relaxed).newValue
    address = 0x7F40_0000 + number % 0x1F_FFFF
  }

  var description: String {
    "127.\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
  }

  /// Binds a socket that is about to connect to the address.
  func bind(_ descriptor: CInt) {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = address.bigEndian
    withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        let status = Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        precondition(status == 0, "cannot bind to a loopback address")
      }
    }
  }
}
