import AnyEvent

/// The functions that can be called by name: by this program, by other nodes, and as services.
final class Functions {
  let kernel: Kernel
  let peers: Peers
  private var table = FunctionTable()
  /// The functions that every node has.
  private var builtIns = FunctionTable()
  /// The services that every node has.
  private var services: TextDictionary<(_ arguments: [Value]) throws -> Void> = [:]

  init(_ kernel: Kernel, _ peers: Peers) {
    self.kernel = kernel
    self.peers = peers
  }

  /// Registers a function of the program.
  func register(_ name: String, _ function: @escaping FunctionTable.Function) {
    let old = table.set(function, for: name)
    withExtendedLifetime(old) {}
  }

  /// Removes a function of the program.
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

  /// The function that the program has registered under this name.
  func registered(_ name: String) -> FunctionTable.Function? { table[name] }

  /// Whether other nodes may call a function of that name.
  func isCallable(_ name: String) -> Bool {
    !peers.isSecure && (table[name] ?? builtIns[name]) != nil
  }

  /// The function for a request of a node.
  ///
  /// - Throws: ``RequestError`` when there is none, and when the configuration forbids other nodes
  ///   to call functions here.
  func function(_ name: String, for sender: NodeEntry) throws -> FunctionTable.Function {
    if peers.isSecure, sender !== kernel.home {
      throw RequestError("other nodes may not start functions here: the configuration says secure")
    }
    guard let function = table[name] ?? builtIns[name] else { throw refusal(of: name) }
    return function
  }

  /// The error for a function that is not registered.
  private func refusal(of name: String) -> RequestError {
    RequestError(
      "no function is registered by the name \(Value.string(Log.cut(name, to: 60)).debugDescription)"
    )
  }

  /// Calls a function on a node, from the event loop.
  func send(_ arguments: [Value] = [], toFunction name: String, on node: String) {
    kernel.loop.preconditionOnLoop()
    peers.request(node, [.string(name)] + arguments)
  }

  /// Starts the configured services.
  ///
  /// They start from the event loop, so that a program may register its functions after it has
  /// called `configure`.
  func start(_ services: [ConfiguredService]) {
    for service in services {
      kernel.defer(.job { [unowned self] in start(service) })
    }
  }

  private func start(_ service: ConfiguredService) {
    do {
      // A module without a built-in service is Perl code and has nothing to start here.
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

  /// Drops all functions.
  func dissolve() {
    let functions = (table, builtIns, services)
    table = FunctionTable()
    builtIns = FunctionTable()
    services = [:]
    withExtendedLifetime(functions) {}
  }
}

extension Functions {
  /// Sends a message with a port for the reply at its end.
  @discardableResult
  func call(
    _ port: PortID, _ message: [Value], timeout: Double? = nil,
    _ callback: @escaping (_ reply: Message) throws -> Void
  ) -> PortID {
    let kernel = kernel
    let replyPort = kernel.port()
    guard let local = kernel.localPort(replyPort, for: "cal") else { return replyPort }
    let caller = kernel.acting
    let giveUp = { [unowned kernel, unowned local] in
      guard local.state == .alive else { return }
      kernel.kill(local, [])
      kernel.peval(caller) { try callback(Message()) }
    }
    // The closure of the callback holds this guard, so the waiting ends with the reply or the death of the port.
    let end: Guard
    if let timeout {
      let timeLimit = kernel.loop.timer(
        after: timeout, { [reference = kernel.reference] in reference.object?.run(giveUp) })
      end = Guard { timeLimit.cancel() }
    } else {
      end = kernel.monitor(port) { _ in giveUp() }.guardian
    }
    local.fallback = Handler { [unowned kernel, unowned local] reply in
      kernel.kill(local, [])
      local.fallback = nil
      withExtendedLifetime(end) {}
      try callback(Message(reply, dropping: 0))
    }
    kernel.send(message + [.string(replyPort.id)], to: port)
    return replyPort
  }
}

/// A table of functions by name.
struct FunctionTable {
  /// A function; it gets its name and its arguments, as a message.
  typealias Function = Handler.Callback

  private var functions: TextDictionary<Function> = [:]

  /// The function with this name; `::name` and `name` are functions of the main program.
  subscript(name: String) -> Function? {
    functions[Self.fullName(name)]
  }

  /// Adds a function and returns the one that it replaces, so that the caller releases it.
  mutating func set(_ function: @escaping Function, for name: String) -> Function? {
    functions.updateValue(function, forKey: Self.fullName(name))
  }

  /// Removes a function and returns it, so that the caller releases it.
  mutating func remove(_ name: String) -> Function? {
    functions.removeValue(forKey: Self.fullName(name))
  }

  /// Whether a tag can only be the name of a function.
  static func isFunctionName(_ tag: String) -> Bool {
    tag.utf8.contains(UInt8(ascii: ":")) && tag.contains("::")
  }

  /// The name with its package, which is `main` when none is given.
  static func fullName(_ name: String) -> String {
    if name.hasPrefix("::") { return "main" + name }
    return isFunctionName(name) ? name : "main::" + name
  }
}
