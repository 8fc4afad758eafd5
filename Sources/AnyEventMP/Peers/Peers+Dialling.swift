import AEMPWire
import AnyEvent

extension Peers {
  /// Connects to an address, trying all that its host name stands for, as soon as it is its turn.
  func dial(_ dial: Dial, isUrgent: Bool = true) {
    dials.add(dial, isUrgent: isUrgent)
  }

  /// It is the dial's turn.
  func begin(_ dial: Dial) {
    // Addresses come from other nodes too: they must not lead to a socket in our file system.
    guard let (host, port) = parse_hostport(dial.address, String(BindAddress.defaultSeedPort)),
      host != "unix/"
    else {
      return fail(dial, "\(dial.address) is not host:port")
    }
    dial.connecting = surroundings.network.connect(
      to: host, port: port, timeLimit: connectInterval
    ) { [reference] result in
      dial.connecting = nil
      guard let peers = reference.object else { return }
      peers.kernel.run { peers.dialled(dial, result) }
    }
  }

  private func dialled(
    _ dial: Dial, _ result: Result<(StreamConnection, String), SocketError>
  ) {
    switch result {
    case .success((let stream, _)) where isClosed: stream.close()
    case .success((let stream, let peer)): switchboard.dialled(stream, to: peer, for: dial)
    case .failure(let error): failed(dial, error.description)
    }
  }

  /// A failure that is known at once is still reported from the loop.
  private func fail(_ dial: Dial, _ reason: String) {
    kernel.defer(.job { [unowned self] in failed(dial, reason) })
  }

  /// Tells who dialled, and who listens in, that an attempt has failed.
  func failed(_ dial: Dial, _ reason: String, node: String? = nil, code: Refusal.Code? = nil) {
    dial.failed?(.unreachable(reason))
    onFailedDial?(
      FailedDial(
        address: dial.address, node: node, reason: reason,
        isRefusedAuthentication: code?.isAboutAuthentication ?? false))
  }
}

extension Refusal.Code {
  fileprivate var isAboutAuthentication: Bool {
    switch self {
    case .noCredentials, .noCommonAuthMethod, .authMethodNotAccepted, .wrongSecret, .refusedByPeer,
      .notSealed, .unusableKey, .tls:
      true
    default: false
    }
  }
}
