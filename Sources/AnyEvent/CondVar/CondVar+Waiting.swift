extension CondVar {
  /// Runs the loop until the condition variable is ready, then returns its value.
  ///
  /// Throws what `croak` was given. If it isn't ready, throws `CondVarError.recursiveWait` inside a
  /// callback of the same loop, and other errors when the loop cannot be waited for.
  @discardableResult
  public func recv() throws -> Value {
    if result == nil { try loop.wait { result != nil } }
    guard let result else { throw CondVarError.stopped }
    return try result.get()
  }

  /// The value, when it is there; for code that is allowed to suspend on the loop's thread.
  ///
  /// While the loop is running, the calling task is suspended. If nobody runs the loop, as at the
  /// beginning of an async `main`, the loop runs here until the value is there, as `recv` does it.
  /// Where the loop cannot run, as on the main actor after it has left the main thread, the program
  /// stops with a sentence that says what to write. Throws what `croak` was given, and, like `recv`,
  /// a `CondVarError`.
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
