extension Loop {
  /// Suspends the calling task, which is on the loop's thread, for so many seconds of the loop's clock.
  ///
  /// On a loop with manual time that is the time which a test sets; `Task.sleep` takes the machine's.
  /// - Throws: `CancellationError` when the task is cancelled, and ``CondVarError`` when the loop is closed.
  public func sleep(_ seconds: Double) async throws {
    try await suspended(on: self) { (wait: Suspension<Void>) in
      let timer = timer(after: seconds) { wait.resume(returning: ()) }
      wait.onCancel = { timer.cancel() }
    }
  }
}

extension AE {
  /// Suspends the calling task for so many seconds of the current loop's clock.
  ///
  /// Corresponds to Perl's `Coro::AnyEvent::sleep`.
  /// - Throws: `CancellationError` when the task is cancelled, and ``CondVarError`` when the loop is closed.
  public static func sleep(_ seconds: Double) async throws {
    try await Loop.awaiting("AE.sleep").sleep(seconds)
  }
}
