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
  /// By their numbers, so that none has to be searched for when it is taken back.
  private var waits: [Int: Suspension<Void>] = [:]
  private var lastNumber = 0

  /// Lets all look again.
  func wake() {
    let waits = waits
    self.waits = [:]
    for (_, wait) in waits.sorted(by: { $0.key < $1.key }) { wait.resume(returning: ()) }
  }

  /// Waits for ``wake()``; false when there is no more to come, because the task is cancelled or the node closed.
  func wait(on node: Node) async -> Bool {
    do {
      try await node.suspended { wait in
        lastNumber += 1
        let number = lastNumber
        waits[number] = wait
        wait.onCancel = { [self] in waits[number] = nil }
      }
      return true
    } catch {
      return false
    }
  }
}
