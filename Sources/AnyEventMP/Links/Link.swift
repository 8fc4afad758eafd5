import AEMPWire
import AnyEvent

/// An established connection to another node: packets in, packets out.
///
/// Messages are encoded straight into the stream's output buffer and decoded straight out of the
/// loop's read buffer; on an encrypted connection the stream seals what is in the one when it is
/// sent, and opens what has arrived before it comes here.
final class Link {
  let entry: NodeEntry
  /// The host and port of the other end.
  let address: String
  /// What the handshake has agreed on.
  let facts: LinkFacts
  // Unchecked, since it is read for every message: a node closes its links before it goes.
  private unowned(unsafe) let node: Node
  private let stream: StreamConnection
  private let framing: Framing
  @exclusivity(unchecked) private var decoder: PacketDecoder
  @exclusivity(unchecked) private var isOpen = true
  /// How many bytes may wait before something has to be done.
  private var alarmLevel = Int.max
  /// The same for the bytes in the stream's output alone, which is what each message looks at.
  @exclusivity(unchecked) private var outputLevel = Int.max
  /// Whether the node was told that much waits.
  private var isOverHighWater = false
  /// Whether anything arrived since the ``Heartbeat`` looked.
  @exclusivity(unchecked) var hasHeard = true
  /// Seconds that nothing was heard, as the heartbeat counts them.
  var silence = 0.0
  /// Whether another connection claims to be the node at the other end.
  var isSuspected = false

  init(
    node: Node, entry: NodeEntry, stream: StreamConnection, address: String, facts: LinkFacts,
    keys: SealedKeys?
  ) {
    self.node = node
    self.entry = entry
    self.stream = stream
    self.address = address
    self.facts = facts
    framing = facts.sendFraming
    decoder = PacketDecoder(framing: facts.receiveFraming, limits: node.limits)
    if let keys { stream.transform(with: SealedTransform(keys)) }
    stream.onRead = { [unowned self] in received($0) }
    stream.onEnd = { [unowned self] in ended($0) }
    setAlarm()
  }

  /// Bytes that the kernel has not taken yet.
  var queuedBytes: Int { stream.queuedCount }

  /// Whether the node is told when everything has been handed to the kernel.
  var reportsDrain = false {
    didSet { if reportsDrain != oldValue { watchDrain() } }
  }

  private func watchDrain() {
    guard isOpen else { return }
    let isWanted = reportsDrain || isOverHighWater
    stream.onDrain = isWanted ? { [unowned self] in drained() } : nil
    if isWanted { stream.outputGrew() }
  }

  private func drained() {
    if isOverHighWater {
      isOverHighWater = false
      setAlarm()
      watchDrain()
    }
    if reportsDrain { node.drained(entry) }
  }

  /// What is sent next waited before, and the node was told that it is much.
  func wasOverHighWater() {
    isOverHighWater = true
    setAlarm()
    watchDrain()
  }

  /// The limits of the node's queues are others now.
  func setAlarm() {
    let mark = node.highWaterMark
    alarmLevel = isOverHighWater || mark == 0 ? node.maximumQueue : min(mark, node.maximumQueue)
    // Below zero each message looks closer: the output may be empty, and all of it sealed and waiting.
    outputLevel = facts.cipher.isEmpty ? alarmLevel : alarmLevel - Self.mostSealed
  }

  /// What a stream seals at a time, and so may have waiting besides its output, is less than this.
  private static let mostSealed = 320 << 10

  /// What waits may exceed the high water mark, or the limit.
  private func checkQueue() {
    guard stream.queuedCount > alarmLevel else { return }
    if stream.queuedCount > node.maximumQueue { return fail("too much queued") }
    isOverHighWater = true
    setAlarm()
    watchDrain()
    node.highWater(entry)
  }

