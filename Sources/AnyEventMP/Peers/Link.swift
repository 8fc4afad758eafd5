import AEMPWire
import AnyEvent

/// A link: an established connection to another node, with packets in and packets out.
///
/// Messages are encoded directly into the stream's output buffer and decoded directly from the
/// loop's read buffer. On an encrypted connection the stream seals the output when it is sent, and
/// opens received bytes before they arrive here.
final class Link {
  let peer: Peer
  /// The host and port of the other end.
  let address: String
  /// The results of the handshake.
  let facts: LinkFacts
  // Unchecked, because every message reads them: a node closes its links before it is freed.
  unowned(unsafe) let peers: Peers
  unowned(unsafe) let kernel: Kernel
  let limits: NodeLimits
  let stream: StreamConnection
  let framing: Framing
  @exclusivity(unchecked) private var decoder: PacketDecoder
  @exclusivity(unchecked) private(set) var isOpen = true {
    didSet {
      stream.output.closeWindow()
      peer.dropOutput()
    }
  }
  /// The number of queued bytes beyond which ``checkQueue()`` has to act.
  var alarmLevel = Int.max
  /// The same limit for the bytes in the stream's output alone, which every message is compared with.
  @exclusivity(unchecked) var outputLevel = Int.max {
    didSet { stream.output.closeWindow() }
  }
  /// The number of queued bytes in the last report to ``Peers``.
  var reportedBytes = 0
  /// Whether the high water mark was exceeded and reported.
  var isOverHighWater = false
  /// Whether ``Peers`` is told when everything has been handed to the kernel.
  var reportsDrain = false {
    didSet { if reportsDrain != oldValue { watchDrain() } }
  }
  /// Whether data has arrived since the last tick of the ``Heartbeat``.
  @exclusivity(unchecked) var hasHeard = true
  /// How many packets have arrived, without empty ones.
  @exclusivity(unchecked) var packetsReceived = 0
  /// The round trip over this link.
  var roundTrip = RoundTrip()
  /// The judgement of the ``Heartbeat``.
  var liveness: Liveness

  init(
    peers: Peers, peer: Peer, stream: StreamConnection, address: String, facts: LinkFacts,
    keys: SealedKeys?
  ) {
    self.peers = peers
    kernel = peers.kernel
    limits = peers.limits
    self.peer = peer
    self.stream = stream
    self.address = address
    self.facts = facts
    framing = facts.sendFraming
    decoder = PacketDecoder(framing: facts.receiveFraming, limits: limits.codec)
    liveness = Liveness(promised: facts.promised)
    if let keys { stream.transform(with: SealedTransform(keys)) }
    stream.onRead = { [unowned self] in received($0) }
    stream.onEnd = { [unowned self] in ended($0) }
    setAlarm()
  }

  /// Handles bytes from the other end, also bytes that came with the end of the handshake.
  ///
  /// They may be overwritten.
  func received(_ bytes: UnsafeMutableRawBufferPointer) {
    guard isOpen else { return }
    hasHeard = true
    let kernel = kernel
    kernel.run {
      let before = kernel.source
      kernel.source = peer
      defer { kernel.source = before }
      decode(UnsafeRawBufferPointer(bytes))
    }
  }

  /// The bytes that wait for the rest of their packet.
  var bufferedBytes: Int { decoder.bufferedBytes }

  /// How many bytes its buffers have memory for.
  var heldBytes: Int { stream.heldBytes + decoder.heldBytes }

  /// Gives memory back that was hardly used since the last call.
  func giveBackIfIdle() {
    stream.giveBackIfIdle()
    if !stream.isPassingOn { decoder.giveBackIfIdle() }
  }

  /// Whether the bytes lie in the loop's read buffer, behind which readers may look.
  private func hasSlack(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let buffer = UnsafeRawBufferPointer(kernel.loop.readBuffer.bytes)
    guard let start = bytes.baseAddress, let first = buffer.baseAddress else { return false }
    return start >= first && start + bytes.count <= first + buffer.count
  }

  @inline(__always)
  private func decode(_ bytes: UnsafeRawBufferPointer) {
    let (kernel, peer) = (kernel, peer)
    do {
      try decoder.feed(bytes, hasSlack: hasSlack(bytes)) { bytes in
        let count = takeDeaths(bytes)
        return (count > 0 ? count : takeDirectly(bytes), isOpen)
      } deliver: { name, message in
        if kernel.isTracing { MessageTrace.received(message, for: name, from: peer.id) }
        if name.isEmpty {
          if message.isEmpty { return isOpen }
          packetsReceived &+= 1
          peers.owner.handleRequest(message, from: peer)
        } else {
          packetsReceived &+= 1
          kernel.receive(name, message, in: facts.receiveFraming)
        }
        return isOpen
      } request: { request, port, rest in
        if kernel.isTracing { MessageTrace.received(request, port, rest, from: peer.id) }
        packetsReceived &+= 1
        kernel.perform(request, about: port, rest, for: peer)
        return isOpen
      }
    } catch {
      peers.logPeer(
        .error, "\(address) (\(peer.id)): bad packet, connection closed: \(error)", at: address,
        about: "bad packet")
      fail("bad packet: \(error)")
    }
  }

  private func ended(_ end: StreamConnection.End) {
    switch end {
    case .endOfStream: fail("connection closed by the other node")
    case .failed(let error): fail(error.description)
    case .broken(let reason):
      peers.logPeer(
        .error, "\(address) (\(peer.id)): connection closed: \(reason)", at: address,
        about: "bad record")
      fail("bad record: \(reason)")
    }
  }

