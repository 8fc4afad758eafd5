package import AnyEvent

/// An actor on a loop that runs in a thread of its own.
package actor LoopResidence {
  package nonisolated let loop: Loop
  private let executor: LoopExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  fileprivate init(on loop: Loop) {
    self.loop = loop
    executor = LoopExecutor(loop)
  }

  /// Calls `body` on the loop's thread.
  package func run<Value: Sendable>(
    _ body: @Sendable (Loop) async throws -> Value
  ) async rethrows -> Value { try await body(loop) }
}

/// Calls `body` with an actor whose loop runs in another thread, and closes the loop afterwards.
package func withResidence(_ body: (LoopResidence) async throws -> Void) async throws {
  let (loops, sender) = AsyncStream<Loop>.makeStream()
  let thread = RunningThread {
    let loop = Loop()
    // Until it is closed.
    let keeper = loop.timer(after: 1000) {}
    loop.postpone { sender.yield(loop) }
    loop.run()
    withExtendedLifetime(keeper) {}
  }
  var iterator = loops.makeAsyncIterator()
  guard let loop = await iterator.next() else { return }
  defer {
    loop.post { loop.close() }
    thread.join()
  }
  try await body(LoopResidence(on: loop))
}
