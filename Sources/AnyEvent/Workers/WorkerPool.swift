public import AEValue

/// Worker processes that share calls of one function.
///
///     let pool = Fork.Pool("resize", max: 4)
///     pool("photo.jpg", 640) { results in … }
///
/// Workers are started when they are needed and end when they are idle. When the last reference goes all calls are
/// done and all workers end; the loop keeps them until then. To be used on the loop's thread; the last reference
/// may be dropped on any. Corresponds to what Perl's `AnyEvent::Fork::Pool::run` returns.
public final class WorkerPool: @unchecked Sendable {
  private let crew: WorkerCrew

  /// Makes a pool.
  ///
  /// - Parameters:
  ///   - function: the name under which the program offers the function.
  ///   - executable: the path of the program; nil for this one.
  ///   - max: how many workers there may be.
  ///   - idle: how many idle ones are kept ready.
  ///   - load: how many calls a worker has at once.
  ///   - start: how many seconds all must have been busy before one more is started.
  ///   - stop: after how many idle seconds one ends that is not kept ready.
  ///   - loop: where callbacks are called.
  ///   - on_error: called for each worker that has ended too early; see ``WorkerProcess``. The others go on.
  ///   - on_event: called with the values that a worker tells by ``Fork/event(_:on:)``.
  ///   - on_destroy: called when the last reference has gone, all calls are done, and all workers have ended.
  ///   - file: where the pool is made, for the sentence about wrong limits.
  ///   - line: the line of that.
  public init(
    _ function: String, executable: String? = nil, max: Int = 4, idle: Int = 0, load: Int = 2,
    start: Double = 0.1, stop: Double = 10, on loop: Loop = .current,
    on_error: ((_ message: String) -> Void)? = nil,
    on_event: ((_ values: [Value]) -> Void)? = nil,
    on_destroy: (() -> Void)? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    loop.preconditionOnLoop(file: file, line: line)
    require(
      max > 0 && load > 0 && idle >= 0, "a pool has at least one worker with one call (max, load)",
      file: file, line: line)
    crew = WorkerCrew(
      on: loop, function, .worker(executable),
      WorkerCrew.Limits(max: max, idle: min(idle, max), load: load, start: start, stop: stop),
      .init(error: on_error ?? WorkerProcess.report(to: on_event), event: on_event, end: on_destroy)
    )
  }

  /// Has a worker call the function with these arguments.
  ///
  /// `reply` gets its results, or nil if the worker ends before it has answered; it is called once, never before
  /// this returns, and not at all after the loop's end.
  public func callAsFunction(
    _ arguments: (any MessageConvertible)?..., reply: @escaping (_ results: [Value]?) -> Void
  ) {
    call(Value.list(arguments), reply: reply)
  }

  /// Has a worker call the function with the elements of a list.
  public func call(_ arguments: [Value], reply: @escaping (_ results: [Value]?) -> Void) {
    crew.loop.preconditionOnLoop()
    crew.call(arguments, reply)
  }

  deinit {
    let crew = crew
    if crew.loop.isOnLoop { return crew.finish() }
    crew.loop.post { crew.finish() }
  }
}
