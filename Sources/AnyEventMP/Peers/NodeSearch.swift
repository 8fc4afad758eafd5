internal import AEValue
import AnyEvent

/// The search for a node that is known only by its id: it asks for the addresses and dials them in turn.
///
/// The search ends with the node's link or with a reason why there is none. A node without known
/// addresses is asked for again for a while: right after a start, a change of the master or the
/// healing of a partition the master may soon learn of it.
final class NodeSearch {
  private unowned let peers: Peers
  private let id: String
  /// The packets that wait for the connection.
  var waiting: WaitingPackets?
  /// Whether the search has begun.
  var hasBegun = false
  private let failed: (String) -> Void
  /// Whether messages or monitors wait for the node.
  private var isUrgent = false
  /// Whether any address was dialled.
  private var hasDialled = false
  private var timeLimit: TimerWatcher?
  private var next: TimerWatcher?
  /// Ends the search for a node without known addresses.
  private var giveUp: TimerWatcher?
  /// The seconds until the next question.
  private var pause = 0.1
  private var addresses: [String] = []
  private var dials: [Dial] = []
  private var lastFailure = "no address could be reached"

  init(peers: Peers, id: String, failed: @escaping (String) -> Void) {
    self.peers = peers
    self.id = id
    self.failed = failed
  }

  deinit {
    for dial in dials { dial.cancel() }
  }

  func start() {
    timeLimit = peers.loop.timer(after: peers.monitorTimeout) { [unowned self] in
      let isWaiting = !dials.isEmpty && !hasDialled
      fail(isWaiting ? "connect timeout: too many dials are under way" : "connect timeout")
    }
    peers.owner.find(id)
  }

  /// Takes the addresses that the node listens on; nil or none: they are not known.
  func found(_ binds: [String]?) {
    guard addresses.isEmpty, dials.isEmpty else { return }
    guard let binds, !binds.isEmpty else { return askAgain() }
    giveUp = nil
    next = nil
    addresses = AddressList.usable(binds, atMost: peers.limits.addresses)
    guard !addresses.isEmpty else { return fail("no usable address") }
    let wait = peers.dialPauses.wait(for: id, at: peers.loop.monotonicNow)
    if wait <= 0 { return dialNext() }
    next = peers.loop.timer(after: wait) { [unowned self] in peers.kernel.run { dialNext() } }
  }

  /// Makes the dials urgent, because messages wait for the node now.
  func hurry() {
    if isUrgent { return }
    isUrgent = true
    for dial in dials { peers.dials.hurry(dial) }
  }

  private func askAgain() {
    if giveUp == nil {
      giveUp = peers.loop.timer(after: peers.connectInterval) { [unowned self] in
        fail("no known address")
      }
    }
    next = peers.loop.timer(after: pause) { [unowned self] in
      next = nil
      peers.kernel.run { peers.owner.find(id) }
    }
    pause *= 2
  }

  /// Ends the search without a report.
  func cancel() {
    timeLimit = nil
    next = nil
    giveUp = nil
    peers.owner.cancelFind(id)
    for dial in dials { dial.cancel() }
    dials = []
  }

  private func dialNext() {
    next = nil
    guard !addresses.isEmpty else { return }
    let dial = Dial(address: addresses.removeFirst())
    dials.append(dial)
    dial.failed = { [weak self, weak dial] failure in
      guard let self, let dial else { return }
      ended(dial, failure)
    }
    dial.connected = { [weak self, weak dial] other in
      // If the other node is the wanted one, `nodeUp` has ended the search already.
      guard let self, let dial else { return }
      ended(dial, .alreadyConnected(node: other))
    }
    dial.started = { [unowned self] in
      hasDialled = true
      guard !addresses.isEmpty else { return }
      next = peers.loop.timer(after: peers.connectInterval) { [unowned self] in dialNext() }
    }
    peers.dial(dial, isUrgent: isUrgent)
  }

  private func ended(_ dial: Dial, _ failure: DialFailure) {
    dials.removeAll { $0 === dial }
    switch failure {
    case .unreachable(let reason): lastFailure = reason
    case .ourselves: lastFailure = "\(dial.address) is this node itself"
    case .alreadyConnected(let other):
      // Another connection to the same node is about to become the link, and `nodeUp` ends the search then.
      if other == id { return }
      lastFailure = "\(dial.address) is \(other)"
    }
    if !addresses.isEmpty {
      dialNext()
    } else if dials.isEmpty {
      fail(lastFailure)
    }
  }

  private func fail(_ reason: String) {
    withExtendedLifetime(self) {
      cancel()
      if hasDialled {
        peers.dialPauses.failed(id, at: peers.loop.monotonicNow, longest: peers.connectInterval)
      }
      peers.kernel.run { failed(reason) }
    }
  }
}

/// Packets for a node that is not connected yet, in order.
///
/// They are encoded as CBOR when they are sent. So errors appear at the sender, and the size is the
/// one on the wire.
struct WaitingPackets {
  private let buffer = ByteBuffer()
  /// Whether the high water mark was exceeded and reported.
  var isOverHighWater = false

  /// The number of bytes.
  var count: Int { buffer.count }

  /// The number of packets.
  var packets: Int { buffer.packetCount }

  func append(
    name: String, _ message: UnsafeBufferPointer<Value>, limits: CodecLimits
  ) throws(CodecError) {
    try CBOREncoding.appendPacket(name: name, message, to: buffer, limits: limits)
    buffer.countPackets()
  }

  /// The packets in CBOR, as a link with this framing sends them.
  var bytes: UnsafeRawBufferPointer { buffer.bytes }

  /// Calls `send` with each packet, in order.
  func drain(_ send: (String, UnsafeBufferPointer<Value>) -> Void) {
    var decoder = PacketDecoder(framing: .cbor, limits: CodecLimits(maximumSize: .max))
    do {
      try decoder.feed(buffer.bytes) { name, message in
        send(String(decoding: name, as: UTF8.self), message)
        return true
      }
    } catch {
      misuse("a packet of our own encoder could not be decoded: \(error)")
    }
  }
}

/// The addresses of a value of the family `'l`: each once, and not too many, because any node can write such a value.
enum AddressList {
  /// The bytes of the longest `host:port` that is accepted.
  static let longest = 300

  /// The first usable addresses, each once.
  static func usable(_ addresses: some Sequence<String>, atMost limit: Int) -> [String] {
    var seen: TextSet = []
    var usable: [String] = []
    for address in addresses where address.utf8.count <= longest {
      if usable.count >= limit { break }
      if seen.insert(address).inserted { usable.append(address) }
    }
    return usable
  }

  /// The value to store for a list of addresses; null when it is no list.
  static func usableValue(_ value: Value, atMost limit: Int) -> Value {
    guard case .array(let elements) = value else { return .null }
    let addresses = usable(elements.lazy.compactMap(\.string), atMost: limit)
    return addresses.count == elements.count ? value : .array(addresses.map { .string($0) })
  }
}
