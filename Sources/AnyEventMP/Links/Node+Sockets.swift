import AnyEvent
import Glibc

extension Node {
  /// Listens on all the places of the configuration, or on none.
  static func listen(
    _ configuration: NodeConfiguration, _ sources: AddressSources, on loop: Loop,
    _ accepted: @escaping (ConnectedSocket) -> Void
  ) throws -> [Listener] {
    let places = try BindAddress.placesToListen(
      on: configuration.binds, sources, hasCredentials: configuration.hasCredentials)
    var listeners: [Listener] = []
    do {
      for place in places {
        listeners.append(try loop.listen(on: place.host, Int(place.port), accept: accepted))
      }
    } catch {
      for listener in listeners { listener.close() }
      throw error
    }
    return listeners
  }

  /// Takes a connection that came in on one of our listeners.
  func accepted(_ socket: ConnectedSocket) {
    guard !isClosed else {
      Glibc.close(socket.fd)
      return
    }
    run {
      switchboard.accepted(stream(socket.fd), from: socket.peer.description)
    }
  }

  /// Connects to an address, trying all that its host name stands for.
  func dial(_ dial: Dial) {
    let limit = connectInterval
    // Addresses come from other nodes too: they must not lead to a socket in our file system.
    guard let (host, port) = parse_hostport(dial.address, String(BindAddress.defaultSeedPort)),
      host != "unix/"
    else {
      return fail(dial, "\(dial.address) is not host:port")
    }
    dial.connecting = loop.connect(to: host, port, prepare: { _ in limit }) {
      [reference] result in
      dial.connecting = nil
      guard let node = reference.node else { return }
      node.run { node.dialled(dial, result) }
    }
  }

  private func dialled(_ dial: Dial, _ result: Result<ConnectedSocket, SocketError>) {
    switch result {
    case .success(let socket) where isClosed:
      Glibc.close(socket.fd)
    case .success(let socket):
      switchboard.dialled(stream(socket.fd), to: socket.peer.description, for: dial)
    case .failure(let error):
      dial.failed?(.unreachable(error.description))
    }
  }

  /// A failure that is known at once is still reported from the loop.
  private func fail(_ dial: Dial, _ reason: String) {
    `defer`(.job { dial.failed?(.unreachable(reason)) })
  }

  private func stream(_ descriptor: CInt) -> StreamConnection {
    set(IPPROTO_TCP, TCP_NODELAY, of: descriptor, to: configuration?.nodelay ?? true)
    set(SOL_SOCKET, SO_KEEPALIVE, of: descriptor, to: true)
    return StreamConnection(loop: loop, descriptor: descriptor)
  }

  private func set(_ level: Int, _ option: CInt, of descriptor: CInt, to isOn: Bool) {
    set(CInt(level), option, of: descriptor, to: isOn)
  }

  private func set(_ level: CInt, _ option: CInt, of descriptor: CInt, to isOn: Bool) {
    var value: CInt = isOn ? 1 : 0
    // Only a hint for the kernel: a socket that refuses it works all the same.
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
  }
}
