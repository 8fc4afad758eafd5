// A tag and its callback, so that one `rcv` can set several; one `on` for each number of
// arguments. A callback that awaits starts a task for each message, also in the list of an `rcv`.

/// A callback for messages with this tag and no argument of interest.
@inlinable
public func on(_ tag: some MessageTag, _ callback: @escaping () throws -> Void) -> Receiver {
  Receiver(tag, callback)
}

/// A callback for messages with this tag, which gets the values behind the tag.
@_disfavoredOverload @inlinable
public func on(
  _ tag: some MessageTag, _ callback: @escaping (Message) throws -> Void
) -> Receiver {
  Receiver(tag, callback)
}

/// A callback for messages with this tag and one argument.
///
/// Arguments are converted as Perl would; one that cannot be converted kills the port.
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

/// A callback for messages with this tag and no argument of interest, which starts a task.
public func on(_ tag: some MessageTag, _ callback: @escaping () async throws -> Void) -> Receiver {
  Receiver(tag, callback)
}

/// A callback for messages with this tag, which starts a task with the values behind the tag.
@_disfavoredOverload public func on(
  _ tag: some MessageTag, _ callback: @escaping (Message) async throws -> Void
) -> Receiver {
  Receiver(tag, callback)
}

/// A callback for messages with this tag and one argument, which starts a task.
///
/// Arguments are converted as Perl would, before the task is started.
public func on<A: MessageConvertible>(
  _ tag: some MessageTag, _ callback: @escaping (A) async throws -> Void
) -> Receiver {
  Receiver(tag, callback)
}

/// A callback for messages with this tag and two arguments, which starts a task.
public func on<A: MessageConvertible, B: MessageConvertible>(
  _ tag: some MessageTag, _ callback: @escaping (A, B) async throws -> Void
) -> Receiver {
  Receiver(tag, callback)
}

/// A callback for messages with this tag and three arguments, which starts a task.
public func on<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
  _ tag: some MessageTag, _ callback: @escaping (A, B, C) async throws -> Void
) -> Receiver {
  Receiver(tag, callback)
}

/// A callback for messages with this tag and four or more arguments, which starts a task.
public func on<
  A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible,
  each More: MessageConvertible
>(
  _ tag: some MessageTag, _ callback: @escaping (A, B, C, D, repeat each More) async throws -> Void
) -> Receiver {
  Receiver(tag, callback)
}
