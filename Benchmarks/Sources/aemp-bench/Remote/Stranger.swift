import Glibc

/// What somebody says who will be refused.
struct Stranger: Sendable {
  /// Sent at once.
  let text: String
  /// How many stay connected, until one more drives the oldest out.
  var crowd = 0

  static let kinds: [String: @Sendable () -> Stranger] = [
    // Another protocol.
    "http": { Stranger(text: "GET / HTTP/1.1\r\n\r\n") },
    // Nothing at all, and so many stay.
    "silent": { Stranger(text: "", crowd: crowd) },
    // A node with another secret, as one of Perl.
    "plain": { guess("hmac_sha3_512", "", digits: 128) },
    // The same as one of ours, which makes the node compute keys.
    "sealed": {
      // The base point, as good a key as any.
      guess(
        "chacha20poly1305_x25519", ";x-kx=CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", digits: 128
      )
    },
  ]

  /// How many are silent at a time; both ends of each are in this process.
  static let crowd = 4000

  private static func guess(_ method: String, _ keys: String, digits: Int) -> Stranger {
    Stranger(
      text: """
        aemp;1;stranger;\(method);cbor\(keys)
        \(String(repeating: "n", count: 88))
        \(method);\(String(repeating: "0", count: digits));cbor

        """)
  }
}

/// Connects again and again, each time until it is hung up on or has been greeted.
final class StrangerThread: Sendable {
  private let count: Int
  private let port: UInt16
  private let text: [UInt8]
  private let crowd: Int
  private let done: @Sendable () -> Void

  init(count: Int, port: UInt16, stranger: Stranger, _ done: @escaping @Sendable () -> Void) {
    self.count = count
    self.port = port
    text = Array(stranger.text.utf8)
    crowd = stranger.crowd
    self.done = done
  }

  func start() {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let status = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let strangers = Unmanaged<StrangerThread>.fromOpaque(context).takeRetainedValue()
        strangers.run()
        strangers.done()
        return nil
      }, context)
    if status != 0 { fail("no thread can be made") }
    pthread_detach(thread)
  }

  private func run() {
    var silent: [CInt] = []
    for number in 0..<count {
      let descriptor = connect()
      if crowd == 0 {
        close(descriptor)
      } else if silent.count < crowd {
        silent.append(descriptor)
      } else {
        close(silent[number % crowd])
        silent[number % crowd] = descriptor
      }
    }
    for descriptor in silent { close(descriptor) }
  }

  /// Returns when the other end has closed the connection; of a silent one, when it has greeted.
  private func connect() -> CInt {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if status != 0 { fail("a stranger cannot connect: \(String(cString: strerror(errno)))") }
    if !text.isEmpty { _ = send(descriptor, text, text.count, CInt(MSG_NOSIGNAL)) }
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
      while recv(descriptor, buffer.baseAddress, buffer.count, 0) > 0, crowd == 0 {}
    }
    return descriptor
  }
}
