internal import AEValue
internal import CLibUV

/// Looks before each time the loop sleeps for mistakes that nobody would notice, where `AE_STRICT` asks for it.
final class StrictChecks: LoopResident {
  private unowned(unsafe) let loop: Loop
  private var handle: UnsafeMutablePointer<uv_prepare_t>?

  init(on loop: Loop) {
    self.loop = loop
    let pointer = UnsafeMutablePointer<uv_prepare_t>.allocate(capacity: 1)
    uv_prepare_init(loop.uv, pointer)
    loop.ledger.opened()
    pointer.pointee.data = Unmanaged.passUnretained(loop).toOpaque()
    uv_unref(base(pointer))
    uv_prepare_start(pointer) { handle in
      guard let handle else { return }
      Unmanaged<Loop>.fromOpaque(handle.pointee.data).takeUnretainedValue().checkDescriptors()
    }
    handle = pointer
  }

  func loopCloses() {
    guard let handle else { return }
    self.handle = nil
    loop.ledger.close(handle)
  }
}

extension Loop {
  /// Stops the program if a time is no time.
  func checkTimer(_ after: Double, _ interval: Double, _ file: StaticString, _ line: UInt) {
    guard records?.isStrict == true else { return }
    require(
      after.isFinite && interval.isFinite && interval >= 0,
      "a timer's times are numbers of seconds, and its interval is not below 0: \(after), \(interval)",
      file: file, line: line)
  }
}
