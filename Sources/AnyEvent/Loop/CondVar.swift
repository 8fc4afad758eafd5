internal import AEValue

/// A condition variable: a value, or an error, that comes later, and ways to wait for it.
///
/// One side calls `send` or `croak`; the other waits with `recv`, which runs the loop, with `await
/// value`, or is called back by `cb`. To be used on the loop's thread, but for `await value`; the last reference may be
/// dropped on any thread. Corresponds to Perl's AnyEvent condition variables.
public final class CondVar<Value>: @unchecked Sendable {
  let loop: Loop
  var result: Result<Value, any Error>?
  private var waiters = WaitingLine<Suspension<Value>>()
  private var callback: ((CondVar<Value>) -> Void)?
  private var pending = 0
  private var groupCallback: ((CondVar<Value>) -> Void)?

  /// Makes a condition variable whose `recv` runs this loop.
  public init(on loop: Loop = .current, cb: ((CondVar<Value>) -> Void)? = nil) {
    self.loop = loop
    callback = cb
  }

  /// Whether a value or an error is there, so that `recv` does not wait.
  public var ready: Bool {
    loop.preconditionOnLoop("ready of a condition variable")
    return result != nil
  }

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
    guard let callback, result != nil else {
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

  /// ``end(file:line:)`` as a function without arguments: `AE.timer(1, 0, cv.end)`.
  @_disfavoredOverload
  public func end() { end(file: #fileID, line: #line) }

  private func resolve(_ result: Result<Value, any Error>) {
    self.result = result
    loop.endWait()
    for waiter in waiters.takeAll() { waiter.resume(with: result) }
    let callback = self.callback
    self.callback = nil
    callback?(self)
  }

  /// Has a waiter told of the result.
  func add(_ waiter: Suspension<Value>) {
    if let result { return waiter.resume(with: result) }
    waiters.append(waiter)
    waiter.takeBack = { [unowned self] in waiters.memberLeft() }
  }

  /// How many tasks wait, for tests.
  package var waiterCount: Int { waiters.count }

  deinit {
    if loop.isOnOwnThread { return }
    loop.inherit(.contents(takeContents()))
  }

  /// Moves the content out, so that this thread has no reference to it when the loop gets it.
  @inline(never)
  private func takeContents() -> Unmanaged<AnyObject> {
    defer {
      result = nil
      callback = nil
      groupCallback = nil
    }
    return .passRetained(Contents(held: (result, callback, groupCallback)))
  }

  /// The content of a condition variable, for its loop to release.
  private final class Contents {
    private let held: (Result<Value, any Error>?, Any?, Any?)

    init(held: (Result<Value, any Error>?, Any?, Any?)) { self.held = held }
  }
}

extension CondVar where Value == Void {
  /// Makes the condition variable ready.
  public func send() { send(()) }

  /// The same as `send`.
  public func callAsFunction() { send(()) }
}
