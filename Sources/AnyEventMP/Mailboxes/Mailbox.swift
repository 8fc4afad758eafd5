internal import AEValue
import AnyEvent

/// The messages of a port that wait until a task takes them, as in ports of Coro::MP.
///
/// Messages for which the port has no callback with their tag come into it, and stay in the order of their arrival
/// until a task asks for them by tag (``get(_:)``) or by a condition (``get(where:)``); other messages wait on.
/// Finding a message by its tag costs the same however many others wait.
///
/// Several tasks may wait in one mailbox: a message goes to the one that has waited longest among those that it is
/// for. When the port is killed, its messages are dropped, the port's own tasks are cancelled, and others that wait
/// get a ``MailboxError``. When a callback for all messages takes the place of the mailbox, as by `rcv(port) { … }`,
/// all tasks that wait get one; the messages that wait already stay, and can be taken.
///
/// The loop's thread only. Made by ``Node/asyncPort(limit:_:)`` or ``Node/mailbox(of:limit:)``.
public final class Mailbox: @unchecked Sendable {
  // Sendable: a sentence stops a call on another thread than the loop's.

  private let loop: Loop
  private let local: LocalPort
  /// The tasks of the port, which have this mailbox.
  private let tasks: PortTasks
  private var queue = MailboxQueue()
  private var waiters = MailboxWaiters()

  init(of tasks: PortTasks, on loop: Loop) {
    self.tasks = tasks
    self.loop = loop
    local = tasks.port
  }

  /// The port whose messages come into it.
  public var port: PortID { PortID(local) }

  /// How many messages wait.
  public var count: Int {
    loop.preconditionOnLoop("count of a mailbox")
    return queue.count
  }

  /// About how many bytes of memory the waiting messages take.
  public var bytes: Int {
    loop.preconditionOnLoop("bytes of a mailbox")
    return queue.bytes
  }

  /// How many tasks wait for a message.
  public var waitingTasks: Int {
    loop.preconditionOnLoop("waitingTasks of a mailbox")
    return waiters.count
  }

  /// Takes a message out, and waits for one that is not there yet.
  ///
  /// Nil when so many seconds are over; without a time it waits on.
  func take(_ wish: MailboxWish, within seconds: Double? = nil) async throws -> [Value]? {
    loop.preconditionAwaiting("get")
    try Task.checkCancellation()
    if let place = try find(wish) { return queue.take(place) }
    if local.state == .dead { throw MailboxError.killed(port) }
    // A callback for all messages may have taken its place.
    try tasks.openMailbox()
    if let seconds, !(seconds > 0) { return nil }
    do {
      return try await suspended(on: loop) { wait($0, for: wish, seconds) }
    } catch let error as MailboxError {
      // The task was cancelled by the port's death, but heard of that first.
      try Task.checkCancellation()
      throw error
    }
  }

  /// The oldest message that is meant.
  private func find(_ wish: MailboxWish) throws -> MailboxQueue.Place? {
    switch wish {
    case .tags(let tags): return tags.count == 1 ? queue.first(tags[0]) : queue.first(tags)
    case .any: return queue.first
    case .condition(let isMeant):
      var next = queue.first
      while let place = next, let message = queue.message(at: place) {
        if try isMeant(Message(message)) { return queue.message(at: place).map { _ in place } }
        next = queue.next(behind: place)
      }
      return nil
    }
  }

  private func wait(
    _ suspension: Suspension<[Value]?>, for wish: MailboxWish, _ seconds: Double?
  ) {
    let waiter = MailboxWaiter(wish, suspension)
    waiters.add(waiter)
    suspension.takeBack = { [unowned self, unowned waiter] in leave(waiter) }
    guard let seconds else { return }
    waiter.timeLimit = loop.timer(after: seconds) { [unowned self, unowned waiter] in
      // The list has the last reference to it.
      let waiter = waiter
      leave(waiter)
      waiter.suspension.resume(returning: nil)
    }
  }

  private func leave(_ waiter: MailboxWaiter) {
    waiters.remove(waiter)
    waiter.timeLimit?.cancel()
  }

  /// Takes a message that has come for the port: gives it to a task that waits for it, or keeps it.
  func deliver(_ message: UnsafeBufferPointer<Value>) {
    let values = Array(message)
    // A condition that was asked may have killed the port.
    if !waiters.isEmpty, handOver(values) || local.state == .dead { return }
    let bytes = DeferredWork.bytes(of: message)
    let limit = tasks.limit
    if queue.count + tasks.count >= limit.messages {
      return tasks.killForQueue("\(limit.messages) messages")
    }
    if queue.bytes + tasks.heldBytes + bytes > limit.bytes {
      return tasks.killForQueue("\(limit.bytes) bytes")
    }
    queue.append(values, bytes: bytes)
  }

  /// Gives a message to the task that has waited longest of those that it is for.
  private func handOver(_ message: [Value]) -> Bool {
    let tag = MailboxQueue.tag(of: message)
    // A condition may add and remove waiters.
    var last: UInt64 = 0
    while let waiter = waiters.choosing(behind: last) {
      last = waiter.serial
      if let first = waiters.first(tag), first.isBefore(waiter) { break }
      if case .condition(let isMeant) = waiter.wish {
        do {
          guard try isMeant(Message(message)) else { continue }
        } catch {
          leave(waiter)
          waiter.suspension.resume(throwing: error)
          continue
        }
        // The condition may have killed the port, for example.
        if waiter.isOver { continue }
      }
      return give(message, to: waiter)
    }
    guard let first = waiters.first(tag) else { return false }
    return give(message, to: first)
  }

  private func give(_ message: [Value], to waiter: MailboxWaiter) -> Bool {
    leave(waiter)
    waiter.suspension.resume(returning: message)
    return true
  }

  /// Drops the messages and ends the waits of tasks: the port is dead.
  func close() {
    let dropped = queue
    queue.removeAll()
    endWaits(.killed(port))
    // The dropped messages may hold objects whose release runs code of the program.
    withExtendedLifetime(dropped) {}
  }

  /// Ends the waits of tasks with an error, because no message comes any more.
  func endWaits(_ error: MailboxError) {
    for waiter in waiters.takeAll() {
      waiter.timeLimit?.cancel()
      waiter.suspension.resume(throwing: error)
    }
  }
}
