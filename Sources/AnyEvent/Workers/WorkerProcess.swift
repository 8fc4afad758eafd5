public import AEValue

/// A process that calls one function of a program, again and again, for the process that has started it.
///
///     let rpc = Fork.RPC("resize", on_error: { message in … })
///     rpc("photo.jpg", 640) { results in … }
///
/// The program is this one, started anew: it has to call ``Fork/serve(on:)`` before it does anything else. When the last
/// reference goes the worker answers all calls, and ends; the loop keeps it until then. To be used on the
/// loop's thread; the last reference may be dropped on any. Corresponds to what Perl's
/// `AnyEvent::Fork::RPC::run` returns.
public final class WorkerProcess: @unchecked Sendable {
  private let connection: WorkerConnection

  /// Starts a worker.
  ///
  /// - Parameters:
  ///   - function: the name under which the program offers the function.
  ///   - executable: the path of the program; nil for this one.
  ///   - loop: where callbacks are called.
  ///   - on_error: called once when the worker has ended too early: it was killed, its function has thrown, the
  ///     program cannot be started. Without it `on_event` gets `"error"` and the message; without both that
  ///     is logged.
  ///   - on_event: called with the values that the worker tells by ``Fork/event(_:on:)``.
  ///   - on_destroy: called when the last reference has gone, all calls are answered, and the process has ended.
  public init(
    _ function: String, executable: String? = nil, on loop: Loop = .current,
    on_error: ((_ message: String) -> Void)? = nil,
    on_event: ((_ values: [Value]) -> Void)? = nil,
    on_destroy: (() -> Void)? = nil
  ) {
    loop.preconditionOnLoop()
    let error = on_error ?? Self.report(to: on_event)
    connection = WorkerConnection(
      on: loop, function, .worker(executable),
      .init(error: error, event: on_event, end: on_destroy))
  }

  /// Calls the function with these arguments.
  ///
  /// `reply` gets its results, or nil if the worker ends before it has answered; it is called once, never before
  /// this returns, and not at all after the loop's end.
  public func callAsFunction(
    _ arguments: (any MessageConvertible)?..., reply: @escaping (_ results: [Value]?) -> Void
  ) {
    call(Value.list(arguments), reply: reply)
  }

  /// Calls the function with the elements of a list.
  public func call(_ arguments: [Value], reply: @escaping (_ results: [Value]?) -> Void) {
    connection.loop.preconditionOnLoop()
    connection.call(arguments, reply)
  }

  /// How errors are told that no callback wants.
  static func report(to on_event: (([Value]) -> Void)?) -> (String) -> Void {
    if let on_event { return { on_event(["error", .string($0)]) } }
    return { LogContext.ofModule().log(.error, $0) }
  }

  deinit {
    let connection = connection
    if connection.loop.isOnLoop { return connection.finish() }
    connection.loop.post { connection.finish() }
  }
}
