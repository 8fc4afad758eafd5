// Functions that are called by name: calls on any node, and registration on this one.

extension Node {
  /// Makes a port on a node and calls a function there, by its name, as part of the port.
  ///
  /// The port can be sent to and monitored at once: messages arrive after the function has run. The
  /// function never runs before this returns, on this node either. When it cannot be called, or
  /// returns without having set a callback for the port, there is no such port, and monitors fire
  /// with `no_such_port`; an error that it throws kills the port. Corresponds to Perl's `spawn`.
  ///
  /// - Parameters:
  ///   - function: the name under which the function is registered there.
  ///   - arguments: the arguments of the function.
  ///   - node: the id of the node.
  /// - Returns: The port's id.
  @discardableResult
  public func spawn(
    _ function: String, _ arguments: (any MessageConvertible)?..., on node: String
  ) -> PortID {
    spawn(function, arguments: Message(Value.list(arguments)), on: node)
  }

  /// Calls a function on a node by its name; an error is only logged there.
  ///
  /// Corresponds to Perl's `snd_to_func`.
  public func callFunction(
    _ function: String, _ arguments: (any MessageConvertible)?..., on node: String
  ) {
    callFunction(function, arguments: Message(Value.list(arguments)), on: node)
  }

  /// Sends a message with a port for the reply at its end, and calls back with the reply.
  ///
  /// The reply port is made for this call and killed by the reply. Without a time-out the callback
  /// gets an empty message when the asked port is killed or its node is lost; with one, when the
  /// time is over. It is called once. Corresponds to Perl's `cal`.
  ///
  /// - Parameters:
  ///   - port: the port that is asked.
  ///   - message: the message, to which the reply port is added.
  ///   - timeout: the time (s) to wait for the reply; nil: until the port dies.
  ///   - callback: called with the reply, as part of the reply port; with an empty message, as part
  ///     of the port that is running now.
  /// - Returns: The reply port.
  @discardableResult
  public func call(
    _ port: PortID, _ message: (any MessageConvertible)?..., timeout: Double? = nil,
    _ callback: @escaping (_ reply: Message) throws -> Void
  ) -> PortID {
    call(port, message: Message(Value.list(message)), timeout: timeout, callback)
  }

  /// Registers a function under the receiver's tag, for ``spawn(_:_:on:)``, other nodes and the configured services.
  ///
  /// Only registered functions can be called from outside. Inside the function, ``runningPort`` is
  /// the spawned port, or the node port when the function is only called. Names are those that Perl
  /// would use, `My::init`; `::name` is `main::name`.
  public func register(_ function: Receiver) {
    loop.preconditionOnLoop()
    functions.register(function.tag, function.function)
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

  /// Registers a function with one argument.
  ///
  /// The argument is converted as Perl would; one that cannot be converted is an error of the call.
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

  /// Makes a port with arguments that were put together before: see ``spawn(_:_:on:)``.
  @discardableResult
  public func spawn(_ function: String, arguments: Message, on node: String) -> PortID {
    functions.spawn(on: node, function, arguments.values)
  }

  /// Calls a function with arguments that were put together before: see ``callFunction(_:_:on:)``.
  public func callFunction(_ function: String, arguments: Message, on node: String) {
    functions.send(arguments.values, toFunction: function, on: node)
  }

  /// Sends a message that was put together before, and calls back with the reply: see ``call(_:_:timeout:_:)``.
  @discardableResult
  public func call(
    _ port: PortID, message: Message, timeout: Double? = nil,
    _ callback: @escaping (_ reply: Message) throws -> Void
  ) -> PortID {
    functions.call(port, message.values, timeout: timeout, callback)
  }
}
