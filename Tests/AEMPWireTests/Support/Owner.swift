import AEMPWire

/// The simplest owner of a handshake: it says yes to everything and keeps what happened.
final class Owner {
  var machine: Handshake
  private(set) var sent: [UInt8] = []
  private(set) var actions: [HandshakeAction] = []
  private(set) var peer: Greeting?
  private(set) var connection: EstablishedConnection?
  private(set) var refusal: Refusal?
  /// Whether TLS was to be started as its client; nil if it was not.
  private(set) var isTLSClient: Bool?
  /// Whether the questions of the machine are answered at once.
  var answers = true

  init(_ machine: consuming Handshake) { self.machine = machine }

  func start() { perform(machine.start()) }

  func feed(_ bytes: some Sequence<UInt8>) {
    // Bytes behind the handshake go where an owner's packet decoder would get them.
    if connection != nil {
      connection?.rest += bytes
    } else {
      perform(machine.feed(Array(bytes)))
    }
  }

  func perform(_ new: [HandshakeAction]) {
    for action in new {
      actions.append(action)
      switch action {
      case .send(let bytes): sent += bytes
      case .peerGreeting(let greeting):
        peer = greeting
        if answers { perform(machine.proceed()) }
      case .startTLS(let isClient, let rest):
        // TLS that changes nothing.
        isTLSClient = isClient
        if answers {
          perform(machine.secured())
          feed(rest)
        }
      case .requestPermission:
        if answers { perform(machine.authenticate()) }
      case .established(let connection): self.connection = connection
      case .refused(let refusal): self.refusal = refusal
      }
    }
  }

  /// What was sent and not taken yet.
  func takeSent() -> [UInt8] {
    defer { sent = [] }
    return sent
  }
}
