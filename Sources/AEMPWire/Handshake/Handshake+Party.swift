extension Handshake {
  /// This side of the conversation: its constant facts, and the rules for each line.
  struct Party: Sendable {
    let configuration: HandshakeConfiguration
    let role: Role
    let lines: GreetingLines
    /// The keys that this end's greeting offers, if it does.
    let keyExchange: KeyExchange?
    /// The methods of a sealed connection that this end's greeting lists, most preferred first.
    let sealing: [SealedMethod]
    /// Whether this end's greeting names its secrets.
    let announcesSecrets: Bool
    /// Whether this end's greeting wants TLS.
    let offersTLS: Bool

    /// The state after a line of the other end; adds actions for the owner.
    func receive(
      _ line: [UInt8], in state: State, _ actions: inout [HandshakeAction]
    ) throws(Refusal) -> State {
      switch state {
      case .greeting: try receiveGreeting(line, &actions)
      case .nonce(let first): try receiveNonce(line, first, &actions)
      case .authenticating(let authentication):
        try receiveAuthLine(line, authentication, &actions)
      case .unstarted, .deciding, .securing, .established, .refused: state
      }
    }

    private func receiveGreeting(
      _ line: [UInt8], _ actions: inout [HandshakeAction]
    ) throws(Refusal) -> State {
      guard let text = String(validating: line, as: UTF8.self) else { throw .notUTF8("greeting") }
      let greeting = try Greeting(line: text)
      let peer = PeerLine(line: line, greeting: greeting)
      if role == .dialling, !greeting.isNodeConnection {
        // This end's own line of an extension is an echo, like any other.
        if lines.firstBytes == line[...] { return .nonce(peer) }
        throw .wrongProtocol(greeting.protocolName)
      }
      if isOwnNode(greeting) {
        // Two ends of one node differ in `peeraddr` at least, so an equal line is an echo; the next line
        // shows whether the nonce is one, too.
        if lines.firstBytes == line[...] { return .nonce(peer) }
        throw refusalOfOwnID(greeting)
      }
      actions.append(.peerGreeting(greeting))
      return .deciding(peer)
    }

    /// Whether this would be a connection of a node to itself, which only extensions may have.
    private func isOwnNode(_ greeting: Greeting) -> Bool {
      greeting.nodeID == configuration.nodeID && greeting.isNodeConnection
        && configuration.protocolName == Greeting.nodeProtocol
    }

    /// The refusal of this very node, or of another one with the same id.
    private func refusalOfOwnID(_ greeting: Greeting) -> Refusal {
      let own = configuration.keys.last { $0.name == Greeting.instanceKey }?.value
      return own == nil || greeting[key: Greeting.instanceKey] == own
        ? .ownNode(greeting.nodeID) : .nodeIDInUse(greeting.nodeID)
    }

    private func receiveNonce(
      _ line: [UInt8], _ first: PeerLine, _ actions: inout [HandshakeAction]
    ) throws(Refusal) -> State {
      guard String(validating: line, as: UTF8.self) != nil else {
        throw .notUTF8("second line (the nonce)")
      }
      let sameNonce = lines.secondBytes == line[...]
      guard !sameNonce || lines.firstBytes != first.line[...] else { throw .echo }
      guard !isOwnNode(first.greeting) else { throw refusalOfOwnID(first.greeting) }
      guard !sameNonce else { throw .equalNonces }
      if role == .dialling, !first.greeting.isNodeConnection {
        throw .wrongProtocol(first.greeting.protocolName)
      }
      let peer = first.greeting
      let isInTLS = offersTLS && peer.offersTLS
      guard isInTLS || !configuration.secrets.isEmpty else {
        throw configuration.hasCertificate ? .noTLS : .noCredentials
      }
      let sealing = isInTLS ? nil : sealing(with: peer)
      let method =
        if let sealing { sealing.method.authMethod } else {
          try chooseMethod(for: peer, inTLS: isInTLS)
        }
      let isClient = lines.secondBytes.lexicographicallyPrecedes(line)
      var authentication = try Authentication(
        peer: peer,
        transcript: Transcript(ours: lines.bytes, theirs: greetingBytes(first.line, line)),
        method: method,
        framing: chooseFraming(for: peer), isInTLS: isInTLS,
        // In TLS the certificate is enough, so the common secret need not be known yet.
        secrets: isInTLS
          ? configuration.secrets : secrets(for: peer, nonce: line, isClient: isClient),
        isSecretShared: !isInTLS && announcesSecrets && peer[key: Greeting.secretsKey] != nil,
        sealing: sealing, isClient: isClient)
      if isInTLS { return .securing(authentication) }
      if mayAsk(&authentication) { actions.append(.requestPermission) }
      return .authenticating(authentication)
    }

    /// Whether the owner is asked for this end's line before the other end's has come.
    ///
    /// With several secrets and a peer that does not name its own, the peer's line must come first.
    func mayAsk(_ authentication: inout Authentication) -> Bool {
      guard role == .dialling, authentication.canSend else { return false }
      authentication.permission = .asked
      return true
    }

    /// How the connection will be sealed, if both greetings want it: by the best method that both list.
    private func sealing(with peer: Greeting) -> Sealing? {
      guard keyExchange != nil,
        let method = sealing.first(where: { peer.authMethods.contains($0.authMethod) }),
        let text = peer[key: Greeting.publicKeyKey],
        let key = Base64.decode(text, count: KeyExchange.keyLength)
      else { return nil }
      return Sealing(method: method, peerKey: key)
    }

    /// The secrets that may be the other end's: one, if it names them.
    ///
    /// Of several common ones that is the first in the client's list.
    private func secrets(
      for peer: Greeting, nonce: [UInt8], isClient: Bool
    ) throws(Refusal) -> [Secret] {
      guard announcesSecrets, let field = peer[key: Greeting.secretsKey] else {
        return configuration.secrets
      }
      let ours = configuration.secrets.map { (secret: $0, id: $0.keyID(for: nonce)) }
      // Mostly both have the same one.
      if let only = ours.first, ours.count == 1, only.id == field { return [only.secret] }
      let theirs = field.split(separator: ",")
      let common =
        isClient
        ? ours.first { mine in theirs.contains { $0 == mine.id } }
        : theirs.lazy.compactMap { id in ours.first { $0.id == id } }.first
      guard let common else { throw .wrongSecret }
      return [common.secret]
    }

    /// The other end's lines with LF endings, however they arrived.
    private func greetingBytes(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(first.count + second.count + 2)
      bytes += first
      bytes.append(10)
      bytes += second
      bytes.append(10)
      return bytes
    }

    /// The first of the other side's methods that this end is willing to send.
    private func chooseMethod(for peer: Greeting, inTLS: Bool) throws(Refusal) -> AuthMethod {
      let willing = configuration.willing(inTLS: inTLS)
      if willing.isEmpty, !inTLS, configuration.canSeal {
        throw .notSealed(accepted: configuration.authAccept)
      }
      guard let method = peer.authMethods.first(where: willing.contains) else {
        throw .noCommonAuthMethod(theirs: peer.authMethods, ours: willing, inTLS: inTLS)
      }
      return method
    }

    /// The first of the other side's framings that this end speaks.
    private func chooseFraming(for peer: Greeting) throws(Refusal) -> Framing {
      for name in peer.framings {
        if let framing = framing(named: name) { return framing }
      }
      throw .noCommonFraming(theirs: peer.framings, ours: configuration.framings)
    }

    private func framing(named name: String) -> Framing? {
      configuration.framings.first { $0.rawValue == name }
    }

    private func receiveAuthLine(
      _ line: [UInt8], _ before: Authentication, _ actions: inout [HandshakeAction]
    ) throws(Refusal) -> State {
      guard String(validating: line, as: UTF8.self) != nil else {
        throw .notUTF8("authentication line")
      }
      let authLine = try AuthLine(line: line)
      let accepted =
        before.sealing.map { [$0.method.authMethod] }
        ?? configuration.acceptable(inTLS: before.isInTLS)
      guard accepted.contains(authLine.method) else {
        throw .authMethodNotAccepted(authLine.method, accepted: accepted)
      }
      let secret = try before.transcript.verify(
        authLine, secrets: before.secrets, isShared: before.isSecretShared)
      guard let framing = framing(named: authLine.framing) else {
        throw .framingNotUnderstood(authLine.framing, ours: configuration.framings)
      }
      var authentication = before
      authentication.received = try .init(
        method: authLine.method, framing: framing, secret: secret, line: line + [10],
        shared: shared(with: before.sealing?.peerKey))
      if authentication.permission == .notAsked {
        authentication.permission = .asked
        actions.append(.requestPermission)
      }
      return .authenticating(authentication)
    }

    /// The result of the key exchange; nil on a connection that is not sealed.
    private func shared(with peerKey: [UInt8]?) throws(Refusal) -> KeyMemory? {
      guard let peerKey, let keyExchange else { return nil }
      return try keyExchange.agree(with: peerKey)
    }

    /// This end's authentication line with its ending.
    func authLine(_ authentication: Authentication) throws(Refusal) -> [UInt8] {
      guard authentication.canSend else { throw .noCredentials }
      let data = try authentication.transcript.ownData(
        for: authentication.method, secret: authentication.secret)
      let line = AuthLine(
        method: authentication.method, data: data, framing: authentication.framing
      ).bytes
      guard line.count <= GreetingLines.maximumLength else { throw .ownAuthLineTooLong }
      return line
    }
  }
}
