import AEMPWire
import AnyEvent

/// A pending connection: one between its first byte and the end of the handshake.
final class PendingConnection: Linked {
  let stream: StreamConnection
  let role: Handshake.Role
  /// The host and port of the other end.
  let address: String
  /// The dial that made the connection; nil for an incoming one.
  let dial: Dial?
  /// The other end's greeting once it has arrived; its node id is only claimed until the end of the handshake.
  var peer: Greeting?
  /// Whether our authentication line has been sent.
  var isCommitted = false
  /// Whether it waits for the decision on another connection to the same node.
  var isHeld = false
  /// The data connection that it is to become; nil for a connection between nodes.
  var data: DialledData?
  /// The announcement of the data connection, once the connection is assigned to it.
  var expectation: DataExpectation?
  /// The place that it counts for among the strangers; see ``StrangerPlace``.
  let place: String
  // The ``PendingTable`` sets these, and retains the connection while it is in the table.
  var serial: UInt64 = 0
  var isStranger = false
  unowned(unsafe) var previous: PendingConnection?
  unowned(unsafe) var next: PendingConnection?
  private var handshake: Handshake
  private var timeLimit: TimerWatcher?
  private var holdLimit: TimerWatcher?
  /// The node's key and certificate; nil when it has none.
  private let tls: TLSContext?
  /// TLS on this connection, from the end of the greetings on.
  private var security: TLSTransform?
  private let act: (PendingConnection, HandshakeAction) -> Void

  init(
    stream: StreamConnection, handshake: consuming Handshake, role: Handshake.Role,
    address: String, dial: Dial?, tls: TLSContext?,
    act: @escaping (PendingConnection, HandshakeAction) -> Void
  ) {
    self.stream = stream
    self.handshake = handshake
    self.role = role
    self.address = address
    self.dial = dial
    data = dial?.data
    self.tls = tls
    self.act = act
    place = role == .accepting ? StrangerPlace.name(of: address) : ""
  }

  /// Sends the greeting and runs the handshake, which may take `seconds` at most.
  func start(timeLimit seconds: Double) {
    stream.onRead = { [unowned self] bytes in
      perform(handshake.feed(UnsafeRawBufferPointer(bytes)))
    }
    stream.onEnd = { [unowned self] in ended($0) }
    timeLimit = stream.loop.timer(after: seconds) { [unowned self] in
      perform(handshake.timedOut())
    }
    perform(handshake.start())
    stream.start()
  }

  /// The cipher of a connection with TLS.
  var tlsCipher: String? { security?.cipher }

  private func ended(_ end: StreamConnection.End) {
    if case .broken(let reason) = end {
      perform(handshake.refuse(.tls(reason, security?.failure)))
    } else {
      perform(handshake.endOfStream())
    }
  }

  /// Encrypts everything behind the greetings; `rest` holds the bytes that came behind the other end's greeting.
  private func startTLS(as role: TLSRole, _ rest: [UInt8]) {
    do throws(TLSError) {
      guard let tls else { throw .notConfigured }
      let security = try TLSTransform(tls, as: role, on: stream.loop)
      self.security = security
      security.onEstablished = { [unowned self] in perform(handshake.secured()) }
      stream.transform(with: security)
      try security.start()
      stream.outputGrew()
    } catch {
      return perform(handshake.refuse(.tls(error.description, error.code)))
    }
    var rest = rest
    rest.withUnsafeMutableBytes { if !$0.isEmpty { stream.arrived($0) } }
  }

  func proceed() { perform(handshake.proceed()) }

  func authenticate() {
    goOn()
    isCommitted = true
    perform(handshake.authenticate())
  }

  /// Stops waiting for other connections.
  func goOn() {
    isHeld = false
    holdLimit = nil
  }

  func refuse(_ refusal: Refusal) { perform(handshake.refuse(refusal)) }

  /// Waits for other connections; `giveUp` is called when they take longer than `seconds`.
  func hold(for seconds: Double, _ giveUp: @escaping () -> Void) {
    // A second request while it waits must not prolong the wait.
    guard !isHeld else { return }
    isHeld = true
    holdLimit = stream.loop.timer(after: seconds, giveUp)
  }

  /// Calls `conclude` after `seconds`, for a connection that is closed already.
  func linger(for seconds: Double, _ conclude: @escaping () -> Void) {
    holdLimit = stream.loop.timer(after: seconds, conclude)
  }

  /// Stops the clock and lets go of the stream, which gets another owner.
  func finish() {
    timeLimit = nil
    holdLimit = nil
    stream.onRead = nil
    stream.onEnd = nil
  }

  private func perform(_ actions: [HandshakeAction]) {
    // A callback may drop the last reference to this object.
    withExtendedLifetime(self) {
      for action in actions {
        switch action {
        case .send(let bytes):
          bytes.withUnsafeBytes { stream.output.append(contentsOf: $0) }
          stream.outputGrew()
        case .startTLS(let isClient, let rest):
          startTLS(as: isClient ? .connect : .accept, rest)
        default: act(self, action)
        }
      }
    }
  }
}

/// A data connection that is dialled: its id and the node at the other end.
struct DialledData {
  let id: String
  let node: String

  /// The protocol in the dialling node's greeting.
  static let protocolName = "aemp-dataconn"
  /// The key of that greeting for the id of the data connection.
  static let idKey = "dataconn_id"
}

/// An announced data connection that has not arrived yet.
final class DataExpectation {
  /// The node that it comes from.
  let node: String
  private let connected: (Handle) -> Void
  private let failed: (String) -> Void
  /// Called once when the expectation ends, for whatever reason.
  var ended: (() -> Void)?
  var timeLimit: TimerWatcher?

  init(
    node: String, connected: @escaping (Handle) -> Void, failed: @escaping (String) -> Void
  ) {
    self.node = node
    self.connected = connected
    self.failed = failed
  }

  /// Hands over the connection, which has arrived.
  func connect(_ handle: Handle) { connected(handle) }

  /// Reports that the connection does not come.
  func fail(_ reason: String) {
    cancel()
    failed(reason)
  }

  /// Ends the expectation: it was withdrawn, or a connection is assigned to it.
  func cancel() {
    timeLimit = nil
    let ended = ended
    self.ended = nil
    ended?()
  }
}
