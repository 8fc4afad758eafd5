/// What the owner of a ``Handshake`` has to do next.
public enum HandshakeAction: Equatable, Sendable {
  /// Write these bytes to the connection.
  case send([UInt8])
  /// The other end said who it is, not yet proven. Answer with ``Handshake/proceed()`` or
  /// ``Handshake/refuse(_:)``, at once or later.
  case peerGreeting(Greeting)
  /// Use TLS from the byte behind our greeting on, as client or as server; `rest` is what followed
  /// the other end's greeting. Answer with ``Handshake/secured()`` when it is up, and feed what it
  /// has decrypted, or ``Handshake/refuse(_:)``.
  case startTLS(isClient: Bool, rest: [UInt8])
  /// All is ready for our authentication line. Answer with ``Handshake/authenticate()`` or
  /// ``Handshake/refuse(_:)``, at once or later; of several connections to one node only one may
  /// send its line.
  case requestPermission
  /// Both sides are authenticated: what follows on the stream are packets.
  case established(EstablishedConnection)
  /// Close the connection; nothing is sent on it any more.
  case refused(Refusal)
}

extension HandshakeAction: CustomStringConvertible, CustomReflectable {
  /// The kind of action; bytes are counted and not shown, since they may hold the secret.
  public var description: String {
    switch self {
    case .send(let bytes): "send(\(bytes.count) bytes)"
    case .peerGreeting(let greeting): "peerGreeting(\(greeting.nodeID))"
    case .startTLS(let isClient, let rest):
      "startTLS(\(isClient ? "client" : "server"), \(rest.count) bytes behind)"
    case .requestPermission: "requestPermission"
    case .established(let connection): "established(\(connection))"
    case .refused(let refusal): "refused(\(refusal.code): \(refusal.reason))"
    }
  }

  /// A mirror without children, so that `dump` shows no more than ``description``.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
