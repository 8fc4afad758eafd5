internal import AEValue

/// The conversation at the beginning of a connection, as a machine without socket, clock or loop.
///
/// Bytes and events go in, ``HandshakeAction``s come out; the owner performs them in order. An array
/// of actions never has anything behind `peerGreeting`, `startTLS`, `requestPermission`, `established` or
/// `refused`, so an answer may be given while performing them.
///
///     var handshake = try Handshake(configuration, as: .dialling, peerAddress: "10.0.0.1:4040")
///     perform(handshake.start())          // send
///     perform(handshake.feed(bytes))      // peerGreeting
///     perform(handshake.proceed())        // requestPermission, on the dialling side at once
///     perform(handshake.authenticate())   // send; established when the other end has proven itself
///
/// The accepting side asks for permission only after it has verified the other end, so that a
/// stranger who connects gets nothing to guess the secret with.
///
/// Nothing that the other end sends can trap. Use it from one thread. Corresponds to the first part
/// of `AnyEvent::MP::Transport::new`.
public struct Handshake: ~Copyable {
  /// Which side of the TCP connection this is.
  public enum Role: Hashable, Sendable {
    /// We connected to the other end.
    case dialling
    /// The other end connected to us.
    case accepting
  }

  private let party: Party
  private var state = State.unstarted
  private var input = LineReader()
  /// Whether the owner has been told to start TLS.
  private var isHandedOver = false

  /// A handshake with a greeting made now.
  ///
  /// `peerAddress` is `host:port` of the other end as we see it, told in the greeting; the nonce is
  /// text that was never used before.
  ///
  /// - Throws: ``Refusal`` when the configuration makes no greeting that can be sent.
  public init(
    _ configuration: HandshakeConfiguration, as role: Role, peerAddress: String,
    nonce: Nonce = Nonce()
  ) throws(Refusal) {
    let keyExchange = configuration.canSeal ? KeyExchange() : nil
    let greeting = configuration.greeting(
      peerAddress: peerAddress, nonce: nonce, keyExchange: keyExchange)
    party = Party(
      configuration: configuration, role: role, lines: try GreetingLines(greeting, nonce),
      keyExchange: keyExchange, announcesSecrets: true, offersTLS: configuration.hasCertificate)
  }

  /// A handshake whose own greeting is known beforehand, for instance from a recording.
  ///
  /// The connection can be sealed only if the greeting says so and holds the public key of
  /// `keyExchange`.
  public init(
    _ configuration: HandshakeConfiguration, as role: Role, greeting: GreetingLines,
    keyExchange: KeyExchange? = nil
  ) {
    let own = try? Greeting(line: greeting.first)
    let key = keyExchange.map { Base64.encode($0.publicKey) }
    let offersKey =
      configuration.canSeal && own?.authMethods.contains(.secretboxX25519) == true
      && own?[key: Greeting.publicKeyKey] == key
    party = Party(
      configuration: configuration, role: role, lines: greeting,
      keyExchange: offersKey ? keyExchange : nil,
      announcesSecrets: own?[key: Greeting.secretsKey] != nil,
      offersTLS: configuration.hasCertificate && own?.offersTLS == true)
  }

  /// Whether the handshake is over, in ``HandshakeAction/established(_:)`` or
  /// ``HandshakeAction/refused(_:)``.
  public var isOver: Bool {
    switch state {
    case .established, .refused: true
    default: false
    }
  }

  /// Whether the other end has proven that it knows the secret; on the accepting side this is so
  /// when ``HandshakeAction/requestPermission`` comes, on the dialling side perhaps later.
  public var hasVerifiedPeer: Bool {
    switch state {
    case .authenticating(let authentication): authentication.received != nil
    case .established: true
    default: false
    }
  }

  /// Sends our greeting; neither side waits for the other.
  public mutating func start() -> [HandshakeAction] {
    guard case .unstarted = state else { return [] }
    state = .greeting
    return [.send(party.lines.bytes)] + read()
  }

  /// Takes what arrived, in any segmentation.
  ///
  /// After ``HandshakeAction/refused(_:)`` the bytes are ignored. After
  /// ``HandshakeAction/established(_:)`` it must not be called: the bytes belong to the packets.
  public mutating func feed(_ bytes: UnsafeRawBufferPointer) -> [HandshakeAction] {
    switch state {
    case .refused: return []
    case .established:
      misuse("the handshake is over: give the bytes to the packet decoder instead")
    default: break
    }
    input.append(bytes)
    return read()
  }

