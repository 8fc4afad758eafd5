import AnyEvent

extension Functions {
  /// The request to make a port and to call a function for it.
  static let spawnRequest = "AnyEvent::MP::_spawn"

  /// Makes a port on a node and calls a function there.
  func spawn(
    on node: String, _ name: String, _ arguments: [Value] = []
  ) -> PortID {
    kernel.loop.preconditionOnLoop()
    let portName = kernel.nextPortName(peers.configuration?.runiq)
    let target = peers.entry(for: node)
    if target === kernel.home { return spawnHere(portName, [.string(name)] + arguments) }
    kernel.request(
      target, [.string(Self.spawnRequest), .string(portName), .string(name)] + arguments)
    return PortID(RemotePort(owner: kernel.serial, home: target, name: portName))
  }

  /// Makes the port at once; messages that arrive before its function has run are kept.
  private func spawnHere(_ portName: String, _ call: [Value]) -> PortID {
    let port = addSpawnedPort(named: portName)
    // Messages of this node wait behind the job below; early ones are from nodes that know the port already.
    var early: [[Value]] = []
    port.fallback = Handler { early.append(Array($0)) }
    kernel.defer(
      .job { [unowned self] in
        // A port that was killed meanwhile never begins.
        guard port.state == .alive else { return }
        // The program may have given it callbacks already, which stay.
        if !port.hasReceived { port.fallback = nil }
        do {
          let function = try function(call[0].string ?? "", for: kernel.home)
          call.withUnsafeBufferPointer { start(port, function, $0) }
          for message in early where port.state == .alive {
            message.withUnsafeBufferPointer { kernel.call(port, $0) }
          }
        } catch {
          AE.log(.error, in: Log.kernel, "spawn of port \(port.id) failed: \(error)")
          neverWas(port)
        }
      })
    return PortID(port)
  }

  /// Handles a request to spawn: `AnyEvent::MP::_spawn` port-name function arguments….
  func spawnRequested(_ arguments: RequestArguments, by sender: NodeEntry) throws {
    let portName = try arguments.string(1, "port name")
    try peers.limits.checkName(portName, "the port's name")
    let functionName = try arguments.string(2, "function")
    try peers.limits.checkName(functionName, "the function's name")
    let function = try function(functionName, for: sender)
    guard !portName.isEmpty else { throw RequestError("the node port cannot be spawned") }
    guard kernel.ports.find(portName) == nil else {
      throw RequestError(
        "there is a port \(Value.string(Log.cut(portName, to: 60)).debugDescription) already")
    }
    guard !kernel.spawned.isFull(sender.id) else {
      kernel.spawned.refuse(portName, by: sender.id)
      throw RequestError(kernel.spawned.reason(for: sender.id))
    }
    let port = addSpawnedPort(named: portName)
    kernel.spawned.add(port, by: sender.id)
    start(port, function, UnsafeBufferPointer(rebasing: arguments.message[2...]))
  }

  /// Makes a spawned port, which ignores messages without a callback, as on Perl nodes.
  private func addSpawnedPort(named name: String) -> LocalPort {
    let port = kernel.addPort(named: name)
    port.ignoresUnhandled = true
    return port
  }

  /// Calls the function as part of the port.
  ///
  /// The function has to call `rcv`. If it does not, there is no port, as on Perl nodes, and
  /// monitors fire instead of waiting for ever.
  private func start(
    _ port: LocalPort, _ function: FunctionTable.Function, _ call: UnsafeBufferPointer<Value>
  ) {
    kernel.peval(port) { try function(call) }
    guard port.state == .alive, !port.hasReceived else { return }
    AE.log(
      .debug, in: Log.kernel,
      "\(Log.cut(call.first?.string ?? "")) has not called rcv for \(port.id): no port was spawned."
    )
    neverWas(port)
  }

  /// Ends the port as if it had never existed.
  private func neverWas(_ port: LocalPort) {
    kernel.finish(port, Kernel.noSuchPort(port.id), isLogged: false)
  }
}
