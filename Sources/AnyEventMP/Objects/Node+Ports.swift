public import AnyEvent

// The methods of a node behind the functions with Perl's names, which call them on the current node.

extension Node {
  /// Makes a port: an address on this node that receives messages.
  ///
  /// The port lives until it is killed, not until its id is forgotten.
  ///
  /// Corresponds to Perl's `port`.
  public func port() -> PortID { kernel.port() }

  /// Whether the id names a port of this node, or the node itself; the port may be dead.
  ///
  /// Corresponds to Perl's `port_is_local`.
  public func isLocal(_ port: PortID) -> Bool { kernel.isLocal(port) }

  /// The port whose callback is running, or that the running task works for; outside of both the node port.
  ///
  /// Corresponds to Perl's `$SELF`.
  public var runningPort: PortID { kernel.runningPort }

  /// The port whose callback is running, to run closures as part of it later; outside of one, no port.
  ///
  /// Corresponds to Perl's `psub`.
  public var runningContext: PortContext { PortContext(of: kernel) }

  /// A port of this node, to run closures as part of it; nil, with a line in the log, when it is gone.
  ///
  /// A port of another node stops the program. Corresponds to Perl's `peval`.
  public func context(of port: PortID) -> PortContext? { PortContext(of: kernel, port) }

  /// Calls `callback` once, after `seconds`, as part of the port that is running now.
  ///
  /// If that port has died meanwhile, the callback is not called. To be called on the loop's
  /// thread. Corresponds to Perl's `after`.
  public func after(_ seconds: Double, _ callback: @escaping () throws -> Void) {
    loop.preconditionOnLoop()
    kernel.after(seconds, callback)
  }

  /// Makes a port that calls `callback` with every message.
  ///
  /// It lives until it is killed. Corresponds to Perl's `port { … }`.
  @_disfavoredOverload
  public func port(_ callback: @escaping (Message) throws -> Void) -> PortID {
    run { port().receive(callback) }
  }

  /// Makes a port that calls `callback` for every message.
  public func port(_ callback: @escaping () throws -> Void) -> PortID {
    run { port().receive(callback) }
  }

  /// Makes a port with callbacks by tag.
  public func port(_ receivers: Receiver...) -> PortID {
    run { port().receive(receivers) }
  }

  /// Sends a message to a port.
  ///
  /// The callback of a port of this node is usually called at once. A message that cannot be sent
  /// kills the port that sends it. Corresponds to Perl's `snd`.
  public func send(_ message: Message, to port: PortID) {
    message.values.withUnsafeBufferPointer { transmit($0, to: port) }
  }

  /// Sends a message of one value.
  @inlinable
  public func send<A: MessageConvertible>(_ a: A, to port: PortID) {
    if A.self == Pair.self {
      return withList([a]) { transmit($0, to: port) }
    }
    withTuple(a.messageValue, count: 1) { transmit($0, to: port) }
  }

  /// Sends a message of two values.
  @inlinable
  public func send<A: MessageConvertible, B: MessageConvertible>(_ a: A, _ b: B, to port: PortID) {
    if A.self == Pair.self || B.self == Pair.self {
      return withList([a, b]) { transmit($0, to: port) }
    }
    withTuple((a.messageValue, b.messageValue), count: 2) { transmit($0, to: port) }
  }

