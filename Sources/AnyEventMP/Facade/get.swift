// `get` and `get_cond` take from the mailbox of SELF, as Coro::MP's do. A port that has no mailbox yet gets one. Where a
// time-out is given, the result is nil when the time (s) is over; Perl's empty list.

/// Takes the oldest message with a tag for SELF and returns what is behind the tag; waits until there is one.
///
/// Other messages wait on, in their order. Corresponds to Coro::MP's `get $tag`.
/// - Throws: `CancellationError` when the task is cancelled, as by the port's death; ``MailboxError`` where SELF has no
///   mailbox.
public func get(_ tag: some MessageTag) async throws -> Message {
  try await Node.current.mailboxOfRunningPort().get(tag)
}

/// Takes the oldest message with a tag for SELF; nil when none comes within that time (s).
///
/// Corresponds to Coro::MP's `get $tag, $timeout`.
/// - Throws: As ``get(_:)``.
public func get(_ tag: some MessageTag, timeout: Double) async throws -> Message? {
  try await Node.current.mailboxOfRunningPort().get(tag, timeout: timeout)
}

/// Takes the oldest message with one of several tags for SELF and returns it whole, with the tag in front.
///
/// - Throws: As ``get(_:)``.
public func get(
  _ tag: some MessageTag, _ other: some MessageTag, _ more: any MessageTag...
) async throws -> Message {
  try await Node.current.mailboxOfRunningPort().get(oneOf: [tag, other] + more)
}

/// Takes the oldest message with one of several tags for SELF; nil when none comes within that time (s).
///
/// - Throws: As ``get(_:)``.
public func get(
  _ tag: some MessageTag, _ other: some MessageTag, _ more: any MessageTag..., timeout: Double
) async throws -> Message? {
  try await Node.current.mailboxOfRunningPort().get(oneOf: [tag, other] + more, timeout: timeout)
}

/// Takes the oldest message with a tag for SELF and returns the values behind it as these types: one value, or a tuple.
///
/// - Throws: An error when a value does not fit, and as ``get(_:)``.
public func get<each A: MessageConvertible>(
  _ tag: some MessageTag, as types: repeat (each A).Type
) async throws -> (repeat each A) {
  try await Node.current.mailboxOfRunningPort().get(tag, as: repeat each types)
}

/// Takes the oldest message with a tag for SELF as these types; nil when none comes within that time (s).
///
/// - Throws: An error when a value does not fit, and as ``get(_:)``.
public func get<each A: MessageConvertible>(
  _ tag: some MessageTag, as types: repeat (each A).Type, timeout: Double
) async throws -> (repeat each A)? {
  try await Node.current.mailboxOfRunningPort().get(tag, as: repeat each types, timeout: timeout)
}

/// Takes the oldest message of all for SELF and returns it whole; waits until there is one.
///
/// - Throws: As ``get(_:)``.
public func get() async throws -> Message {
  try await Node.current.mailboxOfRunningPort().get()
}

/// Takes the oldest message for SELF for which a condition is true and returns it whole; waits until one comes.
///
/// Corresponds to Coro::MP's `get_cond { … }`.
/// - Throws: The error of the condition, and as ``get(_:)``.
public func get_cond(_ condition: @escaping (Message) throws -> Bool) async throws -> Message {
  try await Node.current.mailboxOfRunningPort(for: "get_cond").get(where: condition)
}

/// Takes the oldest message for SELF for which a condition is true; nil when none comes within that time (s).
///
/// Corresponds to Coro::MP's `get_cond { … } $timeout`.
/// - Throws: The error of the condition, and as ``get(_:)``.
public func get_cond(
  timeout: Double, _ condition: @escaping (Message) throws -> Bool
) async throws -> Message? {
  try await Node.current.mailboxOfRunningPort(for: "get_cond").get(
    timeout: timeout, where: condition)
}

/// Takes the oldest message for SELF for which the condition gives a closure, and calls that with the message.
///
/// So the condition says both which message it is and what is done with it, which may wait. Corresponds to Coro::MP's
/// `get_cond` with a condition that returns a code reference.
/// - Throws: The errors of the two, and as ``get(_:)``.
@_disfavoredOverload @discardableResult
public func get_cond<Result>(
  _ condition: @escaping (Message) throws -> ((Message) async throws -> Result)?
) async throws -> Result? {
  var chosen: ((Message) async throws -> Result)?
  let message = try await get_cond { message in
    chosen = try condition(message)
    return chosen != nil
  }
  return try await chosen?(message)
}

/// Sends a message with a reply port added at its end, and waits for the reply, which it returns.
///
/// It is `cal` under the name that the programs of Coro::MP have for a call that waits.
/// - Throws: The errors of ``Node/call(_:_:timeout:)``: ``CallError``, and errors for the end of task, node and loop.
public func syncall(
  _ port: some PortConvertible, _ message: (any MessageConvertible)?..., timeout: Double? = nil
) async throws -> Message {
  try await Node.current.call(
    port.portID, message: Message(Value.list(message)), timeout: timeout)
}
