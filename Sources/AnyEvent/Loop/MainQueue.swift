internal import AEValue
internal import CLibUV
internal import Dispatch
internal import Glibc

@_silgen_name("_dispatch_get_main_queue_handle_4CF")
private func mainQueueDescriptor() -> CInt

@_silgen_name("_dispatch_main_queue_callback_4CF")
private func drainMainQueue(_ unused: UnsafeMutableRawPointer?)

/// Lets the main actor's jobs run while the default loop has the main thread.
///
/// libdispatch announces them on an eventfd. Its counter must be read here: libdispatch never does,
/// and an unread one stays readable for ever.
final class MainQueue {
  private enum State {
    /// libdispatch was not asked for its descriptor yet.
    case unasked
    /// libdispatch has its descriptor, and it is not polled.
    case idle
    /// It is polled.
    case armed(UnsafeMutablePointer<uv_poll_t>)
    /// The parent of this process polls it, and would miss each wake-up that is taken here.
    case parents
  }

  private var state = State.unasked
  private unowned(unsafe) var loop: Loop?

  /// Starts listening; the handle never keeps the loop running by itself.
  func arm(on loop: Loop) {
    guard ThreadRecord.current.pointee.isMain else { return }
    switch state {
    case .armed, .parents: return
    // libdispatch stops the program when it gets no descriptor.
    case .unasked: guard FreeDescriptors.are(1) else { return }
    case .idle: break
    }
    let fd = mainQueueDescriptor()
    guard fd >= 0 else { return }
    state = .idle
    let pointer = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
    guard uv_poll_init(loop.uv, pointer, fd) == 0 else {
      pointer.deallocate()
      return
    }
    self.loop = loop
    state = .armed(pointer)
    loop.ledger.opened()
    pointer.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    uv_unref(base(pointer))
    uv_poll_start(pointer, CInt(UV_READABLE.rawValue)) { handle, _, _ in
      guard let handle else { return }
      Unmanaged<MainQueue>.fromOpaque(handle.pointee.data).takeUnretainedValue().drain()
    }
  }

  func disarm(_ ledger: HandleLedger) {
    guard case .armed(let handle) = state else { return }
    ledger.close(handle)
    state = .idle
  }

  /// Stops listening for ever, in the child of a fork.
  func leaveToParent(_ ledger: HandleLedger) {
    disarm(ledger)
    state = .parents
  }

  private func drain() {
    var counter: UInt64 = 0
    _ = read(mainQueueDescriptor(), &counter, MemoryLayout<UInt64>.size)
    loop?.wasBusy = true
    drainMainQueue(nil)
    loop?.requireNotForked()
  }
}
