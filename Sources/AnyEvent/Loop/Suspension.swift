internal import CLibUV

/// A task's wait on a loop for a value that a callback will bring.
///
/// It ends once, by the first of ``resume(returning:)``, ``resume(throwing:)``, the cancellation of the task, and the
/// end of the loop. All four happen on the loop's thread; that, not the compiler, is why it can be `Sendable`. Made
/// by ``suspended(on:for:_:)``.
@usableFromInline package final class Suspension<Value>: AnySuspension, @unchecked Sendable {
  @usableFromInline @exclusivity(unchecked)
  var value: Value?

  /// The wait of the calling task, which has to be on the loop's thread.
  @inlinable override init(on loop: Loop, for subject: AnyObject?) {
    super.init(on: loop, for: subject)
  }

  /// Ends the wait with a value.
  @inlinable package func resume(returning value: Value) {
    guard !isOver else { return }
    self.value = value
    end(nil)
  }

  /// Ends the wait with a value or an error.
  package func resume(with result: Result<Value, any Error>) {
    switch result {
    case .success(let value): resume(returning: value)
    case .failure(let error): resume(throwing: error)
    }
  }

  /// The value or error that the wait has ended with; it is there when the task goes on.
  @inlinable func outcome() throws -> Value {
    guard let value else { throw failure }
    return value
  }
}

/// The part of a suspension that is the same for all values, and a link of the list that its loop has of them, which
/// costs no memory and no search.
@usableFromInline package class AnySuspension {
  /// The task, as long as it waits.
  private enum Task {
    /// It has not begun to wait, or goes on.
    case absent
    /// It visits the ``WaitingRoom`` of the loop.
    case visiting(LoopJob)
    /// It is on a thread that is not the loop's.
    case elsewhere(UnsafeContinuation<Void, Never>)
  }

  private enum State {
    case waiting
    case ended((any Error)?)
  }

  @usableFromInline final let loop: Loop
  @exclusivity(unchecked)
  private final var state = State.waiting
  @exclusivity(unchecked)
  private final var task = Task.absent
  /// Takes back what the wait has started, such as a watcher, when the task is cancelled or its subject ends the wait;
  /// called on the loop's thread, at most once.
  @exclusivity(unchecked) @usableFromInline
  package final var takeBack: (() -> Void)?
  /// Neighbours in the loop's list of waits.
  ///
  /// Tasks keep the waits in the list alive: each wait leaves the list before its task goes on.
  @exclusivity(unchecked)
  private final unowned(unsafe) var before: AnySuspension?
  @exclusivity(unchecked)
  private final unowned(unsafe) var after: AnySuspension?
  @exclusivity(unchecked)
  private final var isLinked = false
  /// The object on whose behalf the task waits, such as a node, so that all waits for it can be ended; compared only.
  private final let subject: ObjectIdentifier?

  @usableFromInline init(on loop: Loop, for subject: AnyObject?) {
    self.loop = loop
    self.subject = subject.map { ObjectIdentifier($0) }
  }

  /// Whether the wait has ended: a later value or error is dropped.
  @usableFromInline package final var isOver: Bool {
    if case .ended = state { true } else { false }
  }

  /// Ends the wait with an error.
  package final func resume(throwing error: any Error) { end(error) }

  /// Ends the wait: by an error, or by a value that is there.
  @usableFromInline final func end(_ error: (any Error)?) { end(error, takesBack: false) }

  private final func end(_ error: (any Error)?, takesBack: Bool) {
    guard !isOver else { return }
    state = .ended(error)
    unlink()
    if takesBack { takeBack?() }
    // Before the task can go on, perhaps on another thread: the closure's release may call any code on this one.
    takeBack = nil
    let task = task
    self.task = .absent
    switch task {
    case .absent: break
    case .visiting(let job): loop.goOn(job)
    case .elsewhere(let continuation): continuation.resume()
    }
  }

  /// The error of a wait that has ended without a value.
  @usableFromInline final var failure: any Error {
    if case .ended(let error?) = state { error } else { loop.closedError }
  }

  // MARK: The task

  /// Stops the program unless the calling task may wait on this loop.
  ///
  /// - Throws: `CancellationError`, and ``CondVarError`` when the loop is closed.
  @usableFromInline static func check(_ loop: Loop) throws {
    loop.preconditionAwaiting("what waits on an event loop")
    try _Concurrency.Task.checkCancellation()
    guard loop.isOpen else { throw loop.closedError }
  }

  /// Puts the wait into the loop's list.
  @usableFromInline final func link() {
    after = loop.suspensions
    after?.before = self
    loop.suspensions = self
    isLinked = true
  }

  private final func unlink() {
    guard isLinked else { return }
    isLinked = false
    if let before { before.after = after } else { loop.suspensions = after }
    after?.before = before
    before = nil
    after = nil
  }

  /// Has the calling task, which is on the loop's thread, wait for the end.
  @usableFromInline final func wait() async {
    let record = startNoticing()
    loop.waitingRoom.expect(self)
    await loop.waitingRoom.visit()
    record.remove()
  }

  /// Keeps the visitor of the waiting room until the wait has ended.
  final func keep(_ visitor: LoopJob) { task = .visiting(visitor) }

  /// Keeps the continuation of a task of another thread.
  fileprivate final func keep(_ continuation: UnsafeContinuation<Void, Never>) {
    guard !isOver else { return continuation.resume() }
    task = .elsewhere(continuation)
  }

  /// Ends a wait that the loop never heard of, because it was closed.
  fileprivate final func refuse(_ continuation: UnsafeContinuation<Void, Never>) {
    state = .ended(loop.closedError)
    continuation.resume()
  }

  /// Ends the wait of a task that was cancelled, and takes back what it has started.
  fileprivate final func cancel() { end(CancellationError(), takesBack: true) }

  /// Has the present task tell of its cancellation, on any thread, until the record is removed.
  private final func startNoticing() -> CancellationRecord {
    let memory = UnsafeMutablePointer<aeuv_cancellation>.allocate(capacity: 1)
    memory.initialize(
      to: aeuv_cancellation(
        call: { object in
          guard let object else { return }
          Unmanaged<AnySuspension>.fromOpaque(object).takeUnretainedValue().taskWasCancelled()
        }, object: Unmanaged.passUnretained(self).toOpaque()))
    return CancellationRecord(memory: memory, record: aeuv_add_cancellation(memory))
  }

  /// The task, which keeps this object, was cancelled; called on any thread.
  private final func taskWasCancelled() {
    nonisolated(unsafe) let wait = self
    // On a loop that is closed meanwhile, the wait has ended by that.
    loop.post { wait.cancel() }
  }

  /// Ends all waits on a loop on behalf of `subject`, in the order in which they began, and takes back what they have
  /// started.
  package static func endAll(on loop: Loop, for subject: AnyObject, throwing error: any Error) {
    for suspension in all(on: loop, for: subject).reversed() {
      suspension.end(error, takesBack: true)
    }
  }

  /// How many waits there are on a loop on behalf of `subject`, for tests.
  package static func count(on loop: Loop, for subject: AnyObject) -> Int {
    all(on: loop, for: subject).count
  }

  /// The waits on a loop on behalf of `subject`, the latest first.
  private static func all(on loop: Loop, for subject: AnyObject) -> [AnySuspension] {
    let subject = ObjectIdentifier(subject)
    var found: [AnySuspension] = []
    var next = loop.suspensions
    while let suspension = next {
      if suspension.subject == subject { found.append(suspension) }
      next = suspension.after
    }
    return found
  }
}