  /// Sends a message of three values.
  @inlinable
  public func send<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
    _ a: A, _ b: B, _ c: C, to port: PortID
  ) {
    if A.self == Pair.self || B.self == Pair.self || C.self == Pair.self {
      return withList([a, b, c]) { transmit($0, to: port) }
    }
    withTuple((a.messageValue, b.messageValue, c.messageValue), count: 3) { transmit($0, to: port) }
  }

  /// Sends a message of four values.
  @inlinable
  public func send<
    A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible
  >(_ a: A, _ b: B, _ c: C, _ d: D, to port: PortID) {
    if A.self == Pair.self || B.self == Pair.self || C.self == Pair.self || D.self == Pair.self {
      return withList([a, b, c, d]) { transmit($0, to: port) }
    }
    withTuple((a.messageValue, b.messageValue, c.messageValue, d.messageValue), count: 4) {
      transmit($0, to: port)
    }
  }

  /// Sends a message of more than four values.
  @inlinable
  public func send<
    A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible,
    E: MessageConvertible, each More: MessageConvertible
  >(_ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ more: repeat each More, to port: PortID) {
    withValues(a, b, c, d, e, repeat each more) { transmit($0, to: port) }
  }

  @usableFromInline
  func transmit(_ message: UnsafeBufferPointer<Value>, to port: PortID) {
    loop.preconditionOnLoop()
    kernel.send(message, to: port.ref)
  }

  /// Kills a port, here or on another node; its monitors get the reason.
  ///
  /// No reason means a normal end. It takes effect from the event loop, after the messages that
  /// were sent to the port before. Corresponds to Perl's `kil`.
  public func kill(_ port: PortID, _ reason: (any MessageConvertible)?...) {
    kill(port, reason: Message(Value.list(reason)))
  }

  /// Kills a port with a reason that was put together before: see ``kill(_:_:)``.
  public func kill(_ port: PortID, reason: Message) { kernel.kill(port, reason: reason.values) }

  /// Sends a message, these values and then the reason, when a port is killed.
  ///
  /// Corresponds to Perl's `mon $port, $otherport, @msg`.
  @discardableResult
  public func monitor(
    _ port: PortID, sending message: (any MessageConvertible)?..., to other: PortID
  ) -> Subscription {
    monitor(port, sending: Message(Value.list(message)), to: other)
  }

  /// Calls `callback` once with the reason when a port is killed, or when messages to it may have been lost.
  ///
  /// From now on every message that is sent to the port is delivered, in order and without holes,
  /// or the monitor fires. For a port that does not exist it fires from the event loop with
  /// `no_such_port`. For the id of another node it fires when the connection to that node is lost,
  /// or cannot be made.
  ///
  /// The callback runs as part of the running port: an error that it throws kills that port. To be
  /// called on the loop's thread.
  ///
  /// Corresponds to Perl's `mon $port, sub { … }`.
  ///
  /// - Returns: A subscription whose end takes the monitor back.
  @discardableResult
  public func monitor(
    _ port: PortID, _ callback: @escaping (_ reason: Message) throws -> Void
  ) -> Subscription {
    loop.preconditionOnLoop()
    return kernel.monitor(port, callback)
  }

  /// Kills another port with the same reason when a port is killed with a reason.
  ///
  /// A normal end of the port does nothing. Because it is expected, the death of the other port is
  /// not logged.
  @discardableResult
  public func monitor(_ port: PortID, killing other: PortID) -> Subscription {
    monitor(port) { [reference = kernel.reference] reason in
      if !reason.isEmpty { reference.object?.kill(other, becauseOfMonitor: reason.values) }
    }
  }

  /// Sends a message that was put together before, and then the reason, when a port is killed.
  @discardableResult
  public func monitor(
    _ port: PortID, sending message: Message, to other: PortID
  ) -> Subscription {
    monitor(port) { [reference = kernel.reference] reason in
      reference.object?.send(message.values + reason.values, to: other)
    }
  }

  /// Kills the running port when a port is killed with a reason.
  ///
  /// Outside of a port's callback it only logs a line: a function that is meant to be spawned may
  /// also be called without a port.
  ///
  /// Corresponds to Perl's `mon $port`.
  ///
  /// - Returns: A subscription whose end takes the monitor back; nil outside of a port's callback.
  @discardableResult
  public func monitorForRunningPort(_ port: PortID) -> Subscription? {
    guard let acting = kernel.acting else {
      kernel.logMistake(
        "mon \(Log.cut(port.id)): with one argument it acts for SELF, which is no port here, ignored"
      )
      return nil
    }
    return monitor(port, killing: PortID(acting))
  }
}
