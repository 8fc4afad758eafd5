internal import CLibUV

/// Work for a thread of libuv's pool, whose result comes back to the loop.
final class BlockingJob {
  let loop: Loop
  /// Whether the loop's limit counts it.
  let isLimited: Bool
  /// The process that has given it to the pool; in a child of that one the result belongs to the parent.
  private let maker = ChangingProcess()
  private let work: @Sendable () -> Void
  private var completion: (() -> Void)?
  private var state = State.waiting

  private enum State {
    /// The pool does not know it yet.
    case waiting
    /// The pool has it.
    case given(UnsafeMutablePointer<uv_work_t>)
    /// The pool has it, and was told in time not to begin.
    case revoked
    case done
  }

  /// A job: `work` runs in the pool, then `completion` is called on the loop.
  init(
    on loop: Loop, isLimited: Bool, _ work: @escaping @Sendable () -> Void,
    _ completion: @escaping () -> Void
  ) {
    self.loop = loop
    self.isLimited = isLimited
    self.work = work
    self.completion = completion
  }

  /// Whether the result is still waited for.
  var isWanted: Bool { completion != nil }

  /// Gives the job to the pool, which keeps it until it is done.
  func start() {
    let request = UnsafeMutablePointer<uv_work_t>.allocate(capacity: 1)
    request.initialize(to: uv_work_t())
    request.pointee.data = Unmanaged.passRetained(self).toOpaque()
    state = .given(request)
    loop.ledger.opened()
    let status = uv_queue_work(
      loop.uv, request,
      { request in
        guard let request else { return }
        Unmanaged<BlockingJob>.fromOpaque(request.pointee.data).takeUnretainedValue().work()
      },
      { request, status in
        guard let request else { return }
        let job = Unmanaged<BlockingJob>.fromOpaque(request.pointee.data).takeRetainedValue()
        request.deallocate()
        job.ended(status)
      })
    guard status != 0 else { return }
    // libuv says that only of arguments which it cannot have got here.
    request.deallocate()
    Unmanaged.passUnretained(self).release()
    giveUp("cannot use the threads of libuv: \(describe(status))")
  }

  /// Drops the completion, and the work, too, if the pool has not begun it.
  func cancel() {
    // Released at the end: the deinitializer of an object that it held may cancel again.
    let held = completion
    completion = nil
    if case .given(let request) = state, maker.isThis {
      let isRevoked = UnsafeMutableRawPointer(request).withMemoryRebound(
        to: uv_req_t.self, capacity: 1
      ) {
        uv_cancel($0) == 0
      }
      if isRevoked { state = .revoked }
    }
    withExtendedLifetime(held) {}
  }

  /// The pool has done it, or not begun it because it was revoked.
  private func ended(_ status: CInt) {
    let completion = self.completion
    self.completion = nil
    state = .done
    let isOurs = maker.isThis
    loop.entered {
      loop.wasBusy = true
      if isOurs {
        loop.blockingJobs.ended(self)
        if status == 0 { completion?() }
      }
    }
    loop.ledger.closed()
  }

  /// Forgets a job of the parent's in the child of a fork.
  ///
  /// - Returns: whether its request was lost, so that libuv will never speak of it.
  func abandon() -> Bool {
    completion = nil
    guard case .given(let request) = state, aeuv_is_done(request) == 0 else { return false }
    state = .done
    // The pool of this process is a new one and knows nothing of the request. On a host's loop libuv still
    // counts it.
    if loop.kind != .foreign {
      request.deallocate()
      Unmanaged.passUnretained(self).release()
    }
    loop.ledger.closed()
    return true
  }
}
