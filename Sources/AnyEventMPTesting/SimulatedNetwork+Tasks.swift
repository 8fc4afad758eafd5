import AnyEvent

// Tasks on virtual time.

extension SimulatedNetwork {
  /// Runs a task on the network's loop, and lets time pass until it has ended.
  ///
  /// The task, those that it makes by `async let` and task groups, and the actors without an executor of their own that
  /// they call, run on the calling thread, in an order that the seed determines. It must not wait for real time, as
  /// `Task.sleep` does. Other tasks join in by `Task(executorPreference: network.executor) { … }`. Hosts with a loop of
  /// their own have no part in this.
  ///
  /// - Parameters:
  ///   - seconds: The virtual time that it may take.
  ///   - body: The code of the task.
  /// - Returns: The result of `body`.
  /// - Throws: The error of `body`; ``TaskHasNotEnded`` when the time is over.
  public func run<Result: Sendable>(
    within seconds: Double = 3600, _ body: @escaping @Sendable () async throws -> Result
  ) throws -> Result {
    let ending = Ending<Result>()
    let task = Task(executorPreference: executor) {
      do { ending.result = .success(try await body()) } catch { ending.result = .failure(error) }
    }
    run(until: { ending.result != nil }, within: seconds)
    guard let result = ending.result else {
      task.cancel()
      throw TaskHasNotEnded(seconds: seconds)
    }
    return try result.get()
  }
}

/// A task on a simulated network has not ended in the time that it was given.
public struct TaskHasNotEnded: Error, Hashable, CustomStringConvertible {
  /// The seconds of virtual time.
  public let seconds: Double

  /// A sentence without a full stop.
  public var description: String {
    "the task has not ended within \(seconds) s of virtual time: it waits for something that has not come, or for real time"
  }
}

/// The result or error of a task.
private final class Ending<Success>: @unchecked Sendable {
  // Sendable: all of it happens on the network's thread.
  var result: Swift.Result<Success, any Error>?
}
