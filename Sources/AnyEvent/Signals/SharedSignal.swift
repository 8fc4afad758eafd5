internal import AEValue
internal import CLibUV

/// The one `uv_signal_t` of a signal number, shared by all its watchers on a loop.
///
/// It lives in the loop's ``SignalTable`` from the first watcher to the last.
final class SharedSignal {
  private unowned(unsafe) let loop: Loop
  private let number: CInt
  private let watchers = WatcherList<SignalWatcher>()
  private var handle: UnsafeMutablePointer<uv_signal_t>?
  /// Whether the thread held the signal back before.
  private var wasBlocked = false

  init(on loop: Loop, _ number: CInt, _ file: StaticString, _ line: UInt) {
    self.loop = loop
    self.number = number
    let pointer = UnsafeMutablePointer<uv_signal_t>.allocate(capacity: 1)
    var status = uv_signal_init(loop.uv, pointer)
    if status != 0 { giveUp("cannot watch signals: \(describe(status))") }
    loop.ledger.opened()
    handle = pointer
    loop.signals[number] = self
    pointer.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    loop.setReference(pointer)
    SignalDisposition.willWatch(number)
    status = uv_signal_start(
      pointer,
      { handle, _ in
        guard let handle else { return }
        Unmanaged<SharedSignal>.fromOpaque(handle.pointee.data).takeUnretainedValue().received()
      }, number)
    require(
      status == 0, "signal \(number) cannot be watched: \(describe(status))", file: file, line: line
    )
    // Which of its threads gets a signal is the affair of a foreign loop's host.
    if loop.kind != .foreign { wasBlocked = SignalDisposition.unblock(number) }
  }

  func updateReference() {
    if let handle { loop.setReference(handle) }
  }

  func add(_ watcher: SignalWatcher) { watchers.add(watcher) }

  func remove(_ watcher: SignalWatcher) {
    watchers.remove(watcher)
    guard watchers.isEmpty, let handle else { return }
    self.handle = nil
    if loop.signals[number] === self { loop.signals[number] = nil }
    loop.ledger.close(handle)
    SignalDisposition.didWatch(number)
    if wasBlocked { SignalDisposition.block(number) }
  }

  /// Cancels all watchers.
  func closeAll() { watchers.walk { $0.cancel() } }

  private func received() {
    loop.entered {
      loop.wasBusy = true
      watchers.fire(on: loop)
    }
  }
}
