import AnyEvent

extension Node {
  /// Looks up the host names in `binds`, all at a time, before `configure`, which then waits for no name
  /// server.
  ///
  /// For programs whose loop runs before they have a node: a silent name server keeps them from nothing
  /// else. What makes no sense in the arguments is for `configure` to say. The loop's thread only.
  ///
  /// - Parameters:
  ///   - arguments: those that `configure` will get.
  ///   - done: called from the loop, once, when all names are looked up, or have no address.
  /// - Returns: what gives up the look-ups when it goes; nil, and nothing is called, if there are none.
  package func lookUpBinds(
    _ arguments: ConfigurationArguments, _ done: @escaping () -> Void
  ) -> Guard? {
    loop.preconditionOnLoop()
    guard peers.configuration == nil,
      let configuration = try? NodeConfiguration(
        arguments, context: peers.surroundings.makeContext())
    else { return nil }
    let names = TextSet(
      configuration.binds.compactMap { $0.nameToLookUp(hostName: configuration.hostName) })
    guard !names.isEmpty else { return nil }
    var left = names.count
    let resolutions = names.map { name in
      loop.resolve(name, 0) { [unowned self] result in
        peers.surroundings.remember(name, AddressSources.usable((try? result.get()) ?? []))
        left -= 1
        if left == 0 { done() }
      }
    }
    return Guard { for resolution in resolutions { resolution.cancel() } }
  }
}

extension NodeSurroundings {
  /// A host name is not looked up any more.
  fileprivate mutating func remember(_ name: String, _ addresses: [SocketAddress]) {
    let make = makeAddressSources
    makeAddressSources = { hostName in
      var sources = make(hostName)
      let lookUp = sources.lookUp
      sources.lookUp = { $0 == name ? addresses : lookUp($0) }
      return sources
    }
  }
}
