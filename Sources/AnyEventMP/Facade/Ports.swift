/// The id of this process's node; empty before `configure`.
///
/// Corresponds to Perl's `NODE` and `$NODE`.
public var NODE: String { Node.current.id }

/// The port whose callback is running, or that the running task works for; outside of both the node itself.
///
/// Corresponds to Perl's `$SELF`.
public var SELF: PortID { Node.current.runningPort }

/// Makes a port, whose callbacks `rcv` sets.
///
/// Corresponds to Perl's `port`.
///
/// The port lives until it is killed. A message without a callback kills it.
public func port() -> PortID {
  Node.current.port()
}

/// Makes a port that calls `callback` with every message.
///
/// Corresponds to Perl's `port { … }`.
@_disfavoredOverload
public func port(_ callback: @escaping (Message) throws -> Void) -> PortID {
  Node.current.port(callback)
}

/// Makes a port that calls `callback` for every message.
///
/// Corresponds to Perl's `port { … }`.
public func port(_ callback: @escaping () throws -> Void) -> PortID {
  Node.current.port(callback)
}

/// The node id in a port id: the part before the first `#`.
///
/// Corresponds to Perl's `node_of`.
public func node_of(_ port: some PortConvertible) -> String {
  port.portID.node
}

/// Whether a port id belongs to this node; the port may be dead.
///
/// Corresponds to Perl's `port_is_local`.
public func port_is_local(_ port: some PortConvertible) -> Bool {
  Node.current.isLocal(port.portID)
}

/// Kills a port, here or on another node; its monitors get the reason.
///
/// No reason means a normal end. It takes effect from the event loop.
///
/// Corresponds to Perl's `kil`.
@_disfavoredOverload
public func kil(_ port: some PortConvertible, _ reason: (any MessageConvertible)?...) {
  port.portID.kill(Message(Value.list(reason)))
}

/// Kills a port without a reason, or with one of a single value.
///
/// The reason is built on the stack, like the messages of `snd`.
@inlinable
public func kil<P: PortConvertible, A: MessageConvertible>(_ port: P, _ reason: A) {
  port.portID.kill(reason)
}

/// An error to throw in a callback; it kills the port with reason `die` and this text.
///
/// Corresponds to Perl's `die "text"`.
public struct die: Error, CustomStringConvertible {
  /// The text.
  public let description: String

  /// An error with this text.
  public init(_ text: String) {
    description = text
  }
}

// `psub` is for callbacks of timers and other watchers: an error kills the port that made the
// callback. The closure returns nothing, so that it fits wherever a callback is taken.

/// A closure that runs `body` as part of the port that is running now.
///
/// An error kills the port, with reason `die`; outside of a port it is logged.
///
/// Corresponds to Perl's `psub { … }`.
public func psub(_ body: @escaping () throws -> Void) -> () -> Void {
  let context = Node.current.runningContext
  return { context.run(body) }
}

/// A closure with one argument that runs `body` as part of the port that is running now.
public func psub<A>(_ body: @escaping (A) throws -> Void) -> (A) -> Void {
  let context = Node.current.runningContext
  return { a in context.run { try body(a) } }
}

/// A closure with several arguments that runs `body` as part of the port that is running now.
public func psub<A, B, each More>(
  _ body: @escaping (A, B, repeat each More) throws -> Void
) -> (A, B, repeat each More) -> Void {
  let context = Node.current.runningContext
  return { (a: A, b: B, more: repeat each More) in
    context.run { try body(a, b, repeat each more) }
  }
}

/// A closure that runs `body` as part of the port that is running now, and returns its value.
///
/// An error kills the port; the closure then returns nil.
@_disfavoredOverload
public func psub<each A, R>(
  _ body: @escaping (repeat each A) throws -> R
) -> (repeat each A) -> R? {
  let context = Node.current.runningContext
  return { (arguments: repeat each A) in
    context.value { try body(repeat each arguments) }
  }
}

/// Runs `body` as part of a port of this node, and returns its value: an error kills the port, and nil is returned.
///
/// For a dead port `body` is not run, and nil is returned; for a port of another node the program is stopped.
///
/// Corresponds to Perl's `peval $port, sub { … }`.
@discardableResult
public func peval<R>(_ port: PortID, _ body: () throws -> R) -> R? {
  Node.current.context(of: port)?.value(body)
}
