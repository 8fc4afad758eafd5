package import AnyEvent
import Dispatch
package import Testing

/// How long (s) what a test waits for may take.
private let patience = 30.0

/// Calls `expired` on the loop's thread when `body` takes too long.
///
/// The clock is not the loop's own: on a loop with manual time no timer of the loop would do.
private func limited(
  _ loop: Loop, _ seconds: Double, _ expired: @escaping () -> Void, _ body: () throws -> Void
) rethrows {
  nonisolated(unsafe) let expired = expired
  let safety = DispatchWorkItem { loop.post { expired() } }
  DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: safety)
  defer { safety.cancel() }
  try body()
}

/// Runs `body` with a loop of its own, which is closed at the end; a `run()` that does not end is stopped.
package func withLoop(manualTime: Double? = nil, _ body: (Loop) throws -> Void) rethrows {
  let loop = manualTime.map { Loop(manualTime: $0) } ?? Loop()
  // Something is always awaited, be it this.
  let keeper = loop.timer(after: 1000) {}
  defer {
    keeper.cancel()
    loop.close()
  }
  try limited(
    loop, 4 * patience,
    {
      Issue.record("the test did not end by itself")
      loop.stop()
    }, { try body(loop) })
}

extension Loop {
  /// Runs the loop until the condition holds.
  package func run(
    until condition: () -> Bool, _ what: Comment = "the condition was never met",
    _ location: SourceLocation = #_sourceLocation
  ) {
    if condition() { return }
    var isLate = false
    limited(self, patience, { isLate = true }) {
      while !condition() {
        if isLate {
          Issue.record(what, sourceLocation: location)
          return
        }
        runOnce(waiting: true)
      }
    }
  }

  /// Runs whatever is ready now, a few rounds.
  package func settle() {
    for _ in 0..<20 { runOnce(waiting: false) }
  }
}
