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
