internal import AEValue
internal import CLibUV

/// A condition variable: a value, or an error, that comes later, and ways to wait for it.
///
/// One side calls `send` or `croak`; the other waits with `recv`, which runs the loop, with `await
/// value`, or is called back by `cb`. Corresponds to Perl's AnyEvent condition variables.
public final class CondVar<Value> {
  let loop: Loop
  var result: Result<Value, any Error>?
  var waiters: [CheckedContinuation<Void, Never>] = []
  private var callback: ((CondVar<Value>) -> Void)?
  private var pending = 0
  private var groupCallback: ((CondVar<Value>) -> Void)?

  /// Makes a condition variable whose `recv` runs this loop.
  public init(on loop: Loop = .current, cb: ((CondVar<Value>) -> Void)? = nil) {
    self.loop = loop
    callback = cb
  }

  /// Whether a value or an error is there, so that `recv` does not wait.
  public var ready: Bool { result != nil }

  /// Sets the value and wakes all waiters.
  ///
  /// The callback set by `cb` is called within this function. Sending again replaces the value.
  public func send(_ value: Value) {
    loop.preconditionOnLoop()
    if case .failure? = result { return }
    resolve(.success(value))
  }

  /// Makes `recv` throw `error`.
  public func croak(_ error: any Error) {
    loop.preconditionOnLoop()
    resolve(.failure(error))
  }

  /// Makes `recv` throw a `CondVarError` with this text.
  public func croak(_ message: String) { croak(CondVarError(message)) }

  /// The same as `send`: a condition variable can be called like a callback.
  public func callAsFunction(_ value: Value) { send(value) }

  /// Sets the callback that is called, once, when the condition variable gets ready, in place of an
  /// earlier one.
  ///
  /// If it is ready already, the callback is called within this function. Calling `recv` in it is
  /// fine.
  public func cb(_ callback: ((CondVar<Value>) -> Void)?) {
    loop.preconditionOnLoop()
    guard let callback, ready else {
      let old = self.callback
      self.callback = callback
      return withExtendedLifetime(old) {}
    }
    callback(self)
  }

  /// Counts one more thing to wait for.
  ///
  /// `group` is called by the `end` that makes the count zero; it is supposed to `send`. The last
  /// one given counts.
  public func begin(_ group: ((CondVar<Value>) -> Void)? = nil) {
    loop.preconditionOnLoop()
    pending += 1
    guard let group else { return }
    let old = groupCallback
    groupCallback = group
    withExtendedLifetime(old) {}
  }

  /// Counts one thing less to wait for; at zero calls the group callback, or else sends.
  ///
  /// A condition variable that carries a value has nothing to send by itself: it needs a group
  /// callback. Without one, and called more often than `begin`, it stops the program with a sentence.
  public func end(file: StaticString = #fileID, line: UInt = #line) {
    loop.preconditionOnLoop(file: file, line: line)
    pending -= 1
    guard pending == 0 else {
      return require(
        pending > 0, "end() was called more often than begin(): call begin() for each end() first",
        file: file, line: line)
    }
    if let groupCallback {
      groupCallback(self)
    } else if let plain = self as? CondVar<Void> {
      plain.send(())
    } else {
      misuse(
        "end() has no value to send: give begin { cv in cv.send(…) } a callback, or use a condition variable without a value",
        file: file, line: line)
    }
  }

  /// The same as a function without arguments: `AE.timer(1, 0, cv.end)`.
  @_disfavoredOverload
  public func end() { end(file: #fileID, line: #line) }

  private func resolve(_ result: Result<Value, any Error>) {
    self.result = result
    loop.endWait()
    let waiters = self.waiters
    self.waiters = []
    for waiter in waiters { waiter.resume() }
    let callback = self.callback
    self.callback = nil
    callback?(self)
  }
}

extension CondVar where Value == Void {
  /// Makes the condition variable ready.
  public func send() { send(()) }

  /// The same as `send`.
  public func callAsFunction() { send(()) }
}

// MARK: - Waiting

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
  /// beginning of an async `main`, it runs here until the value is there, as `recv` does it. Where the
  /// loop cannot run, as on the main actor after it has left the main thread, the program stops with a
  /// sentence that says what to write. Throws the error of `croak`, and, like `recv`, a `CondVarError`.
  public var value: Value {
    get async throws {
      while true {
        if let result { return try result.get() }
        if loop.isServed {
          loop.preconditionOnLoop("await value")
          await withCheckedContinuation { waiters.append($0) }
        } else {
          try loop.wait { result != nil }
        }
      }
    }
  }
}

/// Why a condition variable could not be waited for, or the text that `croak` was given.
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
  /// The loop was closed before the condition variable was ready.
  public static let closedLoop = CondVarError(
    "the event loop was closed before the condition variable was ready")
}

extension Loop {
  /// Runs until `isReady`, even without active watchers: another thread may post.
  func wait(until isReady: () -> Bool) throws(CondVarError) {
    guard state == .open else { throw CondVarError.closedLoop }
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
    throw wasStopped ? CondVarError.stopped : CondVarError.closedLoop
  }
}
