package import CLibUV
package import Testing

/// A libuv loop as a host program has it; when it is closed, every handle must have been given back.
package final class HostLoop {
  package let uv: UnsafeMutablePointer<uv_loop_t>
  private var ticker: UnsafeMutablePointer<uv_timer_t>?
  /// How often the ticker has run.
  package private(set) var ticks = 0

  /// A loop with a timer of the host's that gives it turns, each millisecond, or with nothing on it.
  package init(isTicking: Bool = true) {
    uv = .allocate(capacity: 1)
    #expect(uv_loop_init(uv) == 0)
    if isTicking { startTicking() }
  }

  private func startTicking() {
    let ticker = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
    self.ticker = ticker
    uv_timer_init(uv, ticker)
    ticker.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    uv_timer_start(
      ticker,
      { handle in
        guard let data = handle?.pointee.data else { return }
        Unmanaged<HostLoop>.fromOpaque(data).takeUnretainedValue().ticks += 1
      }, 1, 1)
  }

  /// How many handles the loop has, active or not, the host's own among them.
  package var handleCount: Int {
    var count = 0
    withUnsafeMutablePointer(to: &count) {
      uv_walk(uv, { _, count in count?.assumingMemoryBound(to: Int.self).pointee += 1 }, $0)
    }
    return count
  }

  /// Runs the loop, which ticks, until the condition holds.
  package func run(
    _ comment: Comment = "the condition was never met", until condition: () -> Bool,
    _ location: SourceLocation = #_sourceLocation
  ) {
    let end = ticks + 20_000
    while !condition() {
      uv_run(uv, UV_RUN_ONCE)
      if ticks > end {
        Issue.record(comment, sourceLocation: location)
        return
      }
    }
  }

  /// Runs some turns of a loop that ticks, in which nothing is expected.
  package func runTurns(_ count: Int = 5) {
    let end = ticks + count
    while ticks < end { uv_run(uv, UV_RUN_ONCE) }
  }

  /// The host's own work: calls `body` once after so many milliseconds.
  package func timer(after milliseconds: UInt64, _ body: @escaping () -> Void) {
    let timer = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
    uv_timer_init(uv, timer)
    timer.pointee.data = Unmanaged.passRetained(Closure(body)).toOpaque()
    uv_timer_start(
      timer,
      { timer in
        guard let timer else { return }
        let state = Unmanaged<Closure>.fromOpaque(timer.pointee.data).takeRetainedValue()
        let handle = UnsafeMutableRawPointer(timer).assumingMemoryBound(to: uv_handle_t.self)
        uv_close(handle) { $0?.deallocate() }
        state.body()
      }, milliseconds, 0)
  }

  /// Runs what is left on the loop to its end, and closes it.
  package func close() {
    if let ticker {
      uv_close(UnsafeMutableRawPointer(ticker).assumingMemoryBound(to: uv_handle_t.self), nil)
    }
    uv_run(uv, UV_RUN_DEFAULT)
    #expect(handleCount == 0)
    #expect(uv_loop_close(uv) == 0)
    ticker?.deallocate()
    uv.deallocate()
  }
}

/// Keeps a closure for the callback of a C function.
package final class Closure {
  package let body: () -> Void
  package init(_ body: @escaping () -> Void) { self.body = body }
}

/// Runs `body` with a host's loop on which nothing is, and closes it.
package func withHostLoop(_ body: (HostLoop) throws -> Void) rethrows {
  let host = HostLoop(isTicking: false)
  try body(host)
  host.close()
}
