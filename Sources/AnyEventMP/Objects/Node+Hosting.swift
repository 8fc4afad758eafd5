import AnyEvent

// Further methods for the C API: sends that call nothing, receivers without conversions, and
// queries in place of mistakes that stop the program.

extension Node {
  /// The short way for messages.
  package var shortSender: ShortSender { ShortSender(kernel: .passUnretained(kernel)) }

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

  /// A prefix for the names of ports that are made by ``addPort(named:)``: no other port has it.
  package func nextPortPrefix() -> String { kernel.nextPortName() + "." }

  /// Makes a port of a name that no port of this node has had.
  package func addPort(named name: String) -> PortID {
    loop.preconditionOnLoop()
    return PortID(kernel.addPort(named: name))
  }

  /// Sends a message, and returns why it cannot be sent, which kills nobody.
  package func trySending(_ message: [Value], to port: PortID) -> String? {
    loop.preconditionOnLoop()
    return kernel.trySending(message, to: port)
  }

  /// Logs a line that a peer can cause as often as it likes; of similar ones a few a minute.
  package func logTrouble(_ text: String, similarTo subject: String) {
    kernel.peerLog.log(.error, in: Log.kernel, Log.cut(text), similarTo: Log.cut(subject))
  }

  /// Calls `body` as code of the node, but as part of no port, whichever is running or has the running task.
  package func outsideOfPorts<R>(_ body: () throws -> R) rethrows -> R {
    let (running, hadTasks) = (kernel.running, kernel.hasTasks)
    (kernel.running, kernel.hasTasks) = (nil, false)
    defer {
      kernel.running = running
      // A port that has got a message may have started the first one.
      if hadTasks { kernel.hasTasks = true }
    }
    return try kernel.run(body)
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
    if let tag { return kernel.retire(local.setHandler(handler, for: tag)) }
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

/// The short way of a message to a port that was found before: no references are counted on it, so its user must keep
/// the node and the port id.
package struct ShortSender {
  fileprivate let kernel: Unmanaged<Kernel>

  /// Sends as ``Node/sendLater(_:to:)`` does, and moves the values out of the buffer.
  ///
  /// It does so to a port of this node, and in a callback to one of another. False when the short way does not lead
  /// there, and the values are where they were.
  package func send(
    moving message: UnsafeMutableBufferPointer<Value>, to port: BorrowedPort
  ) -> Bool {
    kernel._withUnsafeGuaranteedRef { kernel in
      port.ref._withUnsafeGuaranteedRef { kernel.sendAtOnce(moving: message, to: $0) }
    }
  }
}

/// A port id that another object keeps.
package struct BorrowedPort: @unchecked Sendable {
  // Sendable: as a port id is.
  fileprivate let ref: Unmanaged<PortRef>

  package init(_ port: PortID) { ref = .passUnretained(port.ref) }
}
