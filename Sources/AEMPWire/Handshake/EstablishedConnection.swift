/// What a successful ``Handshake`` found out.
public struct EstablishedConnection: Equatable, Sendable, CustomStringConvertible {
  /// The greeting of the other end, now known to come from somebody with the secret.
  public var peer: Greeting
  /// The framing of the packets that we send.
  public var sendFraming: Framing
  /// The framing of the packets that we receive.
  public var receiveFraming: Framing
  /// The method by which the other end authenticated.
  public var authMethod: AuthMethod
  /// The method by which we authenticated.
  public var sentAuthMethod: AuthMethod
  /// The keys of what follows on the stream, which consists of sealed records then; nil when the
  /// packets follow as they are.
  public var keys: SealedKeys?
  /// What arrived behind the authentication line: the beginning of the packets, or of the records.
  public var rest: [UInt8]

  /// Peer, framings and method in one line, and how many bytes of packets are there already.
  public var description: String {
    """
    \(peer.nodeID), sends \(receiveFraming.rawValue), gets \(sendFraming.rawValue), by \
    \(authMethod), \(rest.count) bytes behind
    """
  }
}
