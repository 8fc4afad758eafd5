import AEMPWire
import AnyEvent
import AnyEventMP
import Glibc
import TestSupport
import Testing

/// The other end of a connection, driven by the test byte by byte.
final class RawPeer {
  private(set) var received: [UInt8] = []
  private(set) var isClosed = false
  let stream: StreamConnection
  var onRead: ((UnsafeRawBufferPointer) -> Void)?

  init(loop: Loop, socket: ConnectedSocket) {
    stream = StreamConnection(loop: loop, descriptor: socket.fd)
    stream.onRead = { [unowned self] bytes in
      let bytes = UnsafeRawBufferPointer(bytes)
      if let onRead { onRead(bytes) } else { received.append(contentsOf: bytes) }
    }
    stream.onEnd = { [unowned self] _ in isClosed = true }
    stream.start()
  }

  /// Connects to `host:port`, from a host of its own or from the given one.
  static func connect(
    _ address: String, _ loop: Loop, from source: String = TestHost.next()
  ) throws -> RawPeer {
    let (host, port) = try #require(parse_hostport(address))
    var result: Result<ConnectedSocket, SocketError>?
    let attempt = loop.connect(
      to: host, port,
      prepare: { descriptor in
        bind(descriptor, to: source)
        return 0
      }, { result = $0 })
    loop.run(until: { result != nil })
    withExtendedLifetime(attempt) {}
    return RawPeer(loop: loop, socket: try #require(result).get())
  }

  func send(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { stream.output.append(contentsOf: $0) }
    stream.outputGrew()
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  /// The complete lines that came.
  var lines: [String] {
    let text = String(decoding: received, as: UTF8.self)
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  /// `host:port` as the node sees this end.
  var address: String {
    // The greeting of the node tells it.
    lines.first?.split(separator: ";").first { $0.hasPrefix("peeraddr=") }
      .map { String($0.dropFirst("peeraddr=".count)).replacing("%3a", with: ":") } ?? "unknown"
  }
}

/// Lets a socket connect from that address.
private func bind(_ descriptor: CInt, to host: String) {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  inet_pton(AF_INET, host, &address.sin_addr)
  let status = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  #expect(status == 0)
}
