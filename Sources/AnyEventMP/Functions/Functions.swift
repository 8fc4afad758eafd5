import AnyEvent

/// What may be called by its name: by this program, by other nodes, and as services.
final class Functions {
  let kernel: Kernel
  let peers: Peers
  private var table = FunctionTable()
  /// What every node has without its program having registered it.
  private var builtIns = FunctionTable()
  /// What of the configured services is no function.
  private var services: TextDictionary<(_ arguments: [Value]) throws -> Void> = [:]

  init(_ kernel: Kernel, _ peers: Peers) {
    self.kernel = kernel
    self.peers = peers
  }

  /// Registers a function.
  func register(_ name: String, _ function: @escaping FunctionTable.Function) {
    let old = table.set(function, for: name)
    withExtendedLifetime(old) {}
  }

  /// Makes a function of the program unknown.
  func remove(_ name: String) {
    let old = table.remove(name)
    withExtendedLifetime(old) {}
  }

  /// Registers a function that a program may replace by its own.
  func registerBuiltIn(_ name: String, _ function: @escaping FunctionTable.Function) {
    _ = builtIns.set(function, for: name)
  }

  /// Registers a service that a program may replace by a function of its own.
  func registerService(_ name: String, _ start: @escaping (_ arguments: [Value]) throws -> Void) {
    services[name] = start
  }

  /// The function that the program has registered by that name.
  func registered(_ name: String) -> FunctionTable.Function? { table[name] }

  /// Whether other nodes may call a function of that name.
  func isCallable(_ name: String) -> Bool {
    !peers.isSecure && (table[name] ?? builtIns[name]) != nil
  }

  /// The function of that name, for a request of a node.
  ///
  /// - Throws: ``RequestError`` when there is none, and when the configuration says that other nodes
  ///   may not call functions here.
  func function(_ name: String, for entry: NodeEntry) throws -> FunctionTable.Function {
    if peers.isSecure, entry !== kernel.home {
      throw RequestError("other nodes may not start functions here: the configuration says secure")
    }
    guard let function = table[name] ?? builtIns[name] else { throw refusal(of: name) }
    return function
  }

  /// Why a call of a function by its name is refused.
  private func refusal(of name: String) -> RequestError {
    RequestError("no function is registered by the name \(Value.string(Log.cut(name, to: 60)))")
  }

  /// Calls a function on a node, from the event loop.
  func send(_ arguments: [Value] = [], toFunction name: String, on node: String) {
    kernel.loop.preconditionOnLoop()
    peers.request(node, [.string(name)] + arguments)
  }

  /// Starts what the configuration names as services.
  ///
  /// From the event loop: so a program may register its functions after it has called `configure`.
  func start(_ services: [ServiceEntry]) {
    for service in services {
      kernel.defer(.job { [unowned self] in start(service) })
    }
  }

  private func start(_ service: ServiceEntry) {
    do {
      // A module has nothing to load here, but one of Perl's does something.
      if let start = services[service.name], table[service.name] == nil {
        return try start(service.arguments)
      }
      if service.isModule { return }
      guard let function = table[service.name] else { throw refusal(of: service.name) }
      try ([.string(service.name)] + service.arguments).withUnsafeBufferPointer(function)
    } catch {
      AE.log(.error, in: Log.kernel, "service \(service.name): \(Log.cut("\(error)"))")
    }
  }

  /// Lets go of all functions.
  func dissolve() {
    let functions = (table, builtIns, services)
    table = FunctionTable()
    builtIns = FunctionTable()
    services = [:]
    withExtendedLifetime(functions) {}
  }
}
