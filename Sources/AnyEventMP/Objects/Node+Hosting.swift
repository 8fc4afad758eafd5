import AnyEvent

// What the C API needs of a node beside its methods: sends that call nobody, receivers without
// conversions, and questions instead of mistakes that stop the program.

extension Node {
  /// The usual case of ``sendLater(_:to:)``, which needs no current node.
  ///
  /// That is a port of this node that the id leads to already; false when it is another.
  package final func sendLaterAtOnce(_ message: UnsafeBufferPointer<Value>, to port: PortID) -> Bool
  {
    let ref = port.ref
    guard ref.owner == serial, ref.kind == .local, !isTracing else { return false }
    let local = unsafeDowncast(ref, to: LocalPort.self)
    guard local.state == .alive else { return false }
    deferMessage(message, to: local)
    return true
  }

  /// Sends a message as ``send(_:to:)`` does, but to a port of this node always from the loop.
  package func sendLater(_ message: UnsafeBufferPointer<Value>, to port: PortID) {
    let ref = port.ref
    if ref.owner == serial {
      if ref.kind == .local {
        let port = unsafeDowncast(ref, to: LocalPort.self)
        if port.state == .alive, !isTracing { return deferMessage(message, to: port) }
      } else if unsafeDowncast(ref, to: RemotePort.self).home.link != nil {
        return send(message, to: ref)
      }
    } else if ref.kind == .unbound {
      let unbound = unsafeDowncast(ref, to: UnboundPort.self)
      if unbound.belongs(to: serial), let bound = unbound.bound, bound.kind == .remote,
        unsafeDowncast(bound, to: RemotePort.self).home.link != nil
      {
        return send(message, to: ref)
      }
    }
    let target = resolve(ref)
    guard target.kind == .local else { return send(message, to: target) }
    let local = unsafeDowncast(target, to: LocalPort.self)
    guard local.state == .alive else { return }
    if isTracing { MessageTrace.sent(message, to: local.name, of: id) }
    deferMessage(message, to: local)
  }

  /// Runs `job` from the loop, behind what waits already, as part of the port that is running now.
  package func later(_ job: @escaping () throws -> Void) {
    let context = PortContext(of: self)
    `defer`(.job { context.run(job) })
  }

  /// Whether the id names a port of this node that takes messages.
  package func isAlive(_ port: PortID) -> Bool {
    let ref = resolve(port.ref)
    return ref.kind == .local && unsafeDowncast(ref, to: LocalPort.self).state == .alive
  }

  /// Whether a port's callback is running.
  package var isRunningPort: Bool { running != nil }

  /// Whether `configure` has succeeded.
  package var isConfigured: Bool { configuration != nil }

  /// Whether each message is written out.
  package var isTraced: Bool {
    get { isTracing }
    set { isTracing = newValue }
  }

  /// Whether the environment asks for that.
  package static var isTraceWanted: Bool { MessageTrace.isWanted }

  /// Sets who takes the lines of traced nodes, by returning true.
  package static func divertTraces(to taker: @escaping @Sendable (Node, String) -> Bool) {
    MessageTrace.diversion = taker
  }

  /// Sets or, with nil, removes what gets the messages with a tag, or without one all others.
  ///
  /// It gets the whole message, which is valid during the call. The port must be alive.
  package func setReceiver(
    of port: PortID, tag: String?,
    _ callback: ((UnsafeBufferPointer<Value>) throws -> Void)?
  ) {
    guard let local = localPort(port, for: "rcv") else { return }
    local.hasReceived = true
    let handler = callback.map { Handler($0) }
    if let tag { return local.setHandler(handler, for: tag) }
    let old = local.fallback
    local.fallback = handler
    withExtendedLifetime(old) {}
  }

  /// Registers a function that gets its name and its arguments, which are valid during the call.
  package func setFunction(
    _ name: String, _ function: @escaping (UnsafeBufferPointer<Value>) throws -> Void
  ) {
    loop.preconditionOnLoop()
    let old = functions.set(function, for: name)
    withExtendedLifetime(old) {}
  }

  /// Makes a function unknown.
  package func removeFunction(_ name: String) {
    let old = functions.remove(name)
    withExtendedLifetime(old) {}
  }

  /// Drops all callbacks that the program has set; after ``close()``.
  package func dropCallbacks() { dissolve() }
}
