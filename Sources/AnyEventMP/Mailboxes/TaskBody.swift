import AnyEvent

/// The code of a task of a port.
struct TaskBody: @unchecked Sendable {
  // Sendable: the task runs on the loop's thread, as the one who gave the closure does.
  let run: () async throws -> Void

  init(_ run: @escaping () async throws -> Void) { self.run = run }

  /// Starts the task on a loop.
  func start(on loop: Loop) -> Task<Void, any Error> { loop.task { try await run() } }
}
