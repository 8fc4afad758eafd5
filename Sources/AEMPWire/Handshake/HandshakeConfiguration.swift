/// The configuration of one node's handshakes; the same for all of its connections of one kind.
public struct HandshakeConfiguration: Sendable {
  /// The own node id.
  public var nodeID: String
  /// The secrets by which both ends authenticate, most preferred first; several while the network changes
  /// from one to another.
  public var secrets: [Secret]
  /// The methods by which others may authenticate, most preferred first (`auth_accept`).
  public var authAccept: [AuthMethod]
  /// The methods by which this end may authenticate (`auth_offer`); only those also in ``authAccept`` are
  /// used.
  public var authOffer: [AuthMethod]
  /// The framings that this end speaks, most preferred first (`framing_format`).
  public var framings: [Framing]
  /// Whether there is a certificate: TLS is used with all nodes that have one.
  public var hasCertificate: Bool
  /// `aemp`, or `aemp-<name>` for a connection of a protocol extension.
  public var protocolName: String
  /// The fields of the greeting besides `peeraddr`, such as `mproto=1` or `dataconn_id=…`.
  public var keys: [Greeting.Key]

  /// A configuration; everything but the node id has the network's usual default.
  ///
  /// `secret` comes behind those of `secrets` unless it is one of them.
  public init(
    nodeID: String, secret: Secret? = nil, secrets: [Secret] = [],
    authAccept: [AuthMethod] = HandshakeConfiguration.defaultAuthMethods,
    authOffer: [AuthMethod] = HandshakeConfiguration.defaultAuthMethods,
    framings: [Framing] = [.cbor, .json], hasCertificate: Bool = false,
    protocolName: String = Greeting.nodeProtocol,
    keys: [Greeting.Key] = HandshakeConfiguration.defaultKeys
  ) {
    self.nodeID = nodeID
    self.secrets = secrets
    if let secret, !secrets.contains(secret) { self.secrets.append(secret) }
    self.authAccept = authAccept
    self.authOffer = authOffer
    self.framings = framings
    self.hasCertificate = hasCertificate
    self.protocolName = protocolName
    self.keys = keys
  }

  /// The preferred secret, nil for none; setting it replaces all.
  public var secret: Secret? {
    get { secrets.first }
    set { secrets = newValue.map { [$0] } ?? [] }
  }

  /// The standard values of `auth_accept` and `auth_offer`: no method by which the secret can be
  /// overheard, and encryption where both ends have it.
  public static let defaultAuthMethods: [AuthMethod] = [
    .chacha20Poly1305X25519, .secretboxX25519, .tlsSHA3_512, .hmacSHA3_512,
  ]

  /// The keys of a connection between nodes: provider, node protocol and global protocol.
  public static let defaultKeys: [Greeting.Key] = [
    Greeting.Key("provider", "swift-anyevent"), Greeting.Key("mproto", "1"),
    Greeting.Key("gproto", "1"),
  ]

  /// The greeting of one connection.
  ///
  /// - Parameters:
  ///   - peerAddress: `host:port` of the other end as seen from here, empty to leave it out.
  ///   - nonce: the second line, nil to leave out the names of the secrets.
  ///   - keyExchange: the keys of this connection, nil for one that is not sealed.
  /// - Returns: the first line.
  public func greeting(
    peerAddress: String, nonce: Nonce? = nil, keyExchange: KeyExchange? = nil
  ) -> Greeting {
    var keys = keys
    if let nonce, !secrets.isEmpty {
      let line = Array(nonce.description.utf8)
      let ids = secrets.map { $0.keyID(for: line) }
      keys.append(Greeting.Key(Greeting.secretsKey, ids.joined(separator: ",")))
    }
    var methods = acceptable(inTLS: hasCertificate)
    if hasCertificate { keys.append(Greeting.Key(Greeting.tlsKey, "1.0")) }
    if let keyExchange, canSeal {
      methods = sealing.map(\.authMethod) + methods
      keys.append(Greeting.Key(Greeting.publicKeyKey, Base64.encode(keyExchange.publicKey)))
    }
    if !peerAddress.isEmpty { keys.append(Greeting.Key("peeraddr", peerAddress)) }
    return Greeting(
      protocolName: protocolName, nodeID: nodeID, authMethods: methods,
      framings: framings.map(\.rawValue), keys: keys)
  }

  /// The methods by which connections may be sealed, most preferred first; both greetings decide whether
  /// they are and by which, and not the order of the lists.
  var sealing: [SealedMethod] {
    guard !secrets.isEmpty else { return [] }
    return SealedMethod.allCases.filter { method in
      authAccept.contains(method.authMethod) && authOffer.contains(method.authMethod)
        && method.isUsable
    }
  }

  /// Whether connections may be sealed.
  var canSeal: Bool { !sealing.isEmpty }

  /// The methods of ``authAccept`` that the configuration allows on a connection that is not sealed, in
  /// sending order: `tls_*` first, because a 2.02 node takes the first that it knows and fails if that one
  /// ignores the TLS that is up.
  func acceptable(inTLS: Bool) -> [AuthMethod] {
    let usable = authAccept.filter { isUsable($0, inTLS: inTLS) }
    return usable.filter(\.needsTLS) + usable.filter { !$0.needsTLS }
  }

  /// The methods by which this end is willing to authenticate on a connection that is not sealed:
  /// offered, accepted and possible.
  func willing(inTLS: Bool) -> [AuthMethod] {
    authOffer.filter { authAccept.contains($0) && isUsable($0, inTLS: inTLS) }
  }

  /// Whether the method is known here and can work: no `tls_*` without TLS, none without a secret.
  private func isUsable(_ method: AuthMethod, inTLS: Bool) -> Bool {
    switch method {
    case .tlsSHA3_512, .tlsAnonymous: inTLS
    case .hmacSHA3_512, .cleartext: !secrets.isEmpty
    default: false
    }
  }
}
