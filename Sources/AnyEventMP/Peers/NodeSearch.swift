internal import AEValue
import AnyEvent

/// The way to a node known only by its name: ask where it listens, dial its addresses in turn.
///
/// It ends by the node's connection or by telling why there is none. A node that nobody knows is asked
/// for again for a while: right after a start, a change of masters or the healing of a partition who
/// is asked may be about to hear of it.
final class NodeSearch {
  private unowned let peers: Peers
  private let id: String
  /// What waits for the connection.
  var waiting: WaitingPackets?
  /// Whether it was told to begin.
  var hasBegun = false
  private let failed: (String) -> Void
  /// Whether messages or monitors wait for it.
  private var isUrgent = false
  /// Whether any address was dialled.
  private var hasDialled = false
  private var timeLimit: TimerWatcher?
  private var next: TimerWatcher?
  /// Ends the search for a node that nobody knows.
  private var giveUp: TimerWatcher?
  /// How long (s) to wait before asking again.
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

  /// The answer to the question where the node listens.
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

  /// Messages wait for the node now.
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

  /// Ends the search without a word.
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
      // When it is the node itself, nodeUp has ended the search already.
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
      // Another connection to the same node is about to win; nodeUp ends the search then.
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
/// They are kept as CBOR: checked when they are sent, so that errors show at the sender, and with a
/// size that is the one on the wire.
struct WaitingPackets {
  private let buffer = ByteBuffer()
  /// Whether it was told that much waits.
  var isOverHighWater = false

  /// Bytes that wait.
  var count: Int { buffer.count }

  func append(
    name: String, _ message: UnsafeBufferPointer<Value>, limits: CodecLimits
  ) throws(CodecError) {
    try CBOREncoding.appendPacket(name: name, message, to: buffer, limits: limits)
  }

  /// The packets as they are sent where nobody wants anything else than CBOR.
  var bytes: UnsafeRawBufferPointer { buffer.bytes }

  /// Hands every packet to `send`, in order.
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

/// The addresses in an entry of `'l`, which anybody may have written: each once, and not too many.
enum AddressList {
  /// Bytes of the longest `host:port` that means anything.
  static let longest = 300

  /// The first of them that can be used, each once.
  static func usable(_ addresses: some Sequence<String>, atMost limit: Int) -> [String] {
    var seen: TextSet = []
    var usable: [String] = []
    for address in addresses where address.utf8.count <= longest {
      if usable.count >= limit { break }
      if seen.insert(address).inserted { usable.append(address) }
    }
    return usable
  }

  /// The entry as it is kept: what is no list is null.
  static func entry(_ value: Value, atMost limit: Int) -> Value {
    guard case .array(let elements) = value else { return .null }
    let addresses = usable(elements.lazy.compactMap(\.string), atMost: limit)
    return addresses.count == elements.count ? value : .array(addresses.map { .string($0) })
  }
}
