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
  /// On the main actor this works while `recv` or `run` has the main thread. Throws what `croak`
  /// was given.
  public var value: Value {
    get async throws {
      while true {
        if let result { return try result.get() }
        loop.preconditionOnLoop()
        await withCheckedContinuation { waiters.append($0) }
      }
    }
  }
}
