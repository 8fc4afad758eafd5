internal import AEValue
import AnyEvent

/// The tasks that work for a port, and its mailbox; they end with the port.
final class PortTasks: PortResident, @unchecked Sendable {
  // Sendable: only the loop's thread uses it.

  let port: LocalPort
  private let loop: Loop
  private let reference: Reference<Kernel>
  private let context: PortTask
  private var running: [UInt64: Running] = [:]
  private var lastSerial: UInt64 = 0
  private(set) var mailbox: Mailbox?
  /// Whether messages come into the mailbox: until a callback takes its place.
  private var isMailboxFed = false
  var limit = MailboxLimit()
  /// About how many bytes of memory the messages take for which tasks run.
  private(set) var heldBytes = 0

  private struct Running {
    let task: Task<Void, any Error>
    let bytes: Int
  }

  private init(of port: LocalPort, _ kernel: Kernel) {
    self.port = port
    loop = kernel.loop
    reference = kernel.reference
    context = PortTask(kernel, port)
  }

  /// The tasks of a living port of the node; the object is made when it is first asked for.
  static func of(_ port: LocalPort, _ node: Node) -> PortTasks {
    if let tasks = port.resident as? PortTasks { return tasks }
    node.noteTasks()
    let tasks = PortTasks(of: port, node.kernel)
    port.resident = tasks
    return tasks
  }

  private var isOpen: Bool { loop.isOpen }

  /// How many tasks there are.
  var count: Int { running.count }

  /// Has messages without a callback of their own wait in a mailbox.
  @discardableResult
  func openMailbox(_ limit: MailboxLimit? = nil) throws(MailboxError) -> Mailbox {
    if let limit { self.limit = limit }
    if let mailbox, isMailboxFed { return mailbox }
    guard port.fallback == nil else { throw .noMailbox(PortID(port)) }
    let mailbox = mailbox ?? Mailbox(of: self, on: loop)
    self.mailbox = mailbox
    port.hasReceived = true
    port.fallback = Handler { [mailbox] in mailbox.deliver($0) }
    isMailboxFed = true
    return mailbox
  }

  /// The mailbox to take from: also one into which nothing comes any more, as long as messages wait in it.
  func mailboxWithMessages() throws(MailboxError) -> Mailbox {
    if let mailbox, mailbox.count > 0 { return mailbox }
    return try openMailbox()
  }

  func fallbackWasSet() {
    guard isMailboxFed else { return }
    isMailboxFed = false
    mailbox?.endWaits(.noMailbox(PortID(port)))
  }

  /// Starts a task as part of the port: its error kills the port; at its end the port ends, too, if wanted.
  ///
  /// A task that was started for a message counts like one that waits in the mailbox.
  func start(
    for message: [Value] = [], endsPort: Bool = false, _ body: @escaping () async throws -> Void
  ) {
    guard port.state == .alive, isOpen else { return }
    guard loop.takesTasks else {
      // The port was to live as long as the task.
      if endsPort { reference.object?.fail(port, CondVarError.closedLoop) }
      return
    }
    if running.count + (mailbox?.count ?? 0) >= limit.messages {
      return killForQueue("\(limit.messages) messages")
    }
    let bytes = message.withUnsafeBufferPointer { DeferredWork.bytes(of: $0) }
    if heldBytes + (mailbox?.bytes ?? 0) + bytes > limit.bytes {
      return killForQueue("\(limit.bytes) bytes")
    }
    heldBytes += bytes
    lastSerial += 1
    let serial = lastSerial
    let job = TaskBody(body)
    // A new task inherits the value. Its async form would lead the task away from the main actor.
    let task = PortTask.$current.withValue(context) {
      TaskBody { [self] in await work(job, serial, endsPort: endsPort) }.start(on: loop)
    }
    running[serial] = Running(task: task, bytes: bytes)
  }

  private func work(_ job: TaskBody, _ serial: UInt64, endsPort: Bool) async {
    do {
      // The port may have been killed before the task came to run.
      try Task.checkCancellation()
      try await job.run()
      finished(serial)
      if endsPort, isOpen { reference.object?.kill(port, []) }
    } catch {
      finished(serial)
      failed(error)
    }
  }

  private func finished(_ serial: UInt64) {
    guard isOpen else { return }
    heldBytes -= running.removeValue(forKey: serial)?.bytes ?? 0
  }

  private func failed(_ error: any Error) {
    // On a closed loop nobody is told any more, and a killed port's tasks end by their cancellation.
    guard isOpen, let kernel = reference.object else { return }
    if port.state != .alive, error is CancellationError || error is MailboxError { return }
    kernel.fail(port, error)
  }

  /// Kills the port because too much waits for it.
  func killForQueue(_ much: String) {
    let text =
      "more than \(much) wait in the mailbox of port \(Log.cut(PortID(port).id)) or are with its tasks"
    reference.object?.kill(port, [.string("too_much_queued"), .string(text)])
  }

  /// Cancels all tasks.
  func cancel() {
    let tasks = running
    running = [:]
    heldBytes = 0
    for running in tasks.values { running.task.cancel() }
  }

  func portDied() {
    cancel()
    // The mailbox holds this object.
    let closed = mailbox.take()
    closed?.close()
  }
}
