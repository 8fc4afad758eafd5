internal import AEValue
internal import CLibUV
internal import Synchronization

extension Loop {
  /// Whether the loop still takes watchers.
  public var isOpen: Bool { state == .open }

  /// Cancels everything on this loop and gives back every libuv handle and all memory.
  ///
  /// Legal at any time on the loop's thread, also inside callbacks and more than once. No callback
  /// of a watcher is called afterwards, and watchers made afterwards never call. `completion` is
  /// called when the last handle is closed:
  /// - on a foreign loop, from the host's `uv_run`, while that runs on;
  /// - on a loop of our own, before this returns, or, inside a callback, when the running `run()`
  ///   or `recv()` is about to return.
  public func close(_ completion: (() -> Void)? = nil) {
    preconditionOnLoop()
    guard state != .closed else {
      completion?()
      return
    }
    if let completion { closeCompletions.append(completion) }
    guard state == .open else { return }
    state = .closing
    // Released after the lock: what a job holds may post as it goes.
    let undone = mailbox.withLock { $0.close() }
    withExtendedLifetime(undone) {}
    cancelEverything()
    switch kind {
    case .foreign:
      closeCoreHandles()
      // Keeps the loop until then.
      ledger.whenEmpty = { self.entered { self.finishClosing() } }
    case .own, .manual:
      if isRunning { uv_stop(uv) } else { closeOwnLoop() }
    }
  }

  /// Closes the handles of a loop that isn't running and frees it.
  func closeOwnLoop() {
    closeCoreHandles()
    while ledger.open > 0 { uv_run(uv, UV_RUN_DEFAULT) }
    let status = uv_loop_close(uv)
    require(status == 0, "a handle was left on a closed loop: \(describe(status))")
    uv.deallocate()
    finishClosing()
  }

  private func cancelEverything() {
    // One by one: what a callback held may be the last reference to another watcher.
    while let timer = timers.popFirst() { timer.takeUnretainedValue().deactivate() }
    for resident in services.values { resident.loopCloses() }
    for poll in polls.values { poll.closeAll() }
    mainQueue?.disarm(ledger)
    idleWatchers.walk { $0.cancel() }
    postponed.removeAll()
    targets.removeAll()
    disarmRound()
    // Whoever else holds these, their sockets are closed now.
    for resident in kept.values { resident.loopCloses() }
    kept.removeAll()
  }

  private func finishClosing() {
    state = .closed
    ForkedLoops.remove(self)
    let completions = closeCompletions
    closeCompletions = []
    for completion in completions { completion() }
    keptByHandles = nil
  }
}
