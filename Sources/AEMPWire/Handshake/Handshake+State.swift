extension Handshake {
  /// Where the handshake stands; each case carries only what is known there.
  enum State {
    /// Nothing was sent yet.
    case unstarted
    /// Our greeting is sent, the first line is awaited.
    case greeting
    /// The owner decides whether it wants that node.
    case deciding(PeerLine)
    /// The second line is awaited.
    case nonce(PeerLine)
    /// Both greetings want TLS, which the owner starts.
    case securing(Authentication)
    /// Both greetings are known; the authentication lines go both ways, independent of each other.
    case authenticating(Authentication)
    /// The packets begin.
    case established
    /// The connection is not used.
    case refused

    /// Whether a line can be handled now; if not, the lines wait for the owner.
    var wantsLine: Bool {
      switch self {
      case .greeting, .nonce: true
      case .authenticating(let authentication): authentication.received == nil
      case .unstarted, .deciding, .securing, .established, .refused: false
      }
    }

    /// The line of the other end that is or would be next, for reasons.
    var stage: String {
      switch self {
      case .unstarted, .greeting: "greeting"
      case .deciding, .nonce: "second line (the nonce)"
      case .securing: "TLS handshake"
      case .authenticating, .established, .refused: "authentication line"
      }
    }

    /// What a handshake that takes too long was waiting for.
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

  /// The state while authentication lines are exchanged.
  struct Authentication {
    /// Whether our line may be sent.
    enum Permission {
      case notAsked, asked, given
    }

    /// What a verified line of the other end says.
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
    /// The method of our line.
    let method: AuthMethod
    /// The framing of our line.
    let framing: Framing
    /// Whether the lines go through TLS.
    let isInTLS: Bool
    /// The secrets of which the other end may have one.
    let secrets: [Secret]
    /// Whether the other end has that secret by what its greeting says.
    let isSecretShared: Bool
    /// The public key of the other end, if the connection will be sealed.
    let peerKey: [UInt8]?
    /// Whether our nonce is the lower one, which settles which key is for which direction.
    let isClient: Bool
    var permission = Permission.notAsked
    var received: Received?
    /// Our line with its ending, once it may go.
    var sent: [UInt8]?

    /// The secret of our line; nil while only the other end's line can tell.
    var secret: Secret? { received?.secret ?? (secrets.count == 1 ? secrets.first : nil) }

    /// Whether our line can be made now.
    var canSend: Bool { !method.needsSecret || secret != nil }

    /// The result once both lines have gone, `rest` being what followed the other end's line.
    func established(rest: @autoclosure () -> [UInt8]) -> EstablishedConnection? {
      guard let sent, let received else { return nil }
      return EstablishedConnection(
        peer: peer, sendFraming: framing, receiveFraming: received.framing,
        authMethod: received.method, sentAuthMethod: method, keys: keys(sent, received),
        rest: rest())
    }

    private func keys(_ sent: [UInt8], _ received: Received) -> SealedKeys? {
      guard let shared = received.shared, let secret = received.secret else { return nil }
      defer { shared.wipe() }
      let ours = (transcript.ours, sent)
      let theirs = (transcript.theirs, received.line)
      return SealedKeys(
        secret: secret, shared: shared, client: isClient ? ours : theirs,
        server: isClient ? theirs : ours, isClient: isClient)
    }
  }
}
