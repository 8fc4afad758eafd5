import AnyEvent
import Dispatch
import Glibc
import Testing

@testable import AnyEventMP

/// A loop for one test, which ends by itself when the test does not.
final class TestLoop {
  let loop: Loop
  private let flag = SafetyFlag()
  /// How long (s) a condition is waited for; once one was not met, the test waits for no other.
  private static let patience = 30.0

  init(_ loop: Loop) {
    self.loop = loop
  }

  /// Runs the loop until the condition holds.
  func run(
    until condition: () -> Bool, _ what: Comment = "the condition was never met",
    _ location: SourceLocation = #_sourceLocation
  ) {
    if condition() { return }
    // A clock of its own: on a loop with manual time no timer of the loop would do.
    let (loop, flag) = (loop, flag)
    let safety = DispatchWorkItem { loop.post { flag.isRaised = true } }
    DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience, execute: safety)
    defer { safety.cancel() }
    while !condition() {
      if flag.isRaised {
        Issue.record(what, sourceLocation: location)
        return
      }
      // Something is always awaited, be it the safety clock.
      loop.runOnce(waiting: true)
    }
  }

  /// Runs whatever is ready now, a few rounds.
  func settle() {
    for _ in 0..<20 { loop.runOnce(waiting: false) }
  }

  func close() {
    loop.close()
  }
}

/// Touched on the loop's thread only.
private final class SafetyFlag: @unchecked Sendable {
  var isRaised = false
}

/// Runs `body` on a loop of its own.
func withLoop(manualTime: Double? = nil, _ body: (TestLoop) throws -> Void) rethrows {
  let test = TestLoop(manualTime.map { Loop(manualTime: $0) } ?? Loop())
  // Keeps `runOnce` waiting for events; the safety clock posts to the loop.
  let keeper = test.loop.timer(after: 1000) {}
  defer {
    keeper.cancel()
    test.close()
  }
  try body(test)
}

/// Runs `body` as code of a node without a name.
func withNode(_ body: (Node, TestLoop) throws -> Void) rethrows {
  try withLoop { test in
    let node = Node(on: test.loop)
    defer { node.close() }
    try node.run { try body(node, test) }
  }
}
