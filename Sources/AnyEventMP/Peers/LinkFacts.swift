import AEMPWire

/// What the handshake has made of a connection; it stays so until the connection ends.
struct LinkFacts: Equatable {
  /// Whether this node dialled.
  let isDialled: Bool
  /// The program at the other end, by its own account: `AE-2.02`, `swift-anyevent`.
  let provider: String
  /// The framing of what we send.
  let sendFraming: Framing
  /// The framing of what we receive.
  let receiveFraming: Framing
  /// The method by which the other end has proved itself.
  let authMethod: AuthMethod
  /// The method by which we have.
  let sentAuthMethod: AuthMethod
  /// What the connection is encrypted with; empty: nothing.
  let cipher: String
  /// The other end says something every so many seconds, by its own account; nil: no word of that.
  let promised: Double?

  init(_ result: EstablishedConnection, isDialled: Bool, tlsCipher: String?) {
    self.isDialled = isDialled
    provider = result.peer[key: "provider"] ?? ""
    sendFraming = result.sendFraming
    receiveFraming = result.receiveFraming
    authMethod = result.authMethod
    sentAuthMethod = result.sentAuthMethod
    promised = Heartbeat.promise(of: result.peer[key: Heartbeat.greetingKey])
    cipher = result.keys == nil ? tlsCipher ?? "" : "xsalsa20-poly1305"
  }
}

extension LinkFacts: CustomStringConvertible {
  /// All but the program at the other end, for the log.
  var description: String {
    """
    \(isDialled ? "dialled" : "accepted"), authenticated by \(authMethod) (we by \
    \(sentAuthMethod)), \(cipher.isEmpty ? "not encrypted" : "encrypted by \(cipher)"), gets \
    \(sendFraming.rawValue), sends \(receiveFraming.rawValue)
    """
  }
}
