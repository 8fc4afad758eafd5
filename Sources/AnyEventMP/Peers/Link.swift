import AEMPWire
import AnyEvent

/// An established connection to another node: packets in, packets out.
///
/// Messages are encoded straight into the stream's output buffer and decoded straight out of the
/// loop's read buffer; on an encrypted connection the stream seals what is in the one when it is
/// sent, and opens what has arrived before it comes here.
final class Link {
  let entry: Peer
  /// The host and port of the other end.
  let address: String
  /// What the handshake has agreed on.
  let facts: LinkFacts
  // Unchecked, since they are read for every message: a node closes its links before it goes.
  unowned(unsafe) let peers: Peers
  unowned(unsafe) let kernel: Kernel
  let limits: NodeLimits
  let stream: StreamConnection
  let framing: Framing
  @exclusivity(unchecked) private var decoder: PacketDecoder
  @exclusivity(unchecked) private(set) var isOpen = true
  /// How many bytes may wait before something has to be done.
  var alarmLevel = Int.max
  /// The same for the bytes in the stream's output alone, which is what each message looks at.
  @exclusivity(unchecked) var outputLevel = Int.max
  /// How many bytes wait here by what the node was told last.
  var toldBytes = 0
  /// Whether the node was told that much waits.
  var isOverHighWater = false
  /// Whether the node is told when everything has been handed to the kernel.
  var reportsDrain = false {
    didSet { if reportsDrain != oldValue { watchDrain() } }
  }
  /// Whether anything arrived since the ``Heartbeat`` looked.
  @exclusivity(unchecked) var hasHeard = true
  /// What the ``Heartbeat`` makes of that.
  var liveness: Liveness

  init(
    peers: Peers, entry: Peer, stream: StreamConnection, address: String, facts: LinkFacts,
    keys: SealedKeys?
  ) {
    self.peers = peers
    kernel = peers.kernel
    limits = peers.limits
    self.entry = entry
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

  /// Handles bytes from the other end, also those that came with the end of the handshake; they may
  /// be overwritten.
  func received(_ bytes: UnsafeMutableRawBufferPointer) {
    guard isOpen else { return }
    hasHeard = true
    let kernel = kernel
    kernel.run {
      let before = kernel.source
      kernel.source = entry
      defer { kernel.source = before }
      decode(UnsafeRawBufferPointer(bytes))
    }
  }

  @inline(__always)
  private func decode(_ bytes: UnsafeRawBufferPointer) {
    let (kernel, entry) = (kernel, entry)
    do {
      try decoder.feed(bytes) { name, message in
        if kernel.isTracing { MessageTrace.received(message, for: name, from: entry.id) }
        if name.isEmpty {
          if !message.isEmpty { peers.owner.handleRequest(message, from: entry) }
        } else {
          kernel.receive(name, message)
        }
        return isOpen
      } request: { request, port, rest in
        if kernel.isTracing { MessageTrace.received(request, port, rest, from: entry.id) }
        kernel.perform(request, about: port, rest, for: entry)
        return isOpen
      }
    } catch {
      peers.logPeer(
        .error, "\(address) (\(entry.id)): bad packet, connection closed: \(error)", at: address,
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
        .error, "\(address) (\(entry.id)): connection closed: \(reason)", at: address,
        about: "bad record")
      fail("bad record: \(reason)")
    }
  }

  /// Closes the connection; the monitors fire from the event loop.
  func fail(_ text: String) {
    guard isOpen else { return }
    close()
    kernel.defer(
      // Holds no weak reference: it would make every use of this object slower from then on.
      .job { [self] in
        guard entry.link === self else { return }
        peers.nodeDown(entry, [.string("transport_error"), .string(entry.id), .string(text)])
      })
  }

  /// Hands the connection over to whoever ends it: nothing is sent or received here any more.
  func release() -> StreamConnection? {
    guard isOpen else { return nil }
    isOpen = false
    tellQueue()
    stream.onRead = nil
    stream.onEnd = nil
    return stream
  }

  /// Closes the connection without telling anyone.
  func close() {
    guard isOpen else { return }
    isOpen = false
    tellQueue()
    stream.flushAndClose()
  }
}

/// What waits to be sent: the high water mark, the limit, and the drain.
extension Link {
  /// Bytes that the kernel has not taken yet.
  var queuedBytes: Int { stream.queuedCount }

