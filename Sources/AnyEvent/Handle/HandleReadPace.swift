internal import CLibUV

/// Says when to look again for what is searched from the beginning each time, such as a regular
/// expression.
///
/// At once while there is little to look at, or when there is a quarter more than last time, or no
/// more can come; else when as much time has passed as the last look took. So all looks together
/// take no more than half of the time, however small the pieces are in which data arrives.
final class HandleReadPace {
  private enum State {
    case due
    case waiting(TimerWatcher)
    /// It was time to look while the handle was told not to read.
    case overdue
  }

  private var state = State.due
  /// How many bytes there were at the last look, and when it began (ns).
  private var seen = 0
  private var began: UInt64 = 0

  /// Of so many bytes each look counts as cheap.
  private static let little = 1024

  func isDue(_ handle: Handle) -> Bool {
    if case .due = state { return true }
    let count = handle.rbuf.count
    return count <= Self.little || count >= seen + seen / 4 || handle.hasEnded || handle.isAtEnd
  }

  func forget() { state = .due }

  func begin() {
    state = .due
    began = uv_hrtime()
  }

  /// Nothing was found.
  func end(_ handle: Handle) {
    seen = handle.rbuf.count
    guard seen > Self.little, !handle.destroyed else { return }
    wait(handle, seconds: Double(uv_hrtime() - began) / 1e9)
  }

  func resume(_ handle: Handle) {
    if case .overdue = state { wait(handle, seconds: 0) }
  }

  private func wait(_ handle: Handle, seconds: Double) {
    // The request that owns this is the handle's, and the timer goes with it.
    state = .waiting(
      handle.loop.timer(after: seconds) { [unowned self, unowned handle] in
        state = handle.reader == nil ? .overdue : .due
        if handle.reader != nil { handle.consume() }
      })
  }
}
