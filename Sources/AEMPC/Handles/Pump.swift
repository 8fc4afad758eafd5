internal import CLibUV

/// A libuv loop of our own, which a host without libuv drives.
final class Pump {
  let uv: UnsafeMutablePointer<uv_loop_t>
  @exclusivity(unchecked) var isStepping = false
  /// Whether the node has ended, in the step that is running.
  var isEnding = false
  /// A handle that is always active, because libuv does nothing on a loop without an active handle.
  private let keeper: UnsafeMutablePointer<uv_prepare_t>

  /// Nil when the system has no descriptors left.
  init?() {
    uv = .allocate(capacity: 1)
    keeper = .allocate(capacity: 1)
    guard uv_loop_init(uv) == 0 else {
      uv.deallocate()
      keeper.deallocate()
      return nil
    }
    uv_prepare_init(uv, keeper)
    uv_prepare_start(keeper) { _ in }
  }

  /// Lets libuv do the work that is due.
  func run() {
    isStepping = true
    uv_run(uv, UV_RUN_NOWAIT)
    isStepping = false
    if isEnding { free() }
  }

  /// Gives the loop back, of which the node has closed all but our handle.
  private func free() {
    isEnding = false
    uv_close(UnsafeMutableRawPointer(keeper).assumingMemoryBound(to: uv_handle_t.self)) { handle in
      UnsafeMutableRawPointer(handle)?.deallocate()
    }
    while uv_run(uv, UV_RUN_DEFAULT) != 0 {}
    if uv_loop_close(uv) == 0 { uv.deallocate() }
  }
}