  /// Sends a message to a port of the other node.
  @inline(__always)
  func send(to name: String, _ message: UnsafeBufferPointer<Value>) {
    guard isOpen else { return }
    if node.isTracing { MessageTrace.sent(message, to: name, of: entry.id) }
    do {
      switch framing {
      case .cbor:
        try CBOREncoding.appendPacket(
          name: name, message, to: stream.output, limits: node.limits)
      case .json:
        try JSONEncoding.appendPacket(
          name: name, message, to: stream.output, limits: node.limits)
      }
    } catch {
      return node.refuseToSend(error, to: name, of: entry.id)
    }
    stream.outputGrew()
    if stream.output.count > outputLevel { checkQueue() }
  }

  /// Sends a request about a port of either node.
  func send(_ request: PortRequest, about port: String, _ rest: UnsafeBufferPointer<Value>) {
    guard framing == .cbor, !node.isTracing else {
      let message = [.string(request.name), .string(port)] + rest
      return message.withUnsafeBufferPointer { send(to: "", $0) }
    }
    guard isOpen else { return }
    do {
      try CBOREncoding.appendRequest(
        request, about: port, rest, to: stream.output, limits: node.limits)
    } catch {
      return node.refuseToSend(error, to: "", of: entry.id)
    }
    stream.outputGrew()
    if stream.output.count > outputLevel { checkQueue() }
  }

  /// Sends a request whose rest is encoded already; false if this link has to be given the values.
  @inline(never)
  func send(
    _ request: PortRequest, about port: String, encoded rest: UnsafeRawBufferPointer, count: Int
  ) -> Bool {
    guard framing == .cbor, isOpen, !node.isTracing, rest.count + 1024 < node.limits.maximumSize
    else { return false }
    // The stream keeps it.
    let output = Unmanaged.passUnretained(stream.output)
    let isDone = output._withUnsafeGuaranteedRef {
      CBOREncoding.appendRequest(request, about: port, encoded: rest, count: count, to: $0)
    }
    guard isDone else { return false }
    stream.outputGrew()
    if output._withUnsafeGuaranteedRef({ $0.count }) > outputLevel { checkQueue() }
    return true
  }

  /// Handles bytes from the other end, also those that came with the end of the handshake; they may
  /// be overwritten.
  func received(_ bytes: UnsafeMutableRawBufferPointer) {
    guard isOpen else { return }
    hasHeard = true
    let node = node
    node.run {
      let before = node.sourceNode
      node.sourceNode = entry
      defer { node.sourceNode = before }
      decode(UnsafeRawBufferPointer(bytes))
    }
  }

  @inline(__always)
  private func decode(_ bytes: UnsafeRawBufferPointer) {
    let (node, entry) = (node, entry)
    do {
      try decoder.feed(bytes) { name, message in
        if node.isTracing { MessageTrace.received(message, for: name, from: entry.id) }
        node.receive(name, message, from: entry)
        return isOpen
      } request: { request, port, rest in
        if node.isTracing { MessageTrace.received(request, port, rest, from: entry.id) }
        node.perform(request, about: port, rest, for: entry)
        return isOpen
      }
    } catch {
      node.logPeer(
        .warn, "\(address) (\(entry.id)): bad packet, connection closed: \(error)", at: address,
        about: "bad packet")
      fail("bad packet: \(error)")
    }
  }

  private func ended(_ end: StreamConnection.End) {
    switch end {
    case .endOfStream: fail("connection closed by the other node")
    case .failed(let reason): fail(reason)
    case .broken(let reason):
      node.logPeer(
        .warn, "\(address) (\(entry.id)): connection closed: \(reason)", at: address,
        about: "bad record")
      fail("bad record: \(reason)")
    }
  }

  /// Closes the connection; the monitors fire from the event loop.
  func fail(_ text: String) {
    guard isOpen else { return }
    close()
    node.defer(
      // Holds no weak reference: it would make every use of this object slower from then on.
      .job { [self] in
        guard entry.link === self else { return }
        node.nodeDown(entry, [.string("transport_error"), .string(entry.id), .string(text)])
      })
  }

  /// Closes the connection without telling anyone.
  func close() {
    isOpen = false
    stream.flushAndClose()
  }
}
