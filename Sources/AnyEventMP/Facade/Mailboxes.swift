// Coro::MP's names: ports whose work is done by tasks, which take messages out of a mailbox and wait in the middle.

/// Makes a port and starts a task for it, which takes the port's messages by `get`.
///
/// When the task returns, the port ends normally; an error kills the port with the reason `die` and its text. When
/// the port is killed, the task is cancelled. `SELF` is the port throughout. The task begins when the loop comes to
/// it, and runs on the loop's thread.
///
/// Corresponds to Coro::MP's `port_async { … }`.
@discardableResult
public func port_async(
  limit: MailboxLimit = MailboxLimit(), _ body: @escaping () async throws -> Void
) -> PortID {
  Node.current.asyncPort(limit: limit) { _ in try await body() }
}

/// Makes a port and starts a task for it, which gets the port's mailbox.
@_disfavoredOverload @discardableResult
public func port_async(
  limit: MailboxLimit = MailboxLimit(), _ body: @escaping (_ mailbox: Mailbox) async throws -> Void
) -> PortID {
  Node.current.asyncPort(limit: limit, body)
}

/// Starts a task that takes the messages of a port that is there, as in a spawned function: `port_async(SELF) { … }`.
///
/// The port ends with the task. Callbacks with tags that the port has stay as they are.
public func port_async(
  _ port: PortID, limit: MailboxLimit = MailboxLimit(), _ body: @escaping () async throws -> Void
) {
  Node.current.asyncPort(port, limit: limit) { _ in try await body() }
}

/// Starts a task that gets the mailbox of a port that is there.
@_disfavoredOverload
public func port_async(
  _ port: PortID, limit: MailboxLimit = MailboxLimit(),
  _ body: @escaping (_ mailbox: Mailbox) async throws -> Void
) {
  Node.current.asyncPort(port, limit: limit, body)
}

/// A closure that starts a task as part of the port that is running now.
///
/// An error kills the port, whose death cancels the task. Outside of a port an error is logged.
///
/// Corresponds to Coro::MP's `psub_async { … }`.
public func psub_async(_ body: @escaping () async throws -> Void) -> () -> Void {
  let context = Node.current.runningContext
  return { context.start(body) }
}

/// A closure with one argument that starts a task as part of the port that is running now.
public func psub_async<A>(_ body: @escaping (A) async throws -> Void) -> (A) -> Void {
  let context = Node.current.runningContext
  return { a in context.start { try await body(a) } }
}

/// A closure with several arguments that starts a task as part of the port that is running now.
public func psub_async<A, B, each More>(
  _ body: @escaping (A, B, repeat each More) async throws -> Void
) -> (A, B, repeat each More) -> Void {
  let context = Node.current.runningContext
  return { (a: A, b: B, more: repeat each More) in
    context.start { try await body(a, b, repeat each more) }
  }
}

/// Starts a task as part of a port of this node: an error kills the port, whose death cancels the task.
///
/// For a dead port nothing is started; a port of another node stops the program.
///
/// Corresponds to Coro::MP's `peval_async $port, { … }`.
public func peval_async(_ port: PortID, _ body: @escaping () async throws -> Void) {
  Node.current.context(of: port)?.start(body)
}

// `rcv_async` in the forms of `rcv`: each message starts a task of its callback.

/// Starts a task for each message with one of several tags: `rcv_async(p, on("a") { … }, on("b") { … })`.
///
/// In the list of an `rcv` only callbacks that await are tasks; here all are.
/// Corresponds to Coro::MP's `rcv_async $port, a => sub { … }, b => sub { … }`.
@discardableResult
public func rcv_async(_ port: PortID, _ receivers: Receiver...) -> PortID {
  port.receiveAsync(receivers)
}

/// Starts a task for each message without a callback for its tag; it gets the whole message.
///
/// Corresponds to Coro::MP's `rcv_async $port, sub { … }`.
@_disfavoredOverload @discardableResult
public func rcv_async(
  _ port: PortID, _ callback: @escaping (Message) async throws -> Void
) -> PortID {
  port.receiveAsync(callback)
}

/// Starts a task for each message without a callback for its tag.
@discardableResult
public func rcv_async(_ port: PortID, _ callback: @escaping () async throws -> Void) -> PortID {
  port.receiveAsync(callback)
}

/// Starts a task for each message with a tag, without arguments.
@discardableResult
public func rcv_async(
  _ port: PortID, _ tag: some MessageTag, _ callback: @escaping () async throws -> Void
) -> PortID {
  port.receiveAsync(tag, callback)
}

/// Starts a task for each message with a tag, which gets the values behind the tag.
///
/// Corresponds to Coro::MP's `rcv_async $port, tag => sub { … @_ … }`.
@_disfavoredOverload @discardableResult
public func rcv_async(
  _ port: PortID, _ tag: some MessageTag, _ callback: @escaping (Message) async throws -> Void
) -> PortID {
  port.receiveAsync(tag, callback)
}

/// Starts a task for each message with a tag, with one argument.
@discardableResult
public func rcv_async<A: MessageConvertible>(
  _ port: PortID, _ tag: some MessageTag, _ callback: @escaping (A) async throws -> Void
) -> PortID {
  port.receiveAsync(tag, callback)
}

/// Starts a task for each message with a tag, with two arguments.
@discardableResult
public func rcv_async<A: MessageConvertible, B: MessageConvertible>(
  _ port: PortID, _ tag: some MessageTag, _ callback: @escaping (A, B) async throws -> Void
) -> PortID {
  port.receiveAsync(tag, callback)
}

/// Starts a task for each message with a tag, with three arguments.
@discardableResult
public func rcv_async<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
  _ port: PortID, _ tag: some MessageTag, _ callback: @escaping (A, B, C) async throws -> Void
) -> PortID {
  port.receiveAsync(tag, callback)
}

/// Starts a task for each message with a tag, with four or more arguments.
@discardableResult
public func rcv_async<
  A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible,
  each More: MessageConvertible
>(
  _ port: PortID, _ tag: some MessageTag,
  _ callback: @escaping (A, B, C, D, repeat each More) async throws -> Void
) -> PortID {
  port.receiveAsync(tag, callback)
}
