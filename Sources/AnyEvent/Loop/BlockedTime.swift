internal import CLibUV
internal import Glibc

/// Measures how long callbacks keep a loop from looking for events.
///
/// The time from the end of one wait for events to the begin of the next one is noted when it is long; a
/// clock is read that costs a few nanoseconds and is exact to some milliseconds.
final class BlockedTime: LoopResident {
  private unowned(unsafe) let loop: Loop
  private var prepare: UnsafeMutablePointer<uv_prepare_t>?
  private var check: UnsafeMutablePointer<uv_check_t>?
  /// When the loop has last waited, in milliseconds; 0: not yet.
  @exclusivity(unchecked) private var wokenAt: UInt64 = 0
  @exclusivity(unchecked) private(set) var sum: UInt64 = 0
  @exclusivity(unchecked) private(set) var longest: UInt64 = 0

  /// Shorter times (ms) are not noted.
  private static let least: UInt64 = 10

  init(on loop: Loop) {
    self.loop = loop
    let prepare = UnsafeMutablePointer<uv_prepare_t>.allocate(capacity: 1)
    let check = UnsafeMutablePointer<uv_check_t>.allocate(capacity: 1)
    uv_prepare_init(loop.uv, prepare)
    uv_check_init(loop.uv, check)
    let data = Unmanaged.passUnretained(self).toOpaque()
    for handle in [base(prepare), base(check)] {
      handle.pointee.data = data
      loop.ledger.opened()
      uv_unref(handle)
    }
    uv_prepare_start(prepare) { handle in
      guard let handle else { return }
      Unmanaged<BlockedTime>.fromOpaque(handle.pointee.data)._withUnsafeGuaranteedRef {
        $0.sleeps()
      }
    }
    uv_check_start(check) { handle in
      guard let handle else { return }
      Unmanaged<BlockedTime>.fromOpaque(handle.pointee.data)._withUnsafeGuaranteedRef {
        // libuv has read the clock when it was woken.
        $0.wokenAt = uv_now(handle.pointee.loop)
      }
    }
    self.prepare = prepare
    self.check = check
  }

  private func sleeps() {
    guard wokenAt > 0 else { return }
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    let now = UInt64(time.tv_sec) &* 1000 &+ UInt64(time.tv_nsec) / 1_000_000
    guard now >= wokenAt &+ Self.least else { return }
    sum &+= now - wokenAt
    longest = max(longest, now - wokenAt)
  }

  func loopCloses() {
    if let prepare { loop.ledger.close(prepare) }
    if let check { loop.ledger.close(check) }
    prepare = nil
    check = nil
  }

  func loopForked() { wokenAt = 0 }
}

extension Loop {
  /// Begins to measure ``blockedTime``, on loops that are made and run here.
  package func measureBlockedTime() {
    guard kind == .own, state == .open, self[only: BlockedTime.self] == nil else { return }
    self[only: BlockedTime.self] = BlockedTime(on: self)
  }

  /// The times (s) for which callbacks have kept the loop from looking for events, of at least 10 ms each:
  /// their sum, and the longest one; nil if they are not measured.
  package var blockedTime: (sum: Double, longest: Double)? {
    guard let measured = self[only: BlockedTime.self] else { return nil }
    return (Double(measured.sum) / 1e3, Double(measured.longest) / 1e3)
  }
}
