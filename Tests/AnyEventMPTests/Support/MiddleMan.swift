import AnyEvent
import AnyEventMP
import Testing

/// Stands between a node and whoever connects, keeps what passes, and changes it if the test wants.
final class MiddleMan {
  /// Which way bytes go: from the one who dialled, or to it.
  enum Direction { case there, back }

  private let loop: Loop
  private var listener: Listener?
  private var peers: [RawPeer] = []
  /// What has passed.
  private(set) var seen: [Direction: [UInt8]] = [.there: [], .back: []]
  /// Gets the bytes that arrive and gives those that are sent on.
  var change: ((Direction, [UInt8]) -> [UInt8]) = { $1 }
  /// `host:port` where it listens.
  private(set) var address = ""

  init(to target: String, _ loop: Loop) throws {
    self.loop = loop
    let listener = try loop.listen(on: "127.0.0.1", 0) { [unowned self] socket in
      accepted(socket, target)
    }
    self.listener = listener
    address = listener.address.description
  }

  /// Cuts the connections, as a crash of both ends would.
  func cut() { for peer in peers { peer.stream.close() } }

  func close() {
    listener?.close()
    cut()
    // Those of the two ends hold each other.
    for peer in peers { peer.onRead = nil }
    peers = []
  }

  private func accepted(_ socket: ConnectedSocket, _ target: String) {
    let near = RawPeer(loop: loop, socket: socket)
    peers.append(near)
    var early: [UInt8] = []
    near.onRead = { early += $0 }
    guard let (host, port) = parse_hostport(target) else { return }
    let holder = Holder()
    holder.attempt = loop.connect(to: host, port) { [unowned self] result in
      guard case .success(let socket) = result else { return }
      let far = RawPeer(loop: loop, socket: socket)
      peers.append(far)
      pass(early, .there, to: far)
      near.onRead = { [unowned self] in pass(Array($0), .there, to: far) }
      far.onRead = { [unowned self] in pass(Array($0), .back, to: near) }
      near.stream.onEnd = { _ in far.stream.flushAndClose() }
      far.stream.onEnd = { _ in near.stream.flushAndClose() }
      holder.attempt = nil
    }
  }

  private func pass(_ bytes: [UInt8], _ direction: Direction, to peer: RawPeer) {
    guard !bytes.isEmpty else { return }
    seen[direction]? += bytes
    peer.send(change(direction, bytes))
  }

  private final class Holder {
    var attempt: Guard?
  }
}
