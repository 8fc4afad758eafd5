internal import CLibUV

/// A task that waits on a loop for what a callback will bring.
///
/// It ends once, by whichever comes first: ``resume(returning:)``, ``resume(throwing:)``, the cancellation of the
/// task, or the end of the loop. All of it happens on the loop's thread; that, not the compiler, is why it can be
/// `Sendable`. Made by ``suspended(on:for:onCancel:_:)``.
package final class Suspension<Value>: AnySuspension, @unchecked Sendable {
  private var result: Result<Value, any Error>?
  private var continuation: UnsafeContinuation<Void, Never>?
  /// What the task's cancellation takes back, such as a watcher; called on the loop's thread, at most once.
  package var onCancel: (() -> Void)?

  /// Ends the wait with a value.
  package func resume(returning value: Value) { end(.success(value)) }

  /// Ends the wait with an error.
  package override func resume(throwing error: any Error) { end(.failure(error)) }

  /// Ends the wait with either.
  package func resume(with result: Result<Value, any Error>) { end(result) }

  /// Whether the wait has ended: what comes now goes nowhere.
  package var isOver: Bool { result != nil }

  // On a loop that is closed meanwhile, the wait has ended by that.
  fileprivate override func taskWasCancelled() { loop.post { self.cancel() } }

  /// Ends the wait of a task that was cancelled, and takes back what it has started.
  fileprivate func cancel() { end(.failure(CancellationError()), isCancelled: true) }

  private func end(_ result: Result<Value, any Error>, isCancelled: Bool = false) {
    guard self.result == nil else { return }
    self.result = result
    let undo = onCancel
    onCancel = nil
    unlink()
    if isCancelled { undo?() }
    if let continuation {
      self.continuation = nil
      continuation.resume()
    }
    // What it holds goes here, and may call whatever it likes.
    withExtendedLifetime(undo) {}
  }

  /// Begins to wait; on the loop's thread.
  fileprivate func begin(_ continuation: UnsafeContinuation<Void, Never>) {
    loop.preconditionOnLoop("a wait")
    guard result == nil else { return continuation.resume() }
    self.continuation = continuation
  }

  /// Ends a wait that the loop never heard of, because it was closed.
  fileprivate func refuse(_ continuation: UnsafeContinuation<Void, Never>) {
    result = .failure(loop.closedError)
    continuation.resume()
  }

  /// What the wait has ended with; it is there when the task goes on.
  fileprivate func outcome() throws -> Value {
    guard let result else { throw loop.closedError }
    return try result.get()
  }
}

extension Suspension: WaitingMember {}

/// What a loop knows of a task that waits on it: a link of a list, which costs no memory and no search.
package class AnySuspension {
  final let loop: Loop
  /// Neighbours in the list of the loop.
  ///
  /// The tasks keep them: each unlinks itself before its task goes on.
  private final unowned(unsafe) var before: AnySuspension?
  private final unowned(unsafe) var after: AnySuspension?
  private final var isLinked = false
  /// On whose behalf the task waits, such as a node, so that all its waits can be ended; compared only.
  private final let subject: ObjectIdentifier?

  fileprivate init(on loop: Loop, for subject: AnyObject?) {
    self.loop = loop
    self.subject = subject.map { ObjectIdentifier($0) }
  }

  fileprivate final func link() {
    after = loop.suspensions
    after?.before = self
    loop.suspensions = self
    isLinked = true
  }

  fileprivate final func unlink() {
    guard isLinked else { return }
    isLinked = false
    if let before { before.after = after } else { loop.suspensions = after }
    after?.before = before
    before = nil
    after = nil
  }

  /// Ends the wait with an error.
  package func resume(throwing error: any Error) { unlink() }

  /// The task was cancelled; called on any thread, while the task keeps this object.
  fileprivate func taskWasCancelled() {}

  /// Has the present task tell of its cancellation, until the record is removed.
  fileprivate final func startNoticing() -> CancellationRecord {
    let memory = UnsafeMutablePointer<aeuv_cancellation>.allocate(capacity: 1)
    memory.initialize(
      to: aeuv_cancellation(
        call: { object in
          guard let object else { return }
          Unmanaged<AnySuspension>.fromOpaque(object).takeUnretainedValue().taskWasCancelled()
        }, object: Unmanaged.passUnretained(self).toOpaque()))
    return CancellationRecord(memory: memory, record: aeuv_add_cancellation(memory))
  }

  /// Ends all waits on a loop on behalf of `subject`.
  package static func endAll(on loop: Loop, for subject: AnyObject, throwing error: any Error) {
    let subject = ObjectIdentifier(subject)
    var next = loop.suspensions
    var ended: [AnySuspension] = []
    while let suspension = next {
      if suspension.subject == subject { ended.append(suspension) }
      next = suspension.after
    }
    for suspension in ended { suspension.resume(throwing: error) }
  }
}

