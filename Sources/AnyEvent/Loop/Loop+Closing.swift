internal import AEValue
internal import CLibUV
internal import Synchronization

extension Loop {
  /// Whether the loop still takes watchers.
  public var isOpen: Bool { state == .open }

  /// Cancels everything on this loop and gives back every libuv handle and all memory.
  ///
  /// Legal at any time on the loop's thread, also inside callbacks and more than once. No callback
  /// of a watcher is called afterwards, and watchers made afterwards never call. Tasks that wait on the loop go on with
  /// an error (``CondVarError/closedLoop``); those of ``task(priority:_:)`` are cancelled. `completion` is
  /// called when the last handle is closed:
  /// - on a foreign loop, from the host's `uv_run`, while that runs on;
  /// - on an own loop, before this returns, or, inside a callback, when the running `run()`
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
    closeMailbox()
    cancelTasks()
    cancelEverything()
    switch kind {
    case .foreign:
      closeCoreHandles()
      // Keeps the loop until then.
      ledger.whenEmpty = {
        self.entered {
          self.runLastJobs()
          self.finishClosing()
        }
      }
    case .own, .manual:
      if isRunning { uv_stop(uv) } else { closeOwnLoop() }
    }
  }

  /// Closes the handles of a loop that isn't running and frees it.
  func closeOwnLoop() {
    closeCoreHandles()
    while ledger.open > 0 { uv_run(uv, UV_RUN_DEFAULT) }
    runLastJobs()
    let status = uv_loop_close(uv)
    require(status == 0, "a handle was left on a closed loop: \(describe(status))")
    uv.deallocate()
    finishClosing()
  }

  /// Cancels all watchers and closes all residents.
  func cancelEverything() {
    // One by one: a callback may have held the last reference to another watcher.
    while let timer = timers.popFirst() { withExtendedLifetime(timer) {} }
    for resident in services.values { resident.loopCloses() }
    for poll in polls.values { poll.closeAll() }
    mainQueue?.disarm(ledger)
    idleWatchers.removeAll()
    postponed.removeAll()
    targets.removeAll()
    disarmRound()
    // The sockets of these are closed now, even if others hold a reference.
    for resident in kept.values { resident.loopCloses() }
    kept.removeAll()
    endSuspensions()
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

// MARK: - Handles of libuv

/// Counts the libuv handles and requests that a loop has given to libuv and not got back.
///
/// The memory of a handle may be freed only in its close callback, which can come when its owner is
/// gone. So a closing handle holds only the ledger.
final class HandleLedger {
  private(set) var open = 0
  var whenEmpty: (() -> Void)?

  func opened() { open += 1 }

  func closed() {
    open -= 1
    guard open == 0, let whenEmpty else { return }
    self.whenEmpty = nil
    whenEmpty()
  }

  /// Closes a handle; the close callback frees its memory.
  ///
  /// No other callback of the handle is called any more. Closing twice does nothing, but the
  /// pointer must not be used after the close callback: owners drop it when they call this.
  func close<UVHandle>(_ pointer: UnsafeMutablePointer<UVHandle>) {
    let handle = base(pointer)
    guard uv_is_closing(handle) == 0 else { return }
    handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    uv_close(handle) { handle in
      guard let handle, let data = handle.pointee.data else { return }
      let ledger = Unmanaged<HandleLedger>.fromOpaque(data).takeRetainedValue()
      UnsafeMutableRawPointer(handle).deallocate()
      ledger.closed()
    }
  }
}

extension Loop {
  /// How many libuv handles and requests the loop has, for tests that look for leaks.
  package var openHandles: Int { ledger.open }
}

/// The part that all libuv handles have in common.
@inline(__always)
func base<UVHandle>(_ pointer: UnsafeMutablePointer<UVHandle>) -> UnsafeMutablePointer<uv_handle_t>
{
  UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: uv_handle_t.self)
}

/// libuv's text for one of its (negative) codes.
func describe(_ status: CInt) -> String {
  guard let text = uv_strerror(status) else { return "error \(status)" }
  return String(cString: text)
}
