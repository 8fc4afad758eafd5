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
      case .unstarted, .deciding, .established, .refused: false
      }
    }

    /// The line of the other end that is or would be next, for reasons.
    var stage: String {
      switch self {
      case .unstarted, .greeting: "greeting"
      case .deciding, .nonce: "second line (the nonce)"
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
    }

    let peer: Greeting
    let transcript: Transcript
    /// The method of our line.
    let method: AuthMethod
    /// The framing of our line.
    let framing: Framing
    var permission = Permission.notAsked
    var received: Received?

    /// The result once both lines have gone, `rest` being what followed the other end's line.
    func established(rest: @autoclosure () -> [UInt8]) -> EstablishedConnection? {
      guard permission == .given, let received else { return nil }
      return EstablishedConnection(
        peer: peer, sendFraming: framing, receiveFraming: received.framing,
        authMethod: received.method, sentAuthMethod: method, rest: rest())
    }
  }
}
