import AnyEvent

// Ports whose work is done by tasks, which wait in the middle. A task of a port begins when the loop comes to it,
// never inside of the call that starts it; in it `SELF` is the port, and an error of the task kills the port with
// reason `die`.

extension Node {
  /// Makes a port and starts a task for it, which gets the port's mailbox.
  ///
  /// When the body returns, the port ends normally; an error kills the port with the reason `die` and its text. When
  /// the port is killed, the task is cancelled. The task runs on the loop's thread.
  ///
  /// Corresponds to Coro::MP's `port_async { … }`.
  ///
  /// - Parameters:
  ///   - limit: how much may wait in the mailbox.
  ///   - body: the task.
  /// - Returns: The port.
  @discardableResult
  public func asyncPort(
    limit: MailboxLimit = MailboxLimit(),
    _ body: @escaping (_ mailbox: Mailbox) async throws -> Void
  ) -> PortID {
    let port = port()
    asyncPort(port, limit: limit, body)
    return port
  }

  /// Starts a task for a living port of this node, which gets its mailbox and ends the port by its own end.
  ///
  /// The port must have no callback for all messages; those with tags stay as they are. For a port that is dead the task
  /// is not started, with a line in the log; a port of another node stops the program.
  public func asyncPort(
    _ port: PortID, limit: MailboxLimit = MailboxLimit(),
    _ body: @escaping (_ mailbox: Mailbox) async throws -> Void
  ) {
    guard let tasks = tasks(of: port, for: "port_async") else { return }
    do {
      let mailbox = try tasks.openMailbox(limit)
      tasks.start(endsPort: true) { try await body(mailbox) }
    } catch {
      kernel.fail(tasks.port, error)
    }
  }

  /// The mailbox of a living port of this node, which has one from now on.
  ///
  /// From then on messages without a callback of their own wait in it, where they would have killed the port.
  ///
  /// - Throws: A ``MailboxError`` when the port has a callback for all messages, or was killed.
  public func mailbox(of port: PortID, limit: MailboxLimit? = nil) throws -> Mailbox {
    guard let tasks = tasks(of: port, for: "a mailbox") else { throw MailboxError.killed(port) }
    return try tasks.openMailbox(limit)
  }

  /// The mailbox of the port that the running task or callback works for.
  ///
  /// - Throws: A ``MailboxError`` where there is no such port, or it has a callback for all messages and none waits from
  ///   before, or was killed; in a cancelled task a `CancellationError`.
  public func mailboxOfRunningPort(for function: String = "get") throws -> Mailbox {
    loop.preconditionOnLoop()
    guard let local = kernel.acting else { throw MailboxError.noPort(function) }
    guard local.state != .dead else {
      try Task.checkCancellation()
      throw MailboxError.killed(PortID(local))
    }
    return try PortTasks.of(local, self).mailboxWithMessages()
  }

  /// The number of tasks that work for a port of this node; 0 for a port that is dead.
  public func taskCount(of port: PortID) -> Int {
    loop.preconditionOnLoop()
    guard case .local(let local) = kernel.resolve(port.ref) else { return 0 }
    return (local.resident as? PortTasks)?.count ?? 0
  }

  func tasks(of port: PortID, for purpose: String) -> PortTasks? {
    loop.preconditionOnLoop()
    return kernel.localPort(port, for: purpose).map { PortTasks.of($0, self) }
  }
}

extension PortContext {
  /// Starts a task as part of the port: its error kills the port, whose death cancels the task.
  ///
  /// Nothing is started for a port that was killed. Without a port an error is logged. Corresponds to Coro::MP's
  /// `peval_async`.
  public func start(_ body: @escaping () async throws -> Void) {
    guard isAlive, let kernel = kernel.object else { return }
    let node = Node.node(of: kernel)
    if let port { return PortTasks.of(port, node).start(body) }
    // The new task is no part of the port whose task may have made the closure.
    PortTask.$current.withValue(nil) {
      let body = TaskBody { do { try await body() } catch { failed(error) } }
      _ = node.task { try await body.run() }
    }
  }

  private func failed(_ error: any Error) {
    kernel.object?.logMistake(Log.cut("error in a task: \(error)"))
  }
}
