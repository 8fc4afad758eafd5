public import AnyEvent

// A node by its own methods: what the functions with Perl's names do with the current one.

extension Node {
  /// Makes a port: a place on this node that takes messages.
  ///
  /// The port lives until it is killed, not until its id is forgotten.
  ///
  /// Corresponds to Perl's `port`.
  public func port() -> PortID { kernel.port() }

  /// Whether the id names a port of this node, or the node itself; it need not exist any more.
  ///
  /// Corresponds to Perl's `port_is_local`.
  public func isLocal(_ port: PortID) -> Bool { kernel.isLocal(port) }

  /// The port whose callback is running; outside of one the node's own port.
  ///
  /// Corresponds to Perl's `$SELF`.
  public var runningPort: PortID { kernel.runningPort }

  /// Calls `callback` once, after so many seconds, as part of the port that is running now.
  ///
  /// Not when that port has died meanwhile. The loop's thread only. Corresponds to Perl's `after`.
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
  /// To an own port that means mostly that its callback is called right away. What cannot be sent kills
  /// the port that sends it. Corresponds to Perl's `snd`.
  public func send(_ message: Message, to port: PortID) {
    message.values.withUnsafeBufferPointer { transmit($0, to: port) }
  }

  /// Sends a message of one value.
  @inlinable
  public func send<A: MessageConvertible>(_ a: A, to port: PortID) {
    withTuple(a.messageValue, count: 1) { transmit($0, to: port) }
  }

  /// Sends a message of two values.
  @inlinable
  public func send<A: MessageConvertible, B: MessageConvertible>(_ a: A, _ b: B, to port: PortID) {
    withTuple((a.messageValue, b.messageValue), count: 2) { transmit($0, to: port) }
  }

  /// Sends a message of three values.
  @inlinable
  public func send<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
    _ a: A, _ b: B, _ c: C, to port: PortID
  ) {
    withTuple((a.messageValue, b.messageValue, c.messageValue), count: 3) { transmit($0, to: port) }
  }

  /// Sends a message of four values.
  @inlinable
  public func send<
    A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible
  >(_ a: A, _ b: B, _ c: C, _ d: D, to port: PortID) {
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

  /// Kills a port, here or on another node; those who monitor it are told the reason.
  ///
  /// No reason means a normal end. It takes effect from the event loop, after what was sent to the port
  /// before. Corresponds to Perl's `kil`.
  public func kill(_ port: PortID, _ reason: any MessageConvertible...) {
    kill(port, reason: reason.map(\.messageValue))
  }

  /// Sends a message when a port is killed: these values and then the reason.
  ///
  /// Corresponds to Perl's `mon $port, $otherport, @msg`.
  @discardableResult
  public func monitor(
    _ port: PortID, sending message: any MessageConvertible..., to other: PortID
  ) -> Subscription {
    monitor(port, sendingTo: other, message.map(\.messageValue))
  }

  /// Makes a port on a node and calls a function there, by its name, as part of the port.
  ///
  /// The port can be sent to and monitored at once: what is sent arrives after the function has run.
  /// The function never runs before this returns, on the own node neither. When it cannot be called, or
  /// returns without having set a callback for the port, there is no such port, and monitors fire with
  /// `no_such_port`; what it throws kills the port. Corresponds to Perl's `spawn`.
  ///
  /// - Parameters:
  ///   - function: the name that the function is registered by there.
  ///   - arguments: what it is called with.
  ///   - node: the id of the node.
  /// - Returns: The port's id.
  @discardableResult
  public func spawn(
    _ function: String, _ arguments: any MessageConvertible..., on node: String
  ) -> PortID {
    spawn(on: node, function, arguments.map(\.messageValue))
  }

  /// Calls a function on a node by its name; what goes wrong there is only logged there.
  ///
  /// Corresponds to Perl's `snd_to_func`.
  public func callFunction(
    _ function: String, _ arguments: any MessageConvertible..., on node: String
  ) {
    send(arguments.map(\.messageValue), toFunction: function, on: node)
  }

  /// Sends a message with a port for the reply at its end, and calls back with the reply.
  ///
  /// The reply port is made for this call and killed when the reply is there. Without a time-out the
  /// callback is called with an empty message when the port that was asked is killed or its node lost;
  /// with one, when it is over. It is called once. Corresponds to Perl's `cal`.
  ///
  /// - Parameters:
  ///   - port: who is asked.
  ///   - message: the message, which the reply port is added to.
  ///   - timeout: how long (s) to wait for the reply; without it, as long as the port lives.
  ///   - callback: called with the reply, as part of the reply port; with an empty message, as part
  ///     of the port that is running now.
  /// - Returns: The reply port.
  @discardableResult
  public func call(
    _ port: PortID, _ message: any MessageConvertible..., timeout: Double? = nil,
    _ callback: @escaping (_ reply: Message) throws -> Void
  ) -> PortID {
    call(port, message.map(\.messageValue), timeout: timeout, callback)
  }

  /// Makes a function known, so that ``spawn(_:_:on:)``, other nodes and the configured services can call
  /// it by the receiver's tag.
  ///
  /// Nothing that is not registered can be called from outside. Inside, ``runningPort`` is the spawned
  /// port, or the node when the function is only called. Names are those that Perl would use, `My::init`;
  /// `::name` is `main::name`.
  public func register(_ function: Receiver) {
    loop.preconditionOnLoop()
    functions.register(function.tag, function.handler)
  }

  /// Registers a function without arguments.
  public func register(_ name: String, _ function: @escaping () throws -> Void) {
    register(Receiver(name, function))
  }

  /// Registers a function that gets all its arguments as a message.
  @_disfavoredOverload
  public func register(_ name: String, _ function: @escaping (Message) throws -> Void) {
    register(Receiver(name, function))
  }

  /// Registers a function with one argument, converted as Perl would; one that does not fit is an error
  /// of the call.
  public func register<A: MessageConvertible>(
    _ name: String, _ function: @escaping (A) throws -> Void
  ) {
    register(Receiver(name, function))
  }

  /// Registers a function with two arguments.
  public func register<A: MessageConvertible, B: MessageConvertible>(
    _ name: String, _ function: @escaping (A, B) throws -> Void
  ) {
    register(Receiver(name, function))
  }

  /// Registers a function with three arguments.
  public func register<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
    _ name: String, _ function: @escaping (A, B, C) throws -> Void
  ) {
    register(Receiver(name, function))
  }

  /// Registers a function with four or more arguments.
  public func register<
    A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible,
    each More: MessageConvertible
  >(
    _ name: String, _ function: @escaping (A, B, C, D, repeat each More) throws -> Void
  ) {
    register(Receiver(name, function))
  }

  // The same with values that are there already.

  package func kill(_ port: PortID, reason: [Value] = []) { kernel.kill(port, reason: reason) }

  package func spawn(on node: String, _ name: String, _ arguments: [Value] = []) -> PortID {
    functions.spawn(on: node, name, arguments)
  }

  package func send(_ arguments: [Value] = [], toFunction name: String, on node: String) {
    functions.send(arguments, toFunction: name, on: node)
  }

  @discardableResult
  package func call(
    _ port: PortID, _ message: [Value], timeout: Double? = nil,
    _ callback: @escaping (_ reply: Message) throws -> Void
  ) -> PortID {
    functions.call(port, message, timeout: timeout, callback)
  }
}

