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
