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
  private let act: (PendingConnection, HandshakeAction) -> Void

  init(
    stream: StreamConnection, handshake: consuming Handshake, role: Handshake.Role,
    address: String, dial: Dial?, act: @escaping (PendingConnection, HandshakeAction) -> Void
  ) {
    self.stream = stream
    self.handshake = handshake
    self.role = role
    self.address = address
    self.dial = dial
    self.act = act
    place = role == .accepting ? StrangerPlace.name(of: address) : ""
  }

  /// Sends the greeting and goes on until the handshake is over, at most so many seconds.
  func start(timeLimit seconds: Double) {
    stream.onRead = { [unowned self] bytes in
      perform(handshake.feed(UnsafeRawBufferPointer(bytes)))
    }
    stream.onEnd = { [unowned self] _ in perform(handshake.endOfStream()) }
    timeLimit = stream.loop.timer(after: seconds) { [unowned self] in
      perform(handshake.timedOut())
    }
    perform(handshake.start())
    stream.start()
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
        if case .send(let bytes) = action {
          bytes.withUnsafeBytes { stream.output.append(contentsOf: $0) }
          stream.outputGrew()
        } else {
          act(self, action)
        }
      }
    }
  }
}