  /// Asks the stream to say when everything has been handed to the kernel, if anybody wants to know.
  func watchDrain() {
    guard isOpen else { return }
    let isWanted = reportsDrain || isOverHighWater || toldBytes > 0
    stream.onDrain = isWanted ? { [unowned self] in drained() } : nil
    if isWanted { stream.outputGrew() }
  }

  private func drained() {
    if isOverHighWater || toldBytes > 0 {
      isOverHighWater = false
      tellQueue()
      watchDrain()
    }
    if reportsDrain { peers.drained(entry) }
  }

  /// What is sent next waited before, and the node was told that it is much.
  func wasOverHighWater() {
    isOverHighWater = true
    setAlarm()
    watchDrain()
  }

  /// The limits of the node's queues are others now.
  func setAlarm() {
    let mark = kernel.highWaterMark
    let level = isOverHighWater || mark == 0 ? limits.maximumQueue : min(mark, limits.maximumQueue)
    alarmLevel = min(level, toldBytes + QueueTotal.step)
    // Below zero each message looks closer: the output may be empty, and all of it sealed and waiting.
    outputLevel = facts.cipher.isEmpty ? alarmLevel : alarmLevel - Self.mostSealed
  }

  /// What a stream seals at a time, and so may have waiting besides its output, is less than this.
  private static let mostSealed = 320 << 10

  /// What waits may exceed the high water mark, or the limit.
  func checkQueue() {
    let queued = stream.queuedCount
    guard queued > alarmLevel else { return }
    if queued > limits.maximumQueue { return fail("too much queued") }
    let isNews = !isOverHighWater && kernel.highWaterMark > 0 && queued > kernel.highWaterMark
    if isNews { isOverHighWater = true }
    tellQueue()
    watchDrain()
    if isNews { kernel.owner.tellHighWater(entry) }
    peers.queuesGrew()
  }

  /// Tells the node how much waits here, or that nothing does any more when it is closed.
  func tellQueue() {
    let queued = isOpen ? stream.queuedCount : 0
    peers.queues.connected += queued - toldBytes
    toldBytes = queued
    setAlarm()
  }
}

/// What the handshake has made of a connection; it stays so until the connection ends.
struct LinkFacts: Equatable {
  /// Whether this node dialled.
  let isDialled: Bool
  /// The program at the other end, by its own account: `AE-2.02`, `swift-anyevent`.
  let provider: String
  /// The framing of what we send.
  let sendFraming: Framing
  /// The framing of what we receive.
  let receiveFraming: Framing
  /// The method by which the other end has proved itself.
  let authMethod: AuthMethod
  /// The method by which we have.
  let sentAuthMethod: AuthMethod
  /// What the connection is encrypted with; empty: nothing.
  let cipher: String
  /// The other end says something every so many seconds, by its own account; nil: no word of that.
  let promised: Double?

  init(_ result: EstablishedConnection, isDialled: Bool, tlsCipher: String?) {
    self.isDialled = isDialled
    provider = result.peer[key: "provider"] ?? ""
    sendFraming = result.sendFraming
    receiveFraming = result.receiveFraming
    authMethod = result.authMethod
    sentAuthMethod = result.sentAuthMethod
    promised = Heartbeat.promise(of: result.peer[key: Heartbeat.greetingKey])
    cipher = result.keys == nil ? tlsCipher ?? "" : "xsalsa20-poly1305"
  }
}

extension LinkFacts: CustomStringConvertible {
  /// All but the program at the other end, for the log.
  var description: String {
    """
    \(isDialled ? "dialled" : "accepted"), authenticated by \(authMethod) (we by \
    \(sentAuthMethod)), \(cipher.isEmpty ? "not encrypted" : "encrypted by \(cipher)"), gets \
    \(sendFraming.rawValue), sends \(receiveFraming.rawValue)
    """
  }
}
