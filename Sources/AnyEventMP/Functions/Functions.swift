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
    let caller = kernel.running?.takeUnretainedValue()
    let giveUp = { [unowned kernel, unowned local] in
      guard local.state == .alive else { return }
      kernel.kill(local, [])
      kernel.peval(caller) { try callback(Message()) }
    }
    // What ends the waiting goes with the callback: when the reply is there or the port is killed.
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

/// What may be called by name: by `spawn`, by requests of other nodes, and as services.
struct FunctionTable {
  /// Gets the name and the arguments, as a message.
  typealias Function = Handler.Callback

  private var functions: TextDictionary<Function> = [:]

  /// The function of that name; `::name` and `name` are those of the main program.
  subscript(name: String) -> Function? {
    functions[Self.fullName(name)]
  }

  /// Adds a function; the one that had the name before is returned, to be released by the caller.
  mutating func set(_ function: @escaping Function, for name: String) -> Function? {
    functions.updateValue(function, forKey: Self.fullName(name))
  }

  /// Removes a function, which is returned, to be released by the caller.
  mutating func remove(_ name: String) -> Function? {
    functions.removeValue(forKey: Self.fullName(name))
  }

  /// Whether messages of that tag can only be meant for a function.
  static func isFunctionName(_ tag: String) -> Bool {
    tag.utf8.contains(UInt8(ascii: ":")) && tag.contains("::")
  }

  /// The name with the package of the main program, where none is given.
  static func fullName(_ name: String) -> String {
    if name.hasPrefix("::") { return "main" + name }
    return isFunctionName(name) ? name : "main::" + name
  }
}
