internal import AEValue
internal import CLibUV

extension Loop {
  /// Runs callbacks until `stop()` is called or nothing is left that could call one.
  ///
  /// Only on loops of our own. Corresponds to `EV::run`; `recv()` of a condition variable is the
  /// usual way to run the default loop.
  public func run() {
    beginRunning()
    repeat {
      openMailIfAlone()
      if !stopRequested { turn(UV_RUN_DEFAULT) }
    } while hasMail && !stopRequested && state == .open
    endRunning()
  }

  /// Runs one iteration: what is ready now, or, if `waiting`, at least one event.
  ///
  /// Returns whether there is anything left that could call a callback; false too if `stop()` was
  /// called.
  @discardableResult
  public func runOnce(waiting: Bool = true) -> Bool {
    beginRunning()
    wasBusy = false
    runsOnce = true
    openMailIfAlone()
    let isAlive = turn(waiting && !wasBusy ? UV_RUN_ONCE : UV_RUN_NOWAIT)
    runsOnce = false
    endRunning()
    return isAlive && !stopRequested && state == .open
  }

  /// Makes `run()` return after the current iteration; a waiting `recv()` throws.
  ///
  /// Does nothing if the loop isn't running.
  public func stop() {
    preconditionOnLoop()
    guard isRunning else { return }
    stopRequested = true
    uv_stop(uv)
  }

  /// Has libuv call callbacks; whether there is anything left that could call one.
  @discardableResult
  func turn(_ mode: uv_run_mode) -> Bool {
    let isAlive = uv_run(uv, mode) != 0
    requireNotForked()
    return isAlive
  }

  /// Whether somebody else sees to it that callbacks are called: a host, a test that sets the time, or
  /// the function that runs the loop now.
  var isServed: Bool { state == .open && (kind != .own || isRunning) }

  /// Lets a waiting `wait(until:)` look again.
  func endWait() {
    if isWaiting { uv_stop(uv) }
  }

  /// Does the posted jobs when there is nothing else: then libuv doesn't look for them.
  private func openMailIfAlone() {
    if uv_loop_alive(uv) == 0, hasMail { openMail() }
  }

  func beginRunning() {
    require(
      kind != .foreign,
      "a loop that is attached to somebody else's is run by its owner, not by run()")
    claim()
    requireNotForked()
    require(!isRunning, "the loop is running already: run() cannot be called in its callbacks")
    require(state == .open, "the loop is closed and cannot be run again")
    isRunning = true
    stopRequested = false
    mainQueue?.arm(on: self)
    let record = ThreadRecord.current
    loopBefore = record.pointee.loop
    record.pointee.loop = .passUnretained(self)
  }

  func endRunning() {
    ThreadRecord.current.pointee.loop = loopBefore
    loopBefore = nil
    isRunning = false
    if state == .closing { closeOwnLoop() }
  }
}