  /// Closes the connection because of an error; the monitors fire from the event loop.
  func fail(_ text: String) {
    end([.string("transport_error"), .string(peer.id), .string(text)])
  }

  /// Closes the connection; the monitors fire from the event loop, with this reason.
  func end(_ reason: [Value]) {
    guard isOpen else { return }
    close()
    kernel.defer(
      // The job holds no weak reference, which would make every later use of this object slower.
      .job { [self] in
        guard peer.link === self else { return }
        peers.nodeDown(peer, reason)
      })
  }

  /// Hands the stream over to a new owner; the link sends and receives nothing any more.
  func release() -> StreamConnection? {
    guard stop() else { return nil }
    stream.onRead = nil
    stream.onEnd = nil
    return stream
  }

  /// Closes the connection without a report.
  func close() {
    if stop() { stream.flushAndClose() }
  }

  /// Counts the link's traffic, and takes and hands out no more packets; false if the link was over before.
  private func stop() -> Bool {
    guard isOpen else { return false }
    peers.counts.ended.add(traffic)
    isOpen = false
    reportQueue()
    return true
  }
}

/// The queued bytes: high water mark, limit and drain.
extension Link {
  /// The number of bytes that the kernel has not taken yet.
  var queuedBytes: Int { stream.queuedCount }

  /// Asks the stream to report an empty queue, if that is needed.
  func watchDrain() {
    guard isOpen else { return }
    let isWanted = reportsDrain || isOverHighWater || reportedBytes > 0
    stream.onDrain = isWanted ? { [unowned self] in drained() } : nil
    if isWanted { stream.outputGrew() }
  }

  private func drained() {
    if isOverHighWater || reportedBytes > 0 {
      isOverHighWater = false
      reportQueue()
      watchDrain()
    }
    if reportsDrain { peers.drained(peer) }
  }

  /// Notes that the packets that are sent next exceeded the high water mark already, which was reported.
  func wasOverHighWater() {
    isOverHighWater = true
    setAlarm()
    watchDrain()
  }

  /// Computes the alarm levels anew, from the limits and the last report.
  func setAlarm() {
    let mark = kernel.highWaterMark
    let level = isOverHighWater || mark == 0 ? limits.maximumQueue : min(mark, limits.maximumQueue)
    alarmLevel = min(level, reportedBytes + QueueTotal.step)
    // The level may be below zero, so that each message checks the queue: the output may be empty
    // while all bytes are sealed and wait.
    outputLevel = facts.cipher.isEmpty ? alarmLevel : alarmLevel - Self.mostSealed
  }

  /// An upper bound on the sealed bytes that a stream may hold besides its output.
  private static let mostSealed = 320 << 10

  /// Compares the queued bytes with the high water mark and the limit.
  func checkQueue() {
    let queued = stream.queuedCount
    guard queued > alarmLevel else { return }
    if queued > limits.maximumQueue { return fail("too much queued") }
    let isNews = !isOverHighWater && kernel.highWaterMark > 0 && queued > kernel.highWaterMark
    if isNews { isOverHighWater = true }
    reportQueue()
    watchDrain()
    if isNews { kernel.owner.tellHighWater(peer) }
    peers.queuesGrew()
  }

  /// Reports the number of queued bytes to ``Peers``; a closed link has none.
  func reportQueue() {
    let queued = isOpen ? stream.queuedCount : 0
    peers.queues.connected += queued - reportedBytes
    reportedBytes = queued
    setAlarm()
  }
}

/// The results of a handshake, which stay the same until the connection ends.
struct LinkFacts: Equatable {
  /// Whether this node dialled.
  let isDialled: Bool
  /// The program at the other end, according to its greeting: `AE-2.02`, `swift-anyevent`.
  let provider: String
  /// The framing of sent packets.
  let sendFraming: Framing
  /// The framing of received packets.
  let receiveFraming: Framing
  /// The method by which the other end has authenticated itself.
  let authMethod: AuthMethod
  /// The method by which this end has authenticated itself.
  let sentAuthMethod: AuthMethod
  /// The cipher of the connection; empty when it is not encrypted.
  let cipher: String
  /// The seconds between two signs of life that the other end promises in its greeting; nil without a promise.
  let promised: Double?
  /// Whether the other end understands that a node says that it leaves.
  let knowsLeaving: Bool

  init(_ result: EstablishedConnection, isDialled: Bool, tlsCipher: String?) {
    self.isDialled = isDialled
    provider = result.peer[key: "provider"] ?? ""
    sendFraming = result.sendFraming
    receiveFraming = result.receiveFraming
    authMethod = result.authMethod
    sentAuthMethod = result.sentAuthMethod
    promised = Heartbeat.promise(of: result.peer[key: Heartbeat.greetingKey])
    knowsLeaving = result.peer[key: Peers.leavingKey] != nil
    cipher = result.keys?.cipherName.lowercased() ?? tlsCipher ?? ""
  }
}

extension LinkFacts: CustomStringConvertible {
  /// The facts about a link, except the program at the other end, for the log.
  var description: String {
    """
    \(isDialled ? "dialled" : "accepted"), authenticated by \(authMethod) (we by \
    \(sentAuthMethod)), \(cipher.isEmpty ? "not encrypted" : "encrypted by \(cipher)"), gets \
    \(sendFraming.rawValue), sends \(receiveFraming.rawValue)
    """
  }
}
