import AnyEvent

extension Node {
  /// Why a call of a function by its name is refused.
  private func refusal(of name: String) -> RequestError {
    RequestError("no function is registered by the name \(Value.string(Log.cut(name, to: 60)))")
  }

  /// The function of that name, for a request of a node.
  ///
  /// - Throws: ``RequestError`` when there is none, and when the configuration says that other nodes
  ///   may not call functions here.
  func function(_ name: String, for entry: NodeEntry) throws -> FunctionTable.Function {
    if configuration?.secure == true, entry !== home {
      throw RequestError("other nodes may not start functions here: the configuration says secure")
    }
    guard let function = functions[name] ?? builtIn(name) else { throw refusal(of: name) }
    return function
  }

  /// What every node has without its program having registered it.
  func builtIn(_ name: String) -> FunctionTable.Function? {
    switch name {
    case LogSender.function: { [unowned self] in try connectLogCatcher($0) }
    case DataConnections.expectFunction:
      { [unowned self] in try dataConnections.expectRequested($0) }
    case DataConnections.dialRequest:
      { [unowned self] in try dataConnections.dialRequested($0) }
    default: nil
    }
  }

  /// Calls a function on a node, from the event loop: see ``callFunction(_:_:on:)``.
  package func send(_ arguments: [Value] = [], toFunction name: String, on node: String) {
    loop.preconditionOnLoop()
    request(entry(for: node.isEmpty ? id : node), [.string(name)] + arguments)
  }

  /// Starts what the configuration names as services.
  ///
  /// From the event loop: so a program may register its functions after it has called `configure`.
  func startServices(_ services: [ServiceEntry]) {
    for service in services {
      `defer`(.job { [unowned self] in start(service) })
    }
  }

  private func start(_ service: ServiceEntry) {
    // A module has nothing to load here, but one of Perl's does something.
    if service.name == "AnyEvent::MP::Global::" { return database.becomeGlobal() }
    if service.isModule { return }
    do {
      if service.name == "AnyEvent::MP::LogCatcher::catch", functions[service.name] == nil {
        return try catchLogs(asService: service.arguments)
      }
      guard let function = functions[service.name] else { throw refusal(of: service.name) }
      try ([.string(service.name)] + service.arguments).withUnsafeBufferPointer(function)
    } catch {
      AE.log(.error, in: Log.kernel, "service \(service.name): \(Log.cut("\(error)"))")
    }
  }
}
