public import AnyEvent

// The forms of Perl's functions that are awaited: tasks of the main actor, or of a loop, wait in the middle of the code.

/// Sends a message with a reply port added at its end, and returns the reply.
///
/// With a time-out (s) it throws when the time is over or the asked node is lost; without one, when the asked port is
/// killed or its node is lost. Corresponds to Perl's `cal` with `Coro::rouse_cb`.
/// - Throws: The errors of ``Node/call(_:_:timeout:)``: ``CallError``, and errors for the end of task, node and loop.
public func cal(
  _ port: some PortConvertible, _ message: (any MessageConvertible)?..., timeout: Double? = nil
) async throws -> Message {
  try await Node.current.call(
    port.portID, message: Message(Value.list(message)), timeout: timeout)
}

/// Sends a message with a reply port added at its end, and returns the first value of the reply.
///
///     let sum: Int = try await cal(adder, "add", 1, 2, timeout: 5)
/// - Throws: The errors of the other form, and an error that says which value has another type.
public func cal<A: MessageConvertible>(
  _ port: some PortConvertible, _ message: (any MessageConvertible)?..., timeout: Double? = nil
) async throws -> A {
  let reply = try await Node.current.call(
    port.portID, message: Message(Value.list(message)), timeout: timeout)
  return try reply.argument(0)
}

/// Waits for the end of a port and returns the reason, which is empty for a normal end.
///
/// Cancelling the task takes the monitor back. Without `await`, `mon(port, SELF)` has the running port die with the
/// other. Corresponds to Perl's `mon $port, Coro::rouse_cb`.
/// - Throws: ``NodeClosedError`` when this node is closed; `CancellationError` when the task is cancelled.
public func mon(_ port: some PortConvertible) async throws -> Message {
  try await Node.current.monitor(port.portID)
}

/// The contents of a family of the global database.
///
/// Corresponds to Perl's `db_family` with `Coro::rouse_cb`.
/// - Throws: ``NodeClosedError`` when this node is closed; `CancellationError` when the task is cancelled.
public func db_family(_ family: String) async throws -> TextDictionary<Value> {
  try await Node.current.database[family].contents()
}

/// The keys of a family of the global database, in no order.
///
/// Corresponds to Perl's `db_keys` with `Coro::rouse_cb`.
/// - Throws: ``NodeClosedError`` when this node is closed; `CancellationError` when the task is cancelled.
public func db_keys(_ family: String) async throws -> [String] {
  try await Node.current.database[family].keys()
}

/// The values of a family of the global database, in no order.
///
/// Corresponds to Perl's `db_values` with `Coro::rouse_cb`.
/// - Throws: ``NodeClosedError`` when this node is closed; `CancellationError` when the task is cancelled.
public func db_values(_ family: String) async throws -> [Value] {
  try await Node.current.database[family].values()
}

/// The changes of a family of the global database: first its contents, then whenever it changes.
///
///     for await change in db_changes("eg_receivers") { print(change.added, change.deleted) }
///
/// Changes that are not taken meanwhile are merged by key. Corresponds to Perl's `db_mon`.
public func db_changes(_ family: String) -> FamilyChanges {
  Node.current.database[family].changes
}

/// The nodes that are connected or lost from now on: `for await (node, isUp) in node_changes()`.
///
/// Changes that are not taken meanwhile are merged by node. Corresponds to Perl's `mon_nodes`.
public func node_changes() -> NodeChanges { Node.current.nodeChanges }
