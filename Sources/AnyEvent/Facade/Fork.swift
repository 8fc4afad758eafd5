public import AEValue

/// Worker processes: the meaning of Perl's AnyEvent::Fork::RPC and AnyEvent::Fork::Pool.
///
/// A Swift program cannot go on in a forked child, so a worker is the program started anew:
///
///     Fork.worker("resize") { arguments in [try resize(arguments[0], arguments[1])] }
///     Fork.serve()                  // in a worker this does not return
///
///     let pool = Fork.Pool("resize", max: 4)
///     pool("photo.jpg", 640) { results in … }
public enum Fork {
  /// A worker process: Perl's `AnyEvent::Fork->new->AnyEvent::Fork::RPC::run ($function, …)`.
  public typealias RPC = WorkerProcess

  /// Worker processes that share calls: Perl's `AnyEvent::Fork->new->AnyEvent::Fork::Pool::run ($function, …)`.
  public typealias Pool = WorkerPool

  /// Offers a function to those that start this program as their worker.
  ///
  /// It gets the arguments of one call after the other and returns the results. When it throws the worker ends, and
  /// the parent's `on_error` gets the error's text.
  public static func worker(
    _ name: String, on loop: Loop = .current,
    _ function: @escaping (_ arguments: [Value]) throws -> [Value]
  ) {
    loop.preconditionOnLoop()
    WorkerFunctions.of(loop).table[name] = .plain(function)
  }

  /// Offers a function that has its results later: Perl's `async => 1`.
  ///
  /// It calls `done` once with the results, and may have several calls under way. The loop runs meanwhile.
  public static func worker_async(
    _ name: String, on loop: Loop = .current,
    _ function: @escaping (_ done: WorkerDone, _ arguments: [Value]) throws -> Void
  ) {
    loop.preconditionOnLoop()
    WorkerFunctions.of(loop).table[name] = .asynchronous(function)
  }

  /// In a worker process, serves calls until the process ends, and does not return.
  ///
  /// Elsewhere it does nothing. A program calls it after it has offered its functions and before it does anything else.
  public static func serve(on loop: Loop = .current) {
    loop.preconditionOnLoop()
    let offered = WorkerFunctions.of(loop)
    guard let service = WorkerService(on: loop, offered) else { return }
    offered.service = service
    service.serve()
  }

  /// In a worker process: has the parent's `on_event` called with these values.
  ///
  /// Elsewhere it does nothing. Corresponds to Perl's `AnyEvent::Fork::RPC::event`.
  public static func event(_ values: (any MessageConvertible)?..., on loop: Loop = .current) {
    loop.preconditionOnLoop()
    WorkerFunctions.of(loop).service?.tell(Value.list(values))
  }
}
