package import AnyEvent
import Testing

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

/// A task in the middle of a test, on the thread of the test, which runs the loop.
package final class Attempt<Value> {
  /// What it has ended with.
  package fileprivate(set) var result: Result<Value, any Error>?
  fileprivate var task: Task<Void, any Error>?

  /// Its value, if it has ended with one.
  package var value: Value? { try? result?.get() }

  /// Its error, if it has ended with one.
  package var error: (any Error)? {
    if case .failure(let error) = result { error } else { nil }
  }

  package func cancel() { task?.cancel() }
}

extension Loop {
  /// Starts a task on the loop, which the test goes on to run.
  package func attempt<Value>(_ body: @escaping () async throws -> Value) -> Attempt<Value> {
    let attempt = Attempt<Value>()
    nonisolated(unsafe) let (body, shared) = (body, attempt)
    attempt.task = task {
      do { shared.result = .success(try await body()) } catch { shared.result = .failure(error) }
    }
    return attempt
  }

  /// Runs the loop until a task on it has ended.
  package func finish<Value>(_ body: @escaping () async throws -> Value) -> Attempt<Value> {
    let attempt = attempt(body)
    run(until: { attempt.result != nil }, "the task has not ended")
    return attempt
  }
}