/// What a task has while it tells of its cancellation.
private struct CancellationRecord {
  let memory: UnsafeMutablePointer<aeuv_cancellation>
  let record: UnsafeMutableRawPointer?

  func remove() {
    aeuv_remove_cancellation(record)
    memory.deallocate()
  }
}

extension Loop {
  /// Ends all waits, because the loop is closing.
  func endSuspensions() {
    while let suspension = suspensions { suspension.resume(throwing: closedError) }
  }
}

/// Suspends the calling task, which is on the loop's thread, until what `start` has begun ends the suspension.
///
/// A task that is cancelled already starts nothing. If it is cancelled while it waits, on any thread, `onCancel` (or
/// what `start` has set as ``Suspension/onCancel``) takes back what was started, on the loop's thread, and nothing can
/// come in between. If `start` itself ends the suspension, the task goes on without being suspended. The waits of one
/// `subject` can be ended together by ``AnySuspension/endAll(on:for:throwing:)``.
/// - Throws: What the suspension is ended with, `CancellationError`, and ``CondVarError`` when the loop is closed.
package func suspended<Value>(
  on loop: Loop, for subject: AnyObject? = nil, onCancel: (() -> Void)? = nil,
  _ start: (Suspension<Value>) -> Void
) async throws -> Value {
  loop.preconditionAwaiting("what waits on an event loop")
  try Task.checkCancellation()
  guard loop.isOpen else { throw loop.closedError }
  let suspension = Suspension<Value>(on: loop, for: subject)
  suspension.onCancel = onCancel
  suspension.link()
  start(suspension)
  if !suspension.isOver {
    let record = suspension.startNoticing()
    await withUnsafeContinuation { suspension.begin($0) }
    record.remove()
  }
  return try suspension.outcome()
}

/// The same for a task on any thread: `start` is called on the loop's.
package func suspendedAnywhere<Value: Sendable>(
  on loop: Loop, _ start: @escaping @Sendable (Suspension<Value>) -> Void
) async throws -> Value {
  try Task.checkCancellation()
  let suspension = Suspension<Value>(on: loop, for: nil)
  await withTaskCancellationHandler {
    await withUnsafeContinuation { continuation in
      let arrival = Arrival(of: suspension, continuation)
      loop.post { arrival.begin(start) }
    }
  } onCancel: {
    loop.post { suspension.cancel() }
  }
  return try suspension.outcome()
}

/// A suspension on its way to its loop.
///
/// Only a job that was posted has it: one that goes without having begun goes because the loop is closed.
private final class Arrival<Value: Sendable>: @unchecked Sendable {
  private let suspension: Suspension<Value>
  private var continuation: UnsafeContinuation<Void, Never>?

  init(of suspension: Suspension<Value>, _ continuation: UnsafeContinuation<Void, Never>) {
    self.suspension = suspension
    self.continuation = continuation
  }

  func begin(_ start: (Suspension<Value>) -> Void) {
    guard let continuation else { return }
    self.continuation = nil
    // It is over already if the task was cancelled on the way.
    if !suspension.isOver {
      suspension.link()
      start(suspension)
    }
    suspension.begin(continuation)
  }

  deinit {
    if let continuation { suspension.refuse(continuation) }
  }
}
