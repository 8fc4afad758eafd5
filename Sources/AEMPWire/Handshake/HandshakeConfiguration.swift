/// What one node brings to its handshakes; the same for all of its connections of one kind.
public struct HandshakeConfiguration: Sendable {
  /// Our own node id.
  public var nodeID: String
  /// The network's secret, nil for none.
  public var secret: Secret?
  /// The methods by which others may authenticate, most preferred first (`auth_accept`).
  public var authAccept: [AuthMethod]
  /// The methods by which we may authenticate (`auth_offer`); only those also in ``authAccept`` are
  /// used.
  public var authOffer: [AuthMethod]
  /// The framings that we speak, most preferred first (`framing_format`).
  public var framings: [Framing]
  /// `aemp`, or `aemp-<name>` for a connection of a protocol extension.
  public var protocolName: String
  /// Fields of our greeting besides `peeraddr`, such as `mproto=1` or `dataconn_id=…`.
  public var keys: [Greeting.Key]

  /// A configuration; everything but the node id has the network's usual default.
  public init(
    nodeID: String, secret: Secret? = nil,
    authAccept: [AuthMethod] = HandshakeConfiguration.defaultAuthMethods,
    authOffer: [AuthMethod] = HandshakeConfiguration.defaultAuthMethods,
    framings: [Framing] = [.cbor, .json], protocolName: String = Greeting.nodeProtocol,
    keys: [Greeting.Key] = HandshakeConfiguration.defaultKeys
  ) {
    self.nodeID = nodeID
    self.secret = secret
    self.authAccept = authAccept
    self.authOffer = authOffer
    self.framings = framings
    self.protocolName = protocolName
    self.keys = keys
  }

  /// What `auth_accept` and `auth_offer` are unless configured: nothing that can be overheard.
  public static let defaultAuthMethods: [AuthMethod] = [.tlsSHA3_512, .hmacSHA3_512]

  /// The keys of a connection between nodes: provider, node protocol and global protocol.
  public static let defaultKeys: [Greeting.Key] = [
    Greeting.Key("provider", "swift-anyevent"), Greeting.Key("mproto", "1"),
    Greeting.Key("gproto", "1"),
  ]

  /// The greeting of one connection.
  ///
  /// `peerAddress` is `host:port` of the other end as we see it, empty to keep it to us.
  public func greeting(peerAddress: String) -> Greeting {
    var keys = keys
    if !peerAddress.isEmpty { keys.append(Greeting.Key("peeraddr", peerAddress)) }
    return Greeting(
      protocolName: protocolName, nodeID: nodeID, authMethods: acceptable,
      framings: framings.map(\.rawValue), keys: keys)
  }

  /// The methods of ``authAccept`` that can be used with what is configured, in sending order:
  /// `tls_*` first, because a 2.02 node takes the first that it knows and fails if that one
  /// ignores the TLS that is up.
  var acceptable: [AuthMethod] {
    let hasSecret = secret != nil
    var inTLS: [AuthMethod] = []
    var others: [AuthMethod] = []
    for method in authAccept where hasSecret && method.needsSecret {
      if method.needsTLS { inTLS.append(method) } else { others.append(method) }
    }
    return inTLS.isEmpty ? others : inTLS + others
  }

  /// The methods by which we are willing to authenticate: offered, accepted and possible.
  var willing: [AuthMethod] {
    authOffer.filter { authAccept.contains($0) && isUsable($0) }
  }

  /// Whether the method is known here and can work: no `tls_*` without TLS, none without a secret.
  private func isUsable(_ method: AuthMethod) -> Bool {
    method.needsSecret && secret != nil
  }
}
