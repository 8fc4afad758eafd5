extension Loop {
  /// Suspends the calling task, on any thread, for so many seconds of the loop's clock.
  ///
  /// On a loop with manual time that is the time which a test sets; `Task.sleep` takes the machine's.
  /// - Throws: `CancellationError` when the task is cancelled, and ``CondVarError`` when the loop is closed.
  public func sleep(_ seconds: Double) async throws {
    if isOnOwnThread { return try await suspended(on: self) { sleep(seconds, $0) } }
    try await suspendedAnywhere(on: self) { self.sleep(seconds, $0) }
  }

  private func sleep(_ seconds: Double, _ wait: Suspension<Void>) {
    let timer = timer(after: seconds) { wait.resume(returning: ()) }
    wait.takeBack = { timer.cancel() }
  }
}

extension AE {
  /// Suspends the calling task for so many seconds of the current loop's clock.
  ///
  /// To be called on the loop's thread: on others there is no current loop, so a child task that leaves the main actor,
  /// as `async let` does it, takes `Loop.default.sleep`.
  ///
  /// Corresponds to Perl's `Coro::AnyEvent::sleep`.
  /// - Throws: `CancellationError` when the task is cancelled, and ``CondVarError`` when the loop is closed.
  public static func sleep(_ seconds: Double) async throws {
    try await Loop.awaiting("AE.sleep").sleep(seconds)
  }
}
