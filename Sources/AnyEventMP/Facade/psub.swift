// `psub` for callbacks of timers and other watchers: what they throw kills the port that made them.
// The result returns nothing, so that it fits wherever a callback is taken.

/// A closure that runs `body` as part of the port that is running now.
///
/// What it throws kills the port, with reason `die`; outside of a port it is logged.
///
/// Corresponds to Perl's `psub { … }`.
public func psub(_ body: @escaping () throws -> Void) -> () -> Void {
  let context = PortContext(of: Node.current.kernel)
  return { context.run(body) }
}

/// A closure with one argument that runs `body` as part of the port that is running now.
public func psub<A>(_ body: @escaping (A) throws -> Void) -> (A) -> Void {
  let context = PortContext(of: Node.current.kernel)
  return { a in context.run { try body(a) } }
}

/// A closure with several arguments that runs `body` as part of the port that is running now.
public func psub<A, B, each More>(
  _ body: @escaping (A, B, repeat each More) throws -> Void
) -> (A, B, repeat each More) -> Void {
  let context = PortContext(of: Node.current.kernel)
  return { (a: A, b: B, more: repeat each More) in
    context.run { try body(a, b, repeat each more) }
  }
}

/// A closure that runs `body` as part of the port that is running now, and returns its value.
///
/// What it throws kills the port; the closure then returns nil.
@_disfavoredOverload
public func psub<each A, R>(
  _ body: @escaping (repeat each A) throws -> R
) -> (repeat each A) -> R? {
  let context = PortContext(of: Node.current.kernel)
  return { (arguments: repeat each A) in
    context.value { try body(repeat each arguments) }
  }
}

/// Runs `body` as part of a port of this node: what it throws kills the port.
///
/// For a port that is gone, `body` is not run; for one of another node, the program is stopped.
///
/// Corresponds to Perl's `peval $port, sub { … }`.
public func peval(_ port: PortID, _ body: () throws -> Void) {
  PortContext(of: Node.current.kernel, port)?.run(body)
}

/// Runs `body` as part of a port of this node, and returns its value; nil when it throws.
@_disfavoredOverload @discardableResult
public func peval<R>(_ port: PortID, _ body: () throws -> R) -> R? {
  PortContext(of: Node.current.kernel, port)?.value(body)
}
