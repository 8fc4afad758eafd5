// Functions that other nodes may call by name, in the forms of `on`.

/// Registers a function without arguments under the name by which `spawn`, other nodes and the
/// configured services call it.
///
/// Names are those that Perl would use, `My::init`; `::name` is `main::name`. Inside the function,
/// `SELF` is the spawned port, or the node port when the function is only called.
///
/// Corresponds to Perl's `sub My::init { … }`; only registered functions can be called from
/// outside.
public func sub(_ name: String, _ function: @escaping () throws -> Void) {
  Node.current.register(name, function)
}

/// Registers a function that gets all its arguments as a message.
///
/// Corresponds to Perl's `sub My::init { … @_ … }`.
@_disfavoredOverload
public func sub(_ name: String, _ function: @escaping (Message) throws -> Void) {
  Node.current.register(name, function)
}

/// Registers a function with one argument.
///
/// The argument is converted as Perl would; one that cannot be converted is an error of the call.
public func sub<A: MessageConvertible>(_ name: String, _ function: @escaping (A) throws -> Void) {
  Node.current.register(name, function)
}

/// Registers a function with two arguments.
public func sub<A: MessageConvertible, B: MessageConvertible>(
  _ name: String, _ function: @escaping (A, B) throws -> Void
) {
  Node.current.register(name, function)
}

/// Registers a function with three arguments.
public func sub<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
  _ name: String, _ function: @escaping (A, B, C) throws -> Void
) {
  Node.current.register(name, function)
}

/// Registers a function with four or more arguments.
public func sub<
  A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible,
  each More: MessageConvertible
>(
  _ name: String, _ function: @escaping (A, B, C, D, repeat each More) throws -> Void
) {
  Node.current.register(name, function)
}

/// Makes a port on a node and calls a function there, by its name, as part of the port.
///
/// The port's id is returned at once and can be sent to and monitored; the function never runs
/// before that. The function has to call `rcv` for the port, `SELF`: if it does not, or if there is
/// no such function, there is no port, and monitors fire with `no_such_port`.
///
/// Corresponds to Perl's `spawn`; see `sub`.
///
/// - Parameters:
///   - node: a node, or a port on it.
///   - function: the name under which the function is registered there.
///   - arguments: the arguments of the function.
/// - Returns: The port's id.
@discardableResult
public func spawn(
  _ node: some PortConvertible, _ function: String, _ arguments: (any MessageConvertible)?...
) -> PortID {
  Node.current.spawn(
    function, arguments: Message(Value.list(arguments)), on: node.portID.node)
}

/// Calls a function on a node by its name; an error is only logged there.
///
/// Corresponds to Perl's `snd_to_func`.
public func snd_to_func(
  _ node: some PortConvertible, _ function: String, _ arguments: (any MessageConvertible)?...
) {
  Node.current.callFunction(
    function, arguments: Message(Value.list(arguments)), on: node.portID.node)
}

/// Makes another node send a message, to any port.
///
/// Corresponds to Perl's `snd_on`.
public func snd_on(
  _ node: some PortConvertible, _ port: some PortConvertible,
  _ message: (any MessageConvertible)?...
) {
  Node.current.send(
    Message([.string("snd"), .string(port.portID.id)] + Value.list(message)),
    to: PortID(node.portID.node))
}

/// Makes a node evaluate a Perl expression and send the results.
///
/// The answer consists of the values of `reply`, an error text that is empty without an error, and
/// the results. A node of this library answers with an error to all but the expressions that the
/// tool `aemp` sends: `$$` and `AnyEvent::MP::Kernel::up_nodes`.
///
/// Corresponds to Perl's `eval_on`.
public func eval_on(
  _ node: some PortConvertible, _ code: String, _ reply: (any MessageConvertible)?...
) {
  Node.current.send(
    Message([.string("eval"), .string(code)] + Value.list(reply)),
    to: PortID(node.portID.node))
}

// One `cal` for each form of the reply in the callback: the whole message, or typed values.

/// Sends a message with a reply port added at its end, and calls back with the reply.
///
/// With a time-out (s) the callback gets an empty message when the time is over; without one, when
/// the asked port is killed or its node is lost. The reply port is made for this call.
///
/// Corresponds to Perl's `cal`.
@_disfavoredOverload @discardableResult
public func cal(
  _ port: some PortConvertible, _ message: (any MessageConvertible)?..., timeout: Double? = nil,
  _ callback: @escaping (_ reply: Message) throws -> Void
) -> PortID {
  Node.current.call(
    port.portID, message: Message(Value.list(message)), timeout: timeout, callback)
}

/// Sends a message with a reply port added at its end, and calls back once, with or without a reply.
@discardableResult
public func cal(
  _ port: some PortConvertible, _ message: (any MessageConvertible)?..., timeout: Double? = nil,
  _ callback: @escaping () throws -> Void
) -> PortID {
  Node.current.call(port.portID, message: Message(Value.list(message)), timeout: timeout) {
    _ in
    try callback()
  }
}

/// Sends a message with a reply port added at its end, and calls back with the first value of the reply.
///
/// Without a reply an optional type is nil; any other type is then an error.
@discardableResult
public func cal<A: MessageConvertible>(
  _ port: some PortConvertible, _ message: (any MessageConvertible)?..., timeout: Double? = nil,
  _ callback: @escaping (A) throws -> Void
) -> PortID {
  Node.current.call(port.portID, message: Message(Value.list(message)), timeout: timeout) {
    reply in
    try callback(reply.argument(0))
  }
}

/// Sends a message with a reply port added at its end, and calls back with the values of the reply.
@discardableResult
public func cal<A: MessageConvertible, B: MessageConvertible, each More: MessageConvertible>(
  _ port: some PortConvertible, _ message: (any MessageConvertible)?..., timeout: Double? = nil,
  _ callback: @escaping (A, B, repeat each More) throws -> Void
) -> PortID {
  Node.current.call(port.portID, message: Message(Value.list(message)), timeout: timeout) {
    reply in
    var index = 1
    func next<T: MessageConvertible>(_ type: T.Type) throws -> T {
      index += 1
      return try reply.argument(index, as: type)
    }
    try callback(reply.argument(0), reply.argument(1), repeat next((each More).self))
  }
}

/// Calls `callback` once, after `seconds`, as part of the port that is running now.
///
/// It cannot be cancelled.
///
/// Corresponds to Perl's `after $seconds, sub { … }`.
public func after(_ seconds: Double, _ callback: @escaping () throws -> Void) {
  Node.current.after(seconds, callback)
}

/// Sends a message once, after `seconds`.
///
/// Corresponds to Perl's `after $seconds, $port, @msg`.
public func after(
  _ seconds: Double, _ port: some PortConvertible, _ message: (any MessageConvertible)?...
) {
  let port = port.portID
  let message = Message(Value.list(message))
  Node.current.after(seconds) { port.send(message) }
}
