import CLibUV
import Testing

/// Keeps a closure for a host's C callback.
final class HostState {
  let body: () -> Void
  init(_ body: @escaping () -> Void) { self.body = body }
}

/// A libuv loop as a host program has it; at the end it must close clean, with every handle given
/// back.
func withHostLoop(_ body: (UnsafeMutablePointer<uv_loop_t>) throws -> Void) rethrows {
  let uv = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
  #expect(uv_loop_init(uv) == 0)
  try body(uv)
  uv_run(uv, UV_RUN_DEFAULT)
  #expect(handleCount(uv) == 0)
  #expect(uv_loop_close(uv) == 0)
  uv.deallocate()
}

/// How many handles a loop has, active or not.
func handleCount(_ uv: UnsafeMutablePointer<uv_loop_t>) -> Int {
  var count = 0
  withUnsafeMutablePointer(to: &count) {
    uv_walk(uv, { _, count in count?.assumingMemoryBound(to: Int.self).pointee += 1 }, $0)
  }
  return count
}

/// The host's own work: a timer of its own that calls `body` after so many milliseconds.
func hostTimer(
  _ uv: UnsafeMutablePointer<uv_loop_t>, _ milliseconds: UInt64, _ body: @escaping () -> Void
) {
  let timer = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
  uv_timer_init(uv, timer)
  timer.pointee.data = Unmanaged.passRetained(HostState(body)).toOpaque()
  uv_timer_start(
    timer,
    { timer in
      guard let timer else { return }
      let state = Unmanaged<HostState>.fromOpaque(timer.pointee.data).takeRetainedValue()
      let handle = UnsafeMutableRawPointer(timer).assumingMemoryBound(to: uv_handle_t.self)
      uv_close(handle) { $0?.deallocate() }
      state.body()
    }, milliseconds, 0)
}
