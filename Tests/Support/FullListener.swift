import Glibc
import Testing

/// A socket of 127.0.0.1 on which nobody accepts, with a queue as short as it can be: connecting hangs once that is full.
package struct FullListener: ~Copyable {
  private let descriptor: CInt
  package let port: Int

  package init() {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    self.descriptor = descriptor
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    port = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        #expect(bind(descriptor, $0, length) == 0)
        #expect(listen(descriptor, 0) == 0)
        #expect(getsockname(descriptor, $0, &length) == 0)
      }
      return Int(UInt16(bigEndian: $0.pointee.sin_port))
    }
  }

  deinit { close(descriptor) }
}
