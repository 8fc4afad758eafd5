extension Handshake {
  /// The state of the handshake; each case carries only the facts that are known in it.
  enum State {
    /// Nothing was sent yet.
    case unstarted
    /// This end's greeting is sent; the handshake waits for the first line.
    case greeting
    /// The owner decides whether it wants that node.
    case deciding(PeerLine)
    /// The handshake waits for the second line.
    case nonce(PeerLine)
    /// Both greetings want TLS, which the owner starts.
    case securing(Authentication)
    /// Both greetings are known; the authentication lines go both ways, independent of each other.
    case authenticating(Authentication)
    /// The packets begin.
    case established
    case refused

    /// Whether a line can be handled now; if not, the lines wait for the owner.
    var wantsLine: Bool {
      switch self {
      case .greeting, .nonce: true
      case .authenticating(let authentication): authentication.received == nil
      case .unstarted, .deciding, .securing, .established, .refused: false
      }
    }

    /// The name of the next line of the other end, for sentences.
    var stage: String {
      switch self {
      case .unstarted, .greeting: "greeting"
      case .deciding, .nonce: "second line (the nonce)"
      case .securing: "TLS handshake"
      case .authenticating, .established, .refused: "authentication line"
      }
    }

    /// The line or decision that a handshake which takes too long has waited for.
    var awaited: String {
      switch self {
      case .deciding: "our own decision about the other end"
      case .authenticating(let authentication) where authentication.received != nil:
        "our own decision to authenticate"
      default: "the other end's \(stage)"
      }
    }
  }

  /// The first line of the other end.
  struct PeerLine {
    /// As it arrived, without its ending.
    var line: [UInt8]
    var greeting: Greeting
  }

  /// The facts in both greetings about a connection that will be sealed.
  struct Sealing {
    let method: SealedMethod
    /// The public key of the other end.
    let peerKey: [UInt8]
  }

  /// The state while authentication lines are exchanged.
  struct Authentication {
    /// Whether this end's line may be sent.
    enum Permission {
      case notAsked, asked, given
    }

    /// A verified line of the other end.
    struct Received {
      var method: AuthMethod
      var framing: Framing
      /// The secret that the other end has used, if its method needs one.
      var secret: Secret?
      /// The line with its ending.
      var line: [UInt8]
      /// The result of the key exchange, on a sealed connection.
      var shared: KeyMemory?
    }

    let peer: Greeting
    let transcript: Transcript
    /// The method of this end's line.
    let method: AuthMethod
    /// The framing of this end's line.
    let framing: Framing
    /// Whether the lines go through TLS.
    let isInTLS: Bool
    /// The secrets of which the other end may have one.
    let secrets: [Secret]
    /// Whether the other end has that secret, as its greeting says.
    let isSecretShared: Bool
    /// How the connection will be sealed, if it will.
    let sealing: Sealing?
    /// Whether this end's nonce is the lower one, which assigns the keys to the directions.
    let isClient: Bool
    var permission = Permission.notAsked
    var received: Received?
    /// This end's line with its ending, once it may be sent.
    var sent: [UInt8]?

    /// The secret of this end's line; nil while it depends on the other end's line.
    var secret: Secret? { received?.secret ?? (secrets.count == 1 ? secrets.first : nil) }

    /// Whether this end's line can be made now.
    var canSend: Bool { !method.needsSecret || secret != nil }

    /// The result once both lines were sent, with the bytes behind the other end's line as `rest`.
    func established(rest: @autoclosure () -> [UInt8]) -> EstablishedConnection? {
      guard let sent, let received else { return nil }
      return EstablishedConnection(
        peer: peer, sendFraming: framing, receiveFraming: received.framing,
        authMethod: received.method, sentAuthMethod: method, keys: keys(sent, received),
        rest: rest())
    }

    private func keys(_ sent: [UInt8], _ received: Received) -> SealedKeys? {
      guard let sealing, let shared = received.shared, let secret = received.secret else {
        return nil
      }
      defer { shared.wipe() }
      let ours = (transcript.ours, sent)
      let theirs = (transcript.theirs, received.line)
      return SealedKeys(
        method: sealing.method, secret: secret, shared: shared, client: isClient ? ours : theirs,
        server: isClient ? theirs : ours, isClient: isClient)
    }
  }
}

// MARK: - Result

/// The result of a successful ``Handshake``.
public struct EstablishedConnection: Equatable, Sendable, CustomStringConvertible {
  /// The greeting of the other end, now known to come from an owner of the secret.
  public var peer: Greeting
  /// The framing of the sent packets.
  public var sendFraming: Framing
  /// The framing of the received packets.
  public var receiveFraming: Framing
  /// The method by which the other end authenticated.
  public var authMethod: AuthMethod
  /// The method by which this end authenticated.
  public var sentAuthMethod: AuthMethod
  /// The keys of the sealed records that follow on the stream; nil when packets follow as they are.
  public var keys: SealedKeys?
  /// The bytes behind the authentication line: the beginning of the packets, or of the records.
  public var rest: [UInt8]

  /// Peer, framings and method in one line, and the number of bytes behind it.
  public var description: String {
    """
    \(peer.nodeID), sends \(receiveFraming.rawValue), gets \(sendFraming.rawValue), by \
    \(authMethod), \(rest.count) bytes behind
    """
  }
}
