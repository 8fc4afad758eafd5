import Glibc

/// Listens without taking connections, and has no room for more: who connects gets no answer.
final class FullListener {
  private let listening: CInt
  private let connections: [CInt]

  /// Listens at a port of 127.0.0.2; nil if another process has it.
  init?(port: Int) {
    func makeSocket() -> CInt {
      socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0002).bigEndian
    let listening = makeSocket()
    self.listening = listening
    var made: [CInt] = []
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        guard bind(listening, $0, length) == 0, listen(listening, 0) == 0 else { return CInt(-1) }
        for _ in 0..<3 {
          made.append(makeSocket())
          _ = connect(made[made.count - 1], $0, length)
        }
        return 0
      }
    }
    connections = made
    if status != 0 { return nil }
  }

  deinit {
    for fd in connections + [listening] { close(fd) }
  }
}
