import AnyEvent

extension Node {
  /// Where the node listens, as `host:port`.
  package var boundAddresses: [String] { listeners.map(\.address) }

  /// Listens on all the places of the configuration, or on none.
  func listen(_ configuration: NodeConfiguration, _ sources: AddressSources) throws {
    let places = try BindAddress.placesToListen(
      on: configuration.binds, sources, hasCredentials: configuration.hasCredentials)
    (surroundings.network as? SocketNetwork)?.nodelay = configuration.nodelay
    do {
      for place in places {
        listeners.append(
          try surroundings.network.listen(
            on: place.host, port: UInt16(clamping: place.port),
            makeRoom: { [unowned self] in run { switchboard.freeDescriptor() } },
            accepted: { [unowned self] stream, peer in accepted(stream, from: peer) }))
      }
    } catch {
      for listener in listeners { listener.close() }
      listeners = []
      throw error
    }
  }

  /// Takes a connection that came in on one of our listeners.
  private func accepted(_ stream: StreamConnection, from peer: String) {
    if isClosed { return stream.close() }
    run { switchboard.accepted(stream, from: peer) }
  }

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
      guard let node = reference.node else { return }
      node.run { node.dialled(dial, result) }
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
    `defer`(.job { [unowned self] in failed(dial, reason) })
  }
}
