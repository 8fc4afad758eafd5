import AEValue
import AnyEvent
import Glibc

/// One end of a simulated connection: the medium of a node's stream.
final class ConnectionEnd: StreamMedium {
  private unowned let connection: Connection
  private let host: SimulatedHost
  let outgoing: Pipe
  let incoming: Pipe
  private(set) var isClosed = false
  private var hasSentEnd = false
  private var isWaitingForRoom = false
  private weak var stream: StreamConnection?
  /// The items that arrived before the node began to read.
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

  /// Closes this end; the other end learns of it.
  ///
  /// It does not if the machine is switched off, nor if the path is blocked and the operating
  /// system gives up.
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
    // As in a kernel: a node that was told of every free byte would send ever smaller pieces.
    guard isWaitingForRoom, !isClosed, outgoing.hasMuchRoom else { return }
    isWaitingForRoom = false
    stream?.hasRoom()
  }

  private func arrived(_ item: Pipe.Item) {
    if isClosed {
      // The machine, if it is there, answers bytes for a closed end with a reset.
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
