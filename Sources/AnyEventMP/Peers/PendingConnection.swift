import AEMPWire
import AnyEvent

/// A connection on its way from the first byte to the end of the handshake.
final class PendingConnection: Linked {
  let stream: StreamConnection
  let role: Handshake.Role
  /// Host and port of the other end.
  let address: String
  /// Who wanted the connection, when we dialled it.
  let dial: Dial?
  /// The other end's greeting, once it is there; not proven before the end.
  var peer: Greeting?
  /// Whether our authentication line has gone out.
  var isCommitted = false
  /// Whether it waits for another connection to the same node to be decided.
  var isHeld = false
  /// What is known of a data connection; nil for one between nodes.
  var data: DialledData?
  /// Who waits for the data connection, once it is known which one it is.
  var expectation: DataExpectation?
  /// Where strangers that come in are counted together; see ``StrangerPlace``.
  let place: String
  // The table that it is in sets these, and keeps it as long.
  var serial: UInt64 = 0
  var isStranger = false
  unowned(unsafe) var previous: PendingConnection?
  unowned(unsafe) var next: PendingConnection?
  private var handshake: Handshake
  private var timeLimit: TimerWatcher?
  private var holdLimit: TimerWatcher?
  /// The node's key and certificate, if it has them.
  private let tls: TLSContext?
  /// TLS on this connection, from the moment when both greetings are there.
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

  /// Sends the greeting and goes on until the handshake is over, at most so many seconds.
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

  /// What the connection is encrypted with, on a connection with TLS.
  var tlsCipher: String? { security?.cipher }

  private func ended(_ end: StreamConnection.End) {
    if case .broken(let reason) = end {
      perform(handshake.refuse(.tls(reason, security?.failure)))
    } else {
      perform(handshake.endOfStream())
    }
  }

  /// Encrypts what follows the greetings; `rest` is what came behind the other end's.
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

  /// Does not wait for other connections any more.
  func goOn() {
    isHeld = false
    holdLimit = nil
  }

  func refuse(_ refusal: Refusal) { perform(handshake.refuse(refusal)) }

  /// Waits for other connections; `giveUp` is called when they take longer than so many seconds.
  func hold(for seconds: Double, _ giveUp: @escaping () -> Void) {
    // Asked again meanwhile, it does not wait any longer than it would have.
    guard !isHeld else { return }
    isHeld = true
    holdLimit = stream.loop.timer(after: seconds, giveUp)
  }

  /// It is closed already: calls `conclude` after so many seconds.
  func linger(for seconds: Double, _ conclude: @escaping () -> Void) {
    holdLimit = stream.loop.timer(after: seconds, conclude)
  }

  /// Stops the clock and lets go of the stream, which belongs to somebody else from now on.
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

/// Which data connection is dialled, and to whom.
struct DialledData {
  let id: String
  let node: String

  /// The protocol in the greeting of who dials.
  static let protocolName = "aemp-dataconn"
  /// The key of that greeting which says which one it is.
  static let idKey = "dataconn_id"
}

/// A data connection that is announced and has not come.
final class DataExpectation {
  /// The node that it comes from.
  let node: String
  private let connected: (Handle) -> Void
  private let failed: (String) -> Void
  /// Called once when it is over, in whichever way.
  var ended: (() -> Void)?
  var timeLimit: TimerWatcher?

  init(
    node: String, connected: @escaping (Handle) -> Void, failed: @escaping (String) -> Void
  ) {
    self.node = node
    self.connected = connected
    self.failed = failed
  }

  /// It is there.
  func connect(_ handle: Handle) { connected(handle) }

  /// It does not come.
  func fail(_ reason: String) {
    cancel()
    failed(reason)
  }

  /// Nobody waits for it any more, or it has come as far as that it is clear which one it is.
  func cancel() {
    timeLimit = nil
    let ended = ended
    self.ended = nil
    ended?()
  }
}
