import AnyEvent

extension Node {
  /// Suspends the calling task, which is on the loop's thread, until `start` or the end of the node ends its wait.
  func suspended<Value>(_ start: (Suspension<Value>) -> Void) async throws -> Value {
    loop.preconditionAwaiting("what waits for something of a node")
    if peers.isClosed { throw NodeClosedError() }
    return try await AnyEvent.suspended(on: loop, for: self, start)
  }
}

/// The tasks that wait for the next change of something.
final class WaitingTasks {
  private var waits = WaitingLine<Suspension<Void>>()

  /// Lets all look again.
  func wake() { for wait in waits.takeAll() { wait.resume(returning: ()) } }

  /// Waits for ``wake()``; false when there is no more to come, because the task is cancelled or the node closed.
  func wait(on node: Node) async -> Bool {
    do {
      try await node.suspended { wait in
        waits.append(wait)
        wait.takeBack = { [self] in waits.memberLeft() }
      }
      return true
    } catch {
      return false
    }
  }
}
