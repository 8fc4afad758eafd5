// Functions that others may call by name, in the forms of `on`.

/// Registers a function without arguments by the name that `spawn`, other nodes and the configured
/// services call it by.
///
/// Names are those that Perl would use, `My::init`; `::name` is `main::name`. Inside, `SELF` is the
/// spawned port, or the node when the function is only called.
///
/// Corresponds to Perl's `sub My::init { … }`; what is not registered cannot be called from outside.
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
/// Arguments are converted as Perl would; one that does not fit is an error of the call.
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
/// The port's id is returned at once and can be sent to and monitored; the function never runs before
/// that. The function has to call `rcv` for the port, `SELF`: when it returns without, or when there is no
/// such function, there is no port, and monitors fire with `no_such_port`.
///
/// Corresponds to Perl's `spawn`; see `sub`.
///
/// - Parameters:
///   - node: a node, or a port on it.
///   - function: the name that the function is registered by there.
///   - arguments: what it is called with.
/// - Returns: The port's id.
@discardableResult
public func spawn(
  _ node: some PortConvertible, _ function: String, _ arguments: any MessageConvertible...
) -> PortID {
  Node.current.spawn(on: node.portID.node, function, arguments.map(\.messageValue))
}

/// Calls a function on a node by its name; what goes wrong there is only logged there.
///
/// Corresponds to Perl's `snd_to_func`.
public func snd_to_func(
  _ node: some PortConvertible, _ function: String, _ arguments: any MessageConvertible...
) {
  Node.current.send(arguments.map(\.messageValue), toFunction: function, on: node.portID.node)
}

/// Lets a node send a message, to a port of its own or another.
///
/// Corresponds to Perl's `snd_on`.
public func snd_on(
  _ node: some PortConvertible, _ port: some PortConvertible,
  _ message: any MessageConvertible...
) {
  Node.current.request(
    node.portID.node,
    [.string("snd"), .string(port.portID.id)] + message.map(\.messageValue))
}

/// Lets a node evaluate a Perl expression; the answer is these values, an error text that is empty when
/// there is none, and the results.
///
/// A node of this library evaluates nothing and answers with an error, but for what the tool `aemp`
/// sends: `$$` and `AnyEvent::MP::Kernel::up_nodes`.
///
/// Corresponds to Perl's `eval_on`.
public func eval_on(
  _ node: some PortConvertible, _ code: String, _ reply: any MessageConvertible...
) {
  Node.current.request(
    node.portID.node, [.string("eval"), .string(code)] + reply.map(\.messageValue))
}

extension Node {
  /// Sends a request to the port of a node that is named by its id.
  fileprivate func request(_ node: String, _ values: [Value]) {
    loop.preconditionOnLoop()
    peers.request(node, values)
  }
}

// `cal` by what its callback takes of the reply: all of it, or so many typed values.

/// Sends a message with a reply port added at its end, and calls back with the reply.
///
/// With a time-out (s) the callback gets an empty message when it is over; without one, when the port
/// that was asked is killed or its node lost. The reply port is made for this call.
///
/// Corresponds to Perl's `cal`.
@_disfavoredOverload @discardableResult
public func cal(
  _ port: some PortConvertible, _ message: any MessageConvertible..., timeout: Double? = nil,
  _ callback: @escaping (_ reply: Message) throws -> Void
) -> PortID {
  Node.current.call(port.portID, message.map(\.messageValue), timeout: timeout, callback)
}

/// Sends a message with a reply port added at its end, and calls back when the reply is there, or
/// when there will be none.
@discardableResult
public func cal(
  _ port: some PortConvertible, _ message: any MessageConvertible..., timeout: Double? = nil,
  _ callback: @escaping () throws -> Void
) -> PortID {
  Node.current.call(port.portID, message.map(\.messageValue), timeout: timeout) { _ in
    try callback()
  }
}

/// Sends a message with a reply port added at its end, and calls back with the first value of the
/// reply.
///
/// An optional type is nil when there is no reply; with another type that is an error.
@discardableResult
public func cal<A: MessageConvertible>(
  _ port: some PortConvertible, _ message: any MessageConvertible..., timeout: Double? = nil,
  _ callback: @escaping (A) throws -> Void
) -> PortID {
  Node.current.call(port.portID, message.map(\.messageValue), timeout: timeout) { reply in
    try reply.values.withUnsafeBufferPointer { try callback(argument($0, 0, as: A.self)) }
  }
}

/// Sends a message with a reply port added at its end, and calls back with the values of the reply.
@discardableResult
public func cal<A: MessageConvertible, B: MessageConvertible, each More: MessageConvertible>(
  _ port: some PortConvertible, _ message: any MessageConvertible..., timeout: Double? = nil,
  _ callback: @escaping (A, B, repeat each More) throws -> Void
) -> PortID {
  Node.current.call(port.portID, message.map(\.messageValue), timeout: timeout) { reply in
    try reply.values.withUnsafeBufferPointer { values in
      var index = 1
      func next<T: MessageConvertible>(_ type: T.Type) throws -> T {
        index += 1
        return try argument(values, index, as: type)
      }
      try callback(
        argument(values, 0, as: A.self), argument(values, 1, as: B.self),
        repeat next((each More).self))
    }
  }
}

/// Calls `callback` once, after so many seconds, in the context of the port that is running now.
///
/// It cannot be cancelled.
///
/// Corresponds to Perl's `after $seconds, sub { … }`.
public func after(_ seconds: Double, _ callback: @escaping () throws -> Void) {
  Node.current.after(seconds, callback)
}

/// Sends a message once, after so many seconds.
///
/// Corresponds to Perl's `after $seconds, $port, @msg`.
public func after(
  _ seconds: Double, _ port: some PortConvertible, _ message: any MessageConvertible...
) {
  let port = port.portID
  let message = Message(message.map(\.messageValue))
  Node.current.after(seconds) { port.send(message) }
}
