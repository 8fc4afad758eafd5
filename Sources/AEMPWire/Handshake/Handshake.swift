@_exported public import AEValue

/// The conversation at the beginning of a connection, as a machine without socket, clock or loop.
///
/// Bytes and events go in, ``HandshakeAction``s come out; the owner performs them in order. An action
/// `peerGreeting`, `startTLS`, `requestPermission`, `established` or `refused` is the last of its array,
/// so an answer may be given while performing them.
///
///     var handshake = try Handshake(configuration, as: .dialling, peerAddress: "10.0.0.1:4040")
///     perform(handshake.start())          // send
///     perform(handshake.feed(bytes))      // peerGreeting
///     perform(handshake.proceed())        // requestPermission, on the dialling side at once
///     perform(handshake.authenticate())   // send; established when the other end has proven itself
///
/// The accepting side asks for permission only after it has verified the other end, so that a
/// stranger who connects gets no bytes from which the secret could be guessed.
///
/// No bytes of the other end can stop the program. Use it from one thread. Corresponds to the first part
/// of `AnyEvent::MP::Transport::new`.
public struct Handshake: ~Copyable {
  /// The side of the TCP connection.
  public enum Role: Hashable, Sendable {
    /// This end has connected to the other one.
    case dialling
    /// The other end has connected to this one.
    case accepting
  }

  private let party: Party
  private var state = State.unstarted
  private var input = LineReader()
  /// Whether the owner has been told to start TLS.
  private var isHandedOver = false

  /// A handshake with a greeting made now.
  ///
  /// `peerAddress` is `host:port` of the other end as seen from here, for the greeting; the nonce is
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
      keyExchange: keyExchange, sealing: configuration.sealing, announcesSecrets: true,
      offersTLS: configuration.hasCertificate)
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
    let listed = own?.authMethods ?? []
    let sealing = configuration.sealing.filter { listed.contains($0.authMethod) }
    let offersKey = !sealing.isEmpty && own?[key: Greeting.publicKeyKey] == key
    party = Party(
      configuration: configuration, role: role, lines: greeting,
      keyExchange: offersKey ? keyExchange : nil, sealing: sealing,
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

  /// Whether the other end has proven that it knows the secret; on the accepting side that is the case
  /// when ``HandshakeAction/requestPermission`` comes, on the dialling side perhaps later.
  public var hasVerifiedPeer: Bool {
    switch state {
    case .authenticating(let authentication): authentication.received != nil
    case .established: true
    default: false
    }
  }

  /// Sends this end's greeting; neither side waits for the other.
  public mutating func start() -> [HandshakeAction] {
    guard case .unstarted = state else { return [] }
    state = .greeting
    return [.send(party.lines.bytes)] + read()
  }

  /// Takes arrived bytes, in any segmentation.
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

  /// Takes arrived bytes, in any segmentation; see ``feed(_:)-(UnsafeRawBufferPointer)``.
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

  /// Answers ``HandshakeAction/startTLS(isClient:rest:)``: TLS is up, and the other end verified.
  public mutating func secured() -> [HandshakeAction] {
    guard case .securing(var authentication) = state else {
      require(isRefused, "secured() is the answer to the action startTLS only")
      return []
    }
    let asks = party.mayAsk(&authentication)
    state = .authenticating(authentication)
    return asks ? [.requestPermission] : []
  }

  /// Answers ``HandshakeAction/requestPermission``: yes, send this end's authentication line.
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

  /// Refuses the connection for a reason of the owner.
  public mutating func refuse(_ refusal: Refusal) -> [HandshakeAction] { end(refusal) }

  /// Refuses the connection because the handshake takes too long.
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

  /// Whether this end has dialled, and no greeting has shown that a node is there.
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
  /// How many bytes may wait to be read while the owner decides.
  ///
  /// Bytes behind the lines of the handshake are messages of a peer that does not wait for this end's
  /// proof. The limit is more than is read at a time, so that it does not depend on chance how many come
  /// with the last line.
  private static var maximumUnread: Int { 512 << 10 }

  /// Takes the complete lines, as far as the state wants lines.
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
      // Earlier actions of the array need no answer any more.
      return end(error)
    }
    if case .securing(let authentication) = state {
      // The following bytes belong to TLS.
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

// MARK: - Lines

/// Collects bytes and gives them back line by line; a line split over many segments is searched once.
struct LineReader {
  /// The result of `next`.
  enum Line: Equatable {
    /// There is no complete line yet.
    case incomplete
    /// The line is longer than allowed.
    case tooLong
    /// A line without its ending, LF or CR LF.
    case line([UInt8])
  }

  private var bytes: [UInt8] = []
  private var start = 0
  private var searched = 0

  /// The number of bytes that were not given back yet.
  var count: Int { bytes.count - start }

  mutating func append(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }

  /// The next line, at most ``GreetingLines/maximumLength`` bytes with its ending.
  mutating func next() -> Line {
    let limit = start + GreetingLines.maximumLength
    guard let end = newline() else {
      searched = bytes.count
      return bytes.count >= limit ? .tooLong : .incomplete
    }
    guard end < limit else { return .tooLong }
    let hasReturn = end > start && bytes[end - 1] == UInt8(ascii: "\r")
    let line = Array(bytes[start..<(hasReturn ? end - 1 : end)])
    start = end + 1
    searched = start
    return .line(line)
  }

  /// The place of the next LF that was not looked at yet.
  private func newline() -> Int? {
    bytes.withUnsafeBufferPointer { bytes in
      var index = searched
      while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
      return index < bytes.count ? index : nil
    }
  }

  /// All bytes behind the lines that were given back; the reader is empty afterwards.
  mutating func takeRest() -> [UInt8] {
    let rest = Array(bytes[start...])
    self = LineReader()
    return rest
  }
}

// MARK: - Actions

/// The next action of a ``Handshake``'s owner.
public enum HandshakeAction: Equatable, Sendable {
  /// Write these bytes to the connection.
  case send([UInt8])
  /// The other end has named itself, without a proof. Answer with ``Handshake/proceed()`` or
  /// ``Handshake/refuse(_:)``, at once or later.
  case peerGreeting(Greeting)
  /// Use TLS from the byte behind this end's greeting on, as client or as server; `rest` are the bytes
  /// behind the other end's greeting. Answer with ``Handshake/secured()`` when it is up, and feed the
  /// decrypted bytes, or with ``Handshake/refuse(_:)``.
  case startTLS(isClient: Bool, rest: [UInt8])
  /// This end's authentication line can be sent. Answer with ``Handshake/authenticate()`` or
  /// ``Handshake/refuse(_:)``, at once or later; of several connections to one node only one may
  /// send its line.
  case requestPermission
  /// Both sides are authenticated: packets follow on the stream.
  case established(EstablishedConnection)
  /// Close the connection; nothing is sent on it any more.
  case refused(Refusal)
}

extension HandshakeAction: CustomStringConvertible, CustomReflectable {
  /// The kind of action; bytes are counted and not shown, since they may hold the secret.
  public var description: String {
    switch self {
    case .send(let bytes): "send(\(bytes.count) bytes)"
    case .peerGreeting(let greeting): "peerGreeting(\(greeting.nodeID))"
    case .startTLS(let isClient, let rest):
      "startTLS(\(isClient ? "client" : "server"), \(rest.count) bytes behind)"
    case .requestPermission: "requestPermission"
    case .established(let connection): "established(\(connection))"
    case .refused(let refusal): "refused(\(refusal.code): \(refusal.reason))"
    }
  }

  /// A mirror without children, so that `dump` shows no more than ``description``.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