extension Node {
  /// Calls `callback` once with the reason when a port is killed, or when messages to it may have been
  /// lost.
  ///
  /// From now on every message that is sent to the port is delivered, in order and without holes, or
  /// the monitor fires. A port that does not exist fires it from the event loop with `no_such_port`. The
  /// id of another node fires it when the connection to that node is lost, or cannot be made.
  ///
  /// The callback runs as part of the port that is running now: what it throws kills that. The loop's
  /// thread only.
  ///
  /// Corresponds to Perl's `mon $port, sub { … }`.
  ///
  /// - Returns: What takes the monitor back.
  @discardableResult
  public func monitor(
    _ port: PortID, _ callback: @escaping (_ reason: Message) throws -> Void
  ) -> Subscription {
    loop.preconditionOnLoop()
    return kernel.monitor(port, callback)
  }

  /// Kills another port when a port is killed with a reason, with the same reason; nothing when it
  /// ends without one.
  ///
  /// What dies so is not logged as a death that nobody watches.
  @discardableResult
  public func monitor(_ port: PortID, killing other: PortID) -> Subscription {
    monitor(port) { [reference = kernel.reference] reason in
      if !reason.isEmpty { reference.object?.kill(other, becauseOfMonitor: reason.values) }
    }
  }

  /// Sends a message when a port is killed: see ``monitor(_:sending:to:)``.
  @discardableResult
  package func monitor(
    _ port: PortID, sendingTo other: PortID, _ message: [Value]
  ) -> Subscription {
    monitor(port) { [reference = kernel.reference] reason in
      reference.object?.send(message + reason.values, to: other)
    }
  }

  /// Kills the port whose callback is running when a port is killed with a reason.
  ///
  /// Outside of a port's callback nothing happens but a line in the log: a function that is meant to
  /// be spawned may be called without a port, by whoever likes to.
  func monitorForCaller(_ port: PortID) -> Subscription? {
    guard let running = kernel.running else {
      kernel.logMistake(
        "mon \(Log.cut(port.id)): with one argument it acts for SELF, which is no port here, ignored"
      )
      return nil
    }
    return monitor(port, killing: PortID(running.takeUnretainedValue()))
  }
}
