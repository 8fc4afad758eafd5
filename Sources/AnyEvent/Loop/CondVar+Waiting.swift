internal import AEValue
internal import CLibUV

extension CondVar {
  /// Runs the loop until the condition variable is ready, then returns its value.
  ///
  /// Throws the error of `croak`. If it isn't ready, throws `CondVarError.recursiveWait` inside a
  /// callback of the same loop, and another `CondVarError` on a loop that cannot be waited for.
  @discardableResult
  public func recv() throws -> Value {
    if result == nil { try loop.wait { result != nil } }
    guard let result else { throw CondVarError.stopped }
    return try result.get()
  }

  /// The value, when it is there; for code that is allowed to suspend on the loop's thread.
  ///
  /// While the loop is running, the calling task is suspended. If the loop is not running, as at the
  /// beginning of an async `main`, it runs here until the value is there, as `recv` does it, and does not heed
  /// the task's cancellation. A value that is `Sendable` can be awaited on any thread.
  /// - Throws: The error of `croak`; like `recv`, a ``CondVarError``; and `CancellationError` when the task is
  ///   cancelled while it waits.
  public var value: Value {
    get async throws {
      loop.preconditionAwaiting("value of a condition variable")
      return try await valueOnOwnThread()
    }
  }

  private func valueOnOwnThread() async throws -> Value {
    if result == nil, !loop.isServed { try loop.wait { result != nil } }
    if let result { return try result.get() }
    return try await suspended(on: loop) { add($0) }
  }
}

extension CondVar where Value: Sendable {
  /// The value, when it is there; for any task, on any thread.
  ///
  /// On another thread than the loop's the calling task is suspended until the value is there or the loop is closed.
  /// A top-level `await` or an async `main` makes the main thread leave the default loop, which closes it. On the
  /// loop's thread, while the loop does not run, this runs it, as `recv` does, and does not heed the task's
  /// cancellation.
  /// - Throws: The error of `croak`; like `recv`, a ``CondVarError``; and `CancellationError` when the task is
  ///   cancelled while it waits.
  public var value: Value {
    get async throws {
      if loop.isOnOwnThread { return try await valueOnOwnThread() }
      return try await suspendedAnywhere(on: loop) { [self] in add($0) }
    }
  }
}

/// Why a condition variable, or something else on a loop, could not be waited for; or the text that `croak` was given.
public struct CondVarError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A sentence without a full stop that says what went wrong.
  public let description: String

  /// An error with this text, as `croak("text")` makes it.
  public init(_ description: String) { self.description = description }

  /// `recv()` was called in a callback of the loop that it would have to run.
  public static let recursiveWait = CondVarError("recursive blocking wait attempted")
  /// `recv()` was called on a loop that its host runs.
  public static let foreignLoop = CondVarError(
    "blocking wait attempted on a loop that is run by its host: use cb instead")
  /// The loop was stopped by `stop()` while `recv()` waited.
  public static let stopped = CondVarError(
    "the event loop was stopped before the condition variable was ready")
  /// The loop was closed before the condition variable was ready, or before a task had got the value that it awaited.
  public static let closedLoop = CondVarError(
    "the event loop was closed before what was waited for had come")
  /// The main thread has left the default loop, which runs nowhere else.
  public static let desertedLoop = CondVarError(
    "nobody runs the default loop any more: a top-level await or an async main moves the program off the main thread, so write AE.run { … } around the whole, or cv.recv() and put the await into Task { @MainActor in … }"
  )
  /// `AE.run` was called while a loop was running.
  public static let nestedRun = CondVarError(
    "AE.run was called inside of a callback or of another AE.run: it is for the top level of a program, so await directly where that is allowed, or write Task { @MainActor in … }"
  )
}

extension Loop {
  /// Runs until `isReady`, even without active watchers: another thread may post.
  func wait(until isReady: () -> Bool) throws(CondVarError) {
    guard state == .open else { throw closedError }
    guard kind != .foreign else { throw CondVarError.foreignLoop }
    guard !isRunning else { throw CondVarError.recursiveWait }
    beginRunning()
    isWaiting = true
    uv_ref(base(asyncHandle))
    while !isReady(), !stopRequested, state == .open { turn(UV_RUN_DEFAULT) }
    if state == .open { uv_unref(base(asyncHandle)) }
    isWaiting = false
    let wasStopped = stopRequested
    endRunning()
    if isReady() { return }
    throw wasStopped ? CondVarError.stopped : closedError
  }

  /// Why nothing can be awaited on a closed loop.
  var closedError: CondVarError { isDeserted ? .desertedLoop : .closedLoop }
}
