internal import AEValue
internal import Glibc

extension Loop {
  /// The loop whose callback is running on this thread; outside of callbacks, on the main thread,
  /// `default`.
  ///
  /// On other threads there is no default: `perform(_:)` makes a loop the current one.
  public static var current: Loop {
    let record = ThreadRecord.current
    if let loop = record.pointee.loop { return loop.takeUnretainedValue() }
    guard record.pointee.isMain else {
      misuse(
        "no event loop is running on this thread: call this inside a callback of a loop or inside loop.perform { }, or on the main thread, whose loop is Loop.default"
      )
    }
    return .default
  }

  /// Whether this is the process's main thread.
  package static var isMainThread: Bool { ThreadRecord.current.pointee.isMain }

  /// The loop whose callback is running on this thread, if there is one.
  package static var running: Loop? { ThreadRecord.current.pointee.loop?.takeUnretainedValue() }

  /// Calls `body` with this loop as the current one, so that `AE.timer` and the like act on it.
  public func perform<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    preconditionOnLoop()
    let record = ThreadRecord.current
    let previous = record.pointee.loop
    record.pointee.loop = .passUnretained(self)
    defer { record.pointee.loop = previous }
    return try withExtendedLifetime(self, body)
  }

  /// Calls `body` as a callback from libuv.
  ///
  /// A loop of our own is made current by `run`, once; on a foreign one each callback has to do it.
  @inline(__always)
  func entered(_ body: () -> Void) {
    guard kind == .foreign else {
      body()
      return requireNotForked()
    }
    // The child's idle handle must not keep the host from sleeping.
    if state == .abandoned { return disarmRound() }
    visits &+= 1
    if isOwnerProvisional { adopt() }
    let record = ThreadRecord.current
    let previous = record.pointee.loop
    record.pointee.loop = .passUnretained(self)
    body()
    record.pointee.loop = previous
  }

  /// Stops the program with a sentence unless the caller is on this loop's thread.
  ///
  /// A loop that has not run yet has no thread, and nothing is checked.
  @inline(__always)
  public func preconditionOnLoop(
    _ function: StaticString = #function, file: StaticString = #fileID, line: UInt = #line
  ) {
    if owner != 0, owner != pthread_self() { stopOffLoop(function, file, line) }
  }

  /// Whether the caller is on this loop's thread (or the loop has none yet).
  public var isOnLoop: Bool { owner == 0 || owner == pthread_self() }

  /// Makes the calling thread the owner if there is none.
  func claim() {
    if owner == 0 {
      if mainQueue != nil, !ThreadRecord.current.pointee.isMain { stopOffMainThread() }
      owner = pthread_self()
    }
    preconditionOnLoop()
  }

  /// Stops a program whose main actor has left the main thread, where the default loop lives.
  @inline(never)
  func stopOffMainThread() -> Never {
    misuse(
      "the default loop runs only on the main thread: a top-level await or an async main moves the program off that thread, so write cv.recv() there and put the await into Task { @MainActor in … }"
    )
  }
}

@inline(never)
private func stopOffLoop(_ function: StaticString, _ file: StaticString, _ line: UInt) -> Never {
  misuse(
    "\(function) was called on a thread that is not the event loop's: use loop.post { } from other threads",
    file: file, line: line)
}
