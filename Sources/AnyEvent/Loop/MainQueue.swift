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

/// Runs an actor's jobs on a loop's thread.
///
/// An actor whose `unownedExecutor` is that of a `LoopExecutor` shares the loop's thread with its
/// callbacks; this also works on a loop that a host runs. Jobs go through `Loop.post`, so the loop
/// must be open while the actor is used. The main actor needs no executor: the default loop serves
/// its queue.
public final class LoopExecutor: SerialExecutor {
  private let loop: Loop

  /// Makes an executor for this loop.
  public init(_ loop: Loop) { self.loop = loop }

  /// Hands a job to the loop; called by the Swift runtime, on any thread.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isAccepted = loop.post { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    require(
      isAccepted, "an actor lives on a closed event loop: end its tasks before closing the loop")
  }

  /// Stops the program unless the caller is on the loop's thread; called by the Swift runtime.
  public func checkIsolated() { loop.preconditionOnLoop() }
}
