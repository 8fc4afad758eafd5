import AnyEvent

extension Node {
  /// Starts a task on the node's loop, in which the functions with Perl's names act on this node.
  ///
  /// It is one of `Loop.task`. On the main thread, where the functions act on the process's
  /// node, use the methods of another node instead. To be called on the loop's thread.
  @discardableResult
  public func task<Success: Sendable>(
    priority: TaskPriority? = nil, _ body: sending @escaping () async throws -> Success
  ) -> Task<Success, any Error> {
    loop.preconditionAwaiting("node.task")
    // Sent, and used by the task alone, which inherits the node.
    nonisolated(unsafe) let body = body
    return NodeOfTask.$current.withValue(NodeOfTask(node: self)) {
      loop.task(priority: priority) { try await body() }
    }
  }
}
