import AnyEvent

extension Node {
  /// Starts a task on the node's loop, in which the functions with Perl's names act on this node.
  ///
  /// It is one of ``AnyEvent/Loop/task(priority:_:)``. On the main thread, where the functions act on the process's
  /// node, use the methods of another node instead. To be called on the loop's thread.
  @discardableResult
  public func task<Success: Sendable>(
    priority: TaskPriority? = nil, _ body: sending @escaping () async throws -> Success
  ) -> Task<Success, any Error> {
    loop.preconditionAwaiting("node.task")
    let node = NodeOfTask(node: self)
    return loop.task(priority: priority) {
      try await NodeOfTask.$current.withValue(node) { try await body() }
    }
  }
}