  /// Takes what arrived, in any segmentation; see ``feed(_:)-(UnsafeRawBufferPointer)``.
  public mutating func feed(_ bytes: [UInt8]) -> [HandshakeAction] {
    bytes.withUnsafeBytes { feed($0) }
  }

  /// Answers ``HandshakeAction/peerGreeting(_:)``: yes, that node is wanted.
  public mutating func proceed() -> [HandshakeAction] {
    switch state {
    case .deciding(let peer): state = .nonce(peer)
    case .refused: return []
    default: misuse("proceed() is the answer to the action peerGreeting only")
    }
    return read()
  }

  /// Answers ``HandshakeAction/startTLS(isClient:rest:)``: it is up, and the other end verified.
  public mutating func secured() -> [HandshakeAction] {
    guard case .securing(var authentication) = state else {
      require(isRefused, "secured() is the answer to the action startTLS only")
      return []
    }
    let asks = party.mayAsk(&authentication)
    state = .authenticating(authentication)
    return asks ? [.requestPermission] : []
  }

  /// Answers ``HandshakeAction/requestPermission``: yes, send our authentication line here.
  public mutating func authenticate() -> [HandshakeAction] {
    guard case .authenticating(var authentication) = state else {
      require(isRefused, "authenticate() is the answer to the action requestPermission only")
      return []
    }
    require(
      authentication.permission == .asked,
      "authenticate() is the answer to the action requestPermission only")
    do throws(Refusal) {
      let line = try party.authLine(authentication)
      authentication.permission = .given
      authentication.sent = line
      state = .authenticating(authentication)
      return [.send(line)] + read()
    } catch {
      return end(error)
    }
  }

  /// The owner does not want this connection, for a reason of its own.
  public mutating func refuse(_ refusal: Refusal) -> [HandshakeAction] { end(refusal) }

  /// The owner's clock says that the handshake takes too long.
  public mutating func timedOut() -> [HandshakeAction] {
    end(.timedOut(state.awaited, isAddressDoubtful: isAddressDoubtful))
  }

  /// The other end closed the connection, or it broke.
  public mutating func endOfStream() -> [HandshakeAction] {
    if case .authenticating(let authentication) = state, authentication.permission == .given {
      return end(.refusedByPeer(authentication))
    }
    if case .securing = state { return end(.endOfStreamInTLS) }
    return end(.endOfStream(state.stage, isAddressDoubtful: isAddressDoubtful))
  }

  /// Whether we have dialled, and nothing has come that says that a node is there.
  private var isAddressDoubtful: Bool {
    switch state {
    case .unstarted, .greeting: party.role == .dialling
    default: false
    }
  }

  private var isRefused: Bool {
    if case .refused = state { true } else { false }
  }

  /// Ends the handshake without success, unless it is over already.
  private mutating func end(_ refusal: Refusal) -> [HandshakeAction] {
    guard !isOver else { return [] }
    state = .refused
    input = LineReader()
    party.keyExchange?.wipe()
    return [.refused(refusal)]
  }
}

extension Handshake {
  /// How much may wait to be read while the owner decides, in bytes.
  ///
  /// Behind the lines of the handshake that is messages of a peer who does not wait for our proof. It
  /// is more than is read at a time: what came with the last line must not depend on luck.
  private static var maximumUnread: Int { 512 << 10 }

  /// Goes through the lines that are there, as far as the state wants lines.
  private mutating func read() -> [HandshakeAction] {
    var actions: [HandshakeAction] = []
    do throws(Refusal) {
      while state.wantsLine {
        switch input.next() {
        case .incomplete: return actions
        case .tooLong: throw .lineTooLong(state.stage)
        case .line(let line):
          state = try party.receive(line, in: state, &actions)
        }
      }
    } catch {
      // Questions that came up on the way need no answer any more.
      return end(error)
    }
    if case .securing(let authentication) = state {
      // What follows is not ours to read.
      if !isHandedOver {
        isHandedOver = true
        actions.append(.startTLS(isClient: authentication.isClient, rest: input.takeRest()))
      }
    } else if case .authenticating(let authentication) = state,
      let connection = authentication.established(rest: input.takeRest())
    {
      state = .established
      party.keyExchange?.wipe()
      actions.append(.established(connection))
    } else if input.count > Handshake.maximumUnread {
      return end(.tooMuchData)
    }
    return actions
  }
}
