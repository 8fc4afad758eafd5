import AEValue
import AnyEvent
import Glibc

/// One end of a simulated connection: what carries the stream of a node.
final class ConnectionEnd: StreamMedium {
  private unowned let connection: Connection
  private let host: SimulatedHost
  let outgoing: Pipe
  let incoming: Pipe
  private(set) var isClosed = false
  private var hasSentEnd = false
  private var isWaitingForRoom = false
  private weak var stream: StreamConnection?
  /// What arrived before anybody read.
  private var early: [Pipe.Item] = []

  init(connection: Connection, host: SimulatedHost, outgoing: Pipe, incoming: Pipe) {
    self.connection = connection
    self.host = host
    self.outgoing = outgoing
    self.incoming = incoming
    incoming.deliver = { [unowned self] in arrived($0) }
    outgoing.roomGrew = { [unowned self] in roomGrew() }
  }

  func start(for stream: StreamConnection) {
    self.stream = stream
    guard !early.isEmpty else { return }
    stream.loop.postpone { [self] in
      let waiting = early
      early = []
      for item in waiting { read(item) }
    }
  }

  func write(_ output: ByteBuffer, of stream: StreamConnection) -> StreamWriteResult {
    self.stream = stream
    if host.losesOutput {
      output.removeAll()
      return .done
    }
    let taken = min(output.count, outgoing.room)
    if taken > 0 {
      outgoing.send(Array(output.bytes.prefix(taken)))
      output.removeFirst(taken)
    }
    guard output.count > 0 else { return .done }
    isWaitingForRoom = true
    return .blocked
  }

  var traffic: StreamTraffic? {
    StreamTraffic(unacknowledged: UInt64(outgoing.underWay), pieces: incoming.pieces)
  }

  /// The node closes its end: the other side learns it, unless the machine is gone or the path is
  /// blocked and the operating system gives up.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    early = []
    if !hasSentEnd, !host.isDown, !isGivenUp { outgoing.send(.endOfStream) }
    withExtendedLifetime(connection) { connection.endClosed() }
  }

  func finishWriting() {
    guard !isClosed, !hasSentEnd else { return }
    hasSentEnd = true
    if !host.isDown { outgoing.send(.endOfStream) }
  }

  private var isGivenUp: Bool { outgoing.path.isBlocked && outgoing.path.random.chance(0.5) }

  private func roomGrew() {
    // As a kernel does it: who is told of every byte sends ever smaller pieces.
    guard isWaitingForRoom, !isClosed, outgoing.hasMuchRoom else { return }
    isWaitingForRoom = false
    stream?.hasRoom()
  }

  private func arrived(_ item: Pipe.Item) {
    if isClosed {
      // What is sent to a closed end is answered by a reset, if the machine is there.
      if case .bytes = item, !host.isDown { outgoing.send(.reset) }
    } else if stream == nil || !early.isEmpty {
      early.append(item)
    } else {
      read(item)
    }
  }

  private func read(_ item: Pipe.Item) {
    guard !isClosed, let stream else { return }
    switch item {
    case .bytes(var bytes): bytes.withUnsafeMutableBytes { stream.arrived($0) }
    case .endOfStream: stream.end(.endOfStream)
    case .reset: stream.end(.failed(SocketError(ECONNRESET)))
    }
  }
}