extension AnySuspension: WaitingMember {}

/// The memory that a task needs to tell of its cancellation.
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
/// A task that is cancelled already does not call `start`. If it is cancelled while it waits, on any thread, the
/// closure that `start` has set as ``AnySuspension/takeBack`` takes back what was started, on the loop's thread, and
/// nothing can come in between. If `start` itself ends the suspension, the task goes on without being suspended. The
/// waits of one `subject` can be ended together by ``AnySuspension/endAll(on:for:throwing:)``, which takes back as
/// well.
/// - Throws: The error that ends the suspension, `CancellationError`, and ``CondVarError`` when the loop is closed.
@inlinable package func suspended<Value>(
  on loop: Loop, for subject: AnyObject? = nil, _ start: (Suspension<Value>) -> Void
) async throws -> Value {
  try AnySuspension.check(loop)
  let suspension = Suspension<Value>(on: loop, for: subject)
  suspension.link()
  start(suspension)
  if !suspension.isOver { await suspension.wait() }
  return try suspension.outcome()
}

/// Suspends a task of any thread as ``suspended(on:for:_:)`` does; `start` is called on the loop's.
package func suspendedAnywhere<Value: Sendable>(
  on loop: Loop, for subject: AnyObject? = nil,
  _ start: @escaping @Sendable (Suspension<Value>) -> Void
) async throws -> Value {
  try Task.checkCancellation()
  let suspension = Suspension<Value>(on: loop, for: subject)
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
/// Only the posted job has a reference: if that goes before the job has begun, the loop is closed.
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
    // The suspension is over already if the task was cancelled on the way.
    if !suspension.isOver {
      suspension.link()
      start(suspension)
    }
    suspension.keep(continuation)
  }

  deinit {
    if let continuation { suspension.refuse(continuation) }
  }
}
