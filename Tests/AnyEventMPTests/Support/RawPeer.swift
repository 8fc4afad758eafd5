import AEMPWire
import AnyEvent
import Testing

@testable import AnyEventMP

/// The other end of a connection, driven by the test byte by byte.
final class RawPeer {
  private(set) var received: [UInt8] = []
  private(set) var isClosed = false
  let stream: StreamConnection
  var onRead: ((UnsafeRawBufferPointer) -> Void)?

  init(loop: Loop, socket: ConnectedSocket) {
    stream = StreamConnection(loop: loop, descriptor: socket.fd)
    stream.onRead = { [unowned self] bytes in
      if let onRead { onRead(bytes) } else { received.append(contentsOf: bytes) }
    }
    stream.onEnd = { [unowned self] _ in isClosed = true }
    stream.start()
  }

  /// Connects to `host:port`, from a host of its own.
  static func connect(
    _ address: String, _ test: TestLoop, from own: LoopbackHost = LoopbackHost()
  ) throws -> RawPeer {
    let (host, port) = try #require(parse_hostport(address))
    var result: Result<ConnectedSocket, SocketError>?
    let bind: (CInt) -> Double = { descriptor in
      own.bind(descriptor)
      return 0
    }
    let attempt = test.loop.connect(to: host, port, prepare: bind) { result = $0 }
    test.run(until: { result != nil })
    withExtendedLifetime(attempt) {}
    return RawPeer(loop: test.loop, socket: try #require(result).get())
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
