import AnyEvent

// Further methods for the C API: sends that call nothing, receivers without conversions, and
// queries in place of mistakes that stop the program.

extension Node {
  /// Sends a message like ``sendLater(_:to:)`` in the usual case, which needs no current node.
  ///
  /// The usual case is a port of this node that the id leads to already; returns false for any
  /// other.
  package func sendLaterAtOnce(_ message: UnsafeBufferPointer<Value>, to port: PortID) -> Bool {
    kernel.sendLaterAtOnce(message, to: port.ref)
  }

  /// Sends a message like ``send(_:to:)``, but to a port of this node always from the loop.
  package func sendLater(_ message: UnsafeBufferPointer<Value>, to port: PortID) {
    kernel.sendLater(message, to: port.ref)
  }

  /// Runs `job` from the loop, behind all waiting jobs, as part of the running port.
  package func later(_ job: @escaping () throws -> Void) {
    let context = PortContext(of: kernel)
    kernel.defer(.job { context.run(job) })
  }

  /// Whether the id names a living port of this node.
  package func isAlive(_ port: PortID) -> Bool {
    kernel.resolve(port.ref).living != nil
  }

  /// Whether a port's callback is running.
  package var isRunningPort: Bool { kernel.running != nil }

  /// Whether `configure` has succeeded.
  package var isConfigured: Bool { peers.configuration != nil }

  /// Whether each message is written to the trace.
  package var isTraced: Bool {
    get { kernel.isTracing }
    set { kernel.isTracing = newValue }
  }

  /// Whether the environment asks for a trace.
  package static var isTraceWanted: Bool { MessageTrace.isWanted }

  /// Sets a callback that gets the trace lines of nodes, and returns whether it has taken the line.
  package static func divertTraces(to taker: @escaping @Sendable (Node, String) -> Bool) {
    MessageTrace.diversion = { kernel, line in taker(Node.node(of: kernel), line) }
  }

  /// Sets, or with nil removes, the callback for messages with a tag; without a tag, for all other messages.
  ///
  /// The callback gets the whole message, which is valid during the call. The port must be alive.
  package func setReceiver(
    of port: PortID, tag: String?,
    _ callback: ((UnsafeBufferPointer<Value>) throws -> Void)?
  ) {
    guard let local = kernel.receivingPort(port) else { return }
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
    functions.register(name, function)
  }

  /// Removes a function.
  package func removeFunction(_ name: String) {
    functions.remove(name)
  }

  /// Drops all callbacks of the program; to be called after ``close()``.
  package func dropCallbacks() { dissolve() }
}
