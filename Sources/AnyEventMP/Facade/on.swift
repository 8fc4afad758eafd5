// A tag and its callback, for giving several to `rcv` at once, by the number of arguments.

/// A callback for messages with this tag and no argument of interest.
@inlinable
public func on(_ tag: some MessageTag, _ callback: @escaping () throws -> Void) -> Receiver {
  Receiver(tag, callback)
}

/// A callback for messages with this tag, which gets everything behind the tag.
@_disfavoredOverload @inlinable
public func on(
  _ tag: some MessageTag, _ callback: @escaping (Message) throws -> Void
) -> Receiver {
  Receiver(tag, callback)
}

/// A callback for messages with this tag and one argument.
///
/// Arguments are converted as Perl would; one that does not fit kills the port.
@inlinable
public func on<A: MessageConvertible>(
  _ tag: some MessageTag, _ callback: @escaping (A) throws -> Void
) -> Receiver {
  Receiver(tag, callback)
}

/// A callback for messages with this tag and two arguments.
@inlinable
public func on<A: MessageConvertible, B: MessageConvertible>(
  _ tag: some MessageTag, _ callback: @escaping (A, B) throws -> Void
) -> Receiver {
  Receiver(tag, callback)
}

/// A callback for messages with this tag and three arguments.
@inlinable
public func on<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
  _ tag: some MessageTag, _ callback: @escaping (A, B, C) throws -> Void
) -> Receiver {
  Receiver(tag, callback)
}

/// A callback for messages with this tag and four or more arguments.
@inlinable
public func on<
  A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible,
  each More: MessageConvertible
>(
  _ tag: some MessageTag, _ callback: @escaping (A, B, C, D, repeat each More) throws -> Void
) -> Receiver {
  Receiver(tag, callback)
}
