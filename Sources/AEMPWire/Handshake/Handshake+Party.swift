extension Handshake {
  /// Our side of the conversation: what does not change, and the rules for each line.
  struct Party: Sendable {
    let configuration: HandshakeConfiguration
    let role: Role
    let lines: GreetingLines

    /// The state after a line of the other end; adds what the owner has to do.
    func receive(
      _ line: [UInt8], in state: State, _ actions: inout [HandshakeAction]
    ) throws(Refusal) -> State {
      switch state {
      case .greeting: try receiveGreeting(line, &actions)
      case .nonce(let first): try receiveNonce(line, first, &actions)
      case .authenticating(let authentication):
        try receiveAuthLine(line, authentication, &actions)
      case .unstarted, .deciding, .established, .refused: state
      }
    }

    private func receiveGreeting(
      _ line: [UInt8], _ actions: inout [HandshakeAction]
    ) throws(Refusal) -> State {
      guard let text = String(validating: line, as: UTF8.self) else { throw .notUTF8("greeting") }
      let greeting = try Greeting(line: text)
      let peer = PeerLine(line: line, greeting: greeting)
      if role == .dialling, !greeting.isNodeConnection {
        // Our own line of an extension that comes back is an echo, like any other.
        if text == lines.first { return .nonce(peer) }
        throw .wrongProtocol(greeting.protocolName)
      }
      if isOwnNode(greeting) {
        // Two ends of one node differ in `peeraddr` at least. A line that is ours to the last byte
        // is somebody's echo; whether all of it is, the next line shows.
        if text == lines.first { return .nonce(peer) }
        throw .ownNode(greeting.nodeID)
      }
      actions.append(.peerGreeting(greeting))
      return .deciding(peer)
    }

    /// Whether a connection of a node to itself would arise; extensions may have such ones.
    private func isOwnNode(_ greeting: Greeting) -> Bool {
      greeting.nodeID == configuration.nodeID && greeting.isNodeConnection
        && configuration.protocolName == Greeting.nodeProtocol
    }

    private func receiveNonce(
      _ line: [UInt8], _ first: PeerLine, _ actions: inout [HandshakeAction]
    ) throws(Refusal) -> State {
      guard String(validating: line, as: UTF8.self) != nil else {
        throw .notUTF8("second line (the nonce)")
      }
      let sameGreeting = first.line.elementsEqual(lines.first.utf8)
      let sameNonce = line.elementsEqual(lines.second.utf8)
      guard !(sameGreeting && sameNonce) else { throw .echo }
      guard !isOwnNode(first.greeting) else { throw .ownNode(first.greeting.nodeID) }
      guard !sameNonce else { throw .equalNonces }
      if role == .dialling, !first.greeting.isNodeConnection {
        throw .wrongProtocol(first.greeting.protocolName)
      }
      var authentication = try Authentication(
        peer: first.greeting,
        transcript: Transcript(ours: lines.bytes, theirs: first.line + [10] + line + [10]),
        method: chooseMethod(for: first.greeting), framing: chooseFraming(for: first.greeting))
      if role == .dialling {
        authentication.permission = .asked
        actions.append(.requestPermission)
      }
      return .authenticating(authentication)
    }

    /// The first of the other side's methods that we are willing to send.
    private func chooseMethod(for peer: Greeting) throws(Refusal) -> AuthMethod {
      guard configuration.secret != nil else { throw .noCredentials }
      let willing = configuration.willing
      guard let method = peer.authMethods.first(where: willing.contains) else {
        throw .noCommonAuthMethod(theirs: peer.authMethods, ours: willing)
      }
      return method
    }

    /// The first of the other side's framings that we speak.
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
      let accepted = configuration.acceptable
      guard let secret = configuration.secret, accepted.contains(authLine.method) else {
        throw .authMethodNotAccepted(authLine.method, accepted: accepted)
      }
      try before.transcript.verify(authLine, secret: secret)
      guard let framing = framing(named: authLine.framing) else {
        throw .framingNotUnderstood(authLine.framing, ours: configuration.framings)
      }
      var authentication = before
      authentication.received = .init(method: authLine.method, framing: framing)
      if authentication.permission == .notAsked {
        authentication.permission = .asked
        actions.append(.requestPermission)
      }
      return .authenticating(authentication)
    }

    /// Our authentication line with its ending.
    func authLine(_ authentication: Authentication) throws(Refusal) -> [UInt8] {
      guard let secret = configuration.secret else { throw .noCredentials }
      let data = try authentication.transcript.ownData(for: authentication.method, secret: secret)
      let line = AuthLine(
        method: authentication.method, data: data, framing: authentication.framing
      ).bytes
      guard line.count <= GreetingLines.maximumLength else { throw .ownAuthLineTooLong }
      return line
    }
  }
}
