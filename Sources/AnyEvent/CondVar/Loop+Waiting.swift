internal import CLibUV

extension Loop {
  /// Runs until `isReady`, even if nothing on this loop could make it so: another thread may.
  func wait(until isReady: () -> Bool) throws(CondVarError) {
    guard state == .open else { throw CondVarError.closedLoop }
    guard kind != .foreign else { throw CondVarError.foreignLoop }
    guard !isRunning else { throw CondVarError.recursiveWait }
    beginRunning()
    isWaiting = true
    uv_ref(base(asyncHandle))
    while !isReady(), !stopRequested, state == .open { turn(UV_RUN_DEFAULT) }
    if state == .open { uv_unref(base(asyncHandle)) }
    isWaiting = false
    let wasStopped = stopRequested
    endRunning()
    if isReady() { return }
    throw wasStopped ? CondVarError.stopped : CondVarError.closedLoop
  }
}
