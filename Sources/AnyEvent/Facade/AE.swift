@_exported public import AEValue
internal import CLibUV
public import Synchronization

/// The short spellings of the event loop's functions, on the current loop.
///
/// Each acts on `Loop.current`: inside a callback the loop that calls it, else, on the main thread,
/// the default loop. Corresponds to Perl's package `AE`.
public enum AE {
  /// Calls `cb` after so many seconds, then, if `interval` is positive, every `interval` seconds.
  ///
  /// The returned watcher cancels when its last reference goes.
  public static func timer(
    _ after: Double, _ interval: Double = 0, _ cb: @escaping () -> Void,
    file: StaticString = #fileID, line: UInt = #line
  ) -> TimerWatcher {
    Loop.current.timer(after: after, interval: interval, cb, file: file, line: line)
  }

  /// Calls `cb` with the watcher after so many seconds, then, if `interval` is positive, every `interval` seconds.
  public static func timer(
    _ after: Double, _ interval: Double = 0, _ cb: @escaping (TimerWatcher) -> Void,
    file: StaticString = #fileID, line: UInt = #line
  ) -> TimerWatcher {
    Loop.current.timer(after: after, interval: interval, cb, file: file, line: line)
  }

  /// Calls `cb` whenever the descriptor can be read (or written) without waiting.
  public static func io(
    _ fd: CInt, _ mode: IOMode, _ cb: @escaping () -> Void, file: StaticString = #fileID,
    line: UInt = #line
  ) -> IOWatcher {
    Loop.current.io(fd, mode, cb, file: file, line: line)
  }

  /// Calls `cb` with the watcher whenever the descriptor can be read (or written) without waiting.
  public static func io(
    _ fd: CInt, _ mode: IOMode, _ cb: @escaping (IOWatcher) -> Void, file: StaticString = #fileID,
    line: UInt = #line
  ) -> IOWatcher {
    Loop.current.io(fd, mode, cb, file: file, line: line)
  }

  /// Calls `cb` when the process gets the signal, named without `SIG`: `AE.signal("INT") { … }`.
  public static func signal(
    _ name: String, _ cb: @escaping () -> Void, file: StaticString = #fileID, line: UInt = #line
  ) -> SignalWatcher {
    Loop.current.signal(name, cb, file: file, line: line)
  }

  /// Calls `cb` with the watcher when the process gets the signal, named without `SIG`.
  public static func signal(
    _ name: String, _ cb: @escaping (SignalWatcher) -> Void, file: StaticString = #fileID,
    line: UInt = #line
  ) -> SignalWatcher {
    Loop.current.signal(name, cb, file: file, line: line)
  }

  /// Calls `cb` with process id and `waitpid` status when the child has exited.
  public static func child(
    _ pid: Int32, _ cb: @escaping (_ pid: Int32, _ status: Int32) -> Void,
    file: StaticString = #fileID, line: UInt = #line
  ) -> ChildWatcher {
    Loop.current.child(pid, cb, file: file, line: line)
  }

  /// Calls `cb` with the watcher, process id and `waitpid` status when the child has exited.
  public static func child(
    _ pid: Int32,
    _ cb: @escaping (_ watcher: ChildWatcher, _ pid: Int32, _ status: Int32) -> Void,
    file: StaticString = #fileID, line: UInt = #line
  ) -> ChildWatcher {
    Loop.current.child(pid, cb, file: file, line: line)
  }

  /// Calls `cb` again and again while there is nothing else to do.
  public static func idle(
    _ cb: @escaping () -> Void, file: StaticString = #fileID, line: UInt = #line
  ) -> IdleWatcher {
    Loop.current.idle(cb, file: file, line: line)
  }

  /// Calls `cb` with the watcher again and again while there is nothing else to do.
  public static func idle(
    _ cb: @escaping (IdleWatcher) -> Void, file: StaticString = #fileID, line: UInt = #line
  ) -> IdleWatcher {
    Loop.current.idle(cb, file: file, line: line)
  }

  /// Calls `cb` soon, after the present callback has returned.
  public static func postpone(_ cb: @escaping () -> Void) { Loop.current.postpone(cb) }

  /// The time at which the current iteration began, in seconds since 1970.
  public static var now: Double { Loop.current.now }

  /// The wall clock's time, in seconds since 1970.
  public static var time: Double { Loop.current.time }

  /// Sets `now` to the present.
  public static func now_update() { Loop.current.nowUpdate() }

  /// Makes a condition variable that carries no value.
  ///
  /// The first one that is made here starts the shell that `AE_DEBUG_SHELL` asks for; see ``Debug``.
  public static func cv(_ cb: ((CondVar<Void>) -> Void)? = nil) -> CondVar<Void> {
    Debug.obeyEnvironment()
    return CondVar(cb: cb)
  }

  /// Makes a condition variable that carries a value: `AE.cv(Int.self)`.
  public static func cv<Value>(
    _ type: Value.Type, _ cb: ((CondVar<Value>) -> Void)? = nil
  ) -> CondVar<Value> {
    Debug.obeyEnvironment()
    return CondVar(cb: cb)
  }
}

extension AE {
  /// Writes what was printed so far, and has `print` write each line as it ends, also to a file or into a pipe.
  ///
  /// Corresponds to Perl's `$| = 1`, but for a `print` without the end of a line, which Perl writes at once: call this
  /// again behind it.
  public static func autoflush() { _ = aeuv_flush_lines() }
}

extension AE {
  /// Runs the default loop on the main thread until `body` is done, and returns its value.
  ///
  /// The entry of a program that uses `await`: at the top level an `await` would move the program off the main thread,
  /// where the default loop does not run.
  ///
  ///     try AE.run {
  ///       let cv = AE.cv(Int.self)
  ///       let w = AE.timer(1, 0) { cv.send(1) }
  ///       print(try await cv.value)
  ///     }
  ///
  /// Throws the error of `body`, and a ``CondVarError`` when a loop is running already, when the program has left the
  /// main thread, or when the loop is stopped or closed before `body` is done. Corresponds to a `recv` at the end of
  /// a program in Perl with Coro.
  @MainActor
  public static func run<Value>(
    _ body: @escaping @MainActor () async throws -> Value
  ) throws -> Value {
    guard Loop.isMainThread else { throw CondVarError.desertedLoop }
    guard Loop.running == nil else { throw CondVarError.nestedRun }
    let done = CondVar<Value>(on: .default)
    Task { @MainActor in
      do { done.send(try await body()) } catch { done.croak(error) }
    }
    return try done.recv()
  }
}

extension AE {
  /// Logs a message in the context of the calling module.
  ///
  /// When no context wants the level, the cost is one load and one comparison, and the text isn't
  /// built. May be called from any thread. Corresponds to Perl's `AE::log debug => "text"`.
  /// - Parameters:
  ///   - level: the priority. ``LogLevel/fatal`` only logs; it doesn't end the program.
  ///   - message: the text, one or more lines; a newline at the end is dropped.
  ///   - fileID: says which module calls; the context has the module's name.
  /// - Returns: true if it was logged somewhere.
  @inlinable @discardableResult
  public static func log(
    _ level: LogLevel, _ message: @autoclosure () -> String, fileID: StaticString = #fileID
  ) -> Bool {
    guard openLogLevels.load(ordering: .relaxed) & level.mask != 0 else { return false }
    return LogContext.ofModule(fileID).log(level, message())
  }

  /// Logs a message in the given context.
  ///
  /// - Parameters:
  ///   - level: the priority. ``LogLevel/fatal`` only logs; it doesn't end the program.
  ///   - context: keep it in a `let`: looking it up costs more than a disabled call.
  ///   - message: the text, one or more lines; a newline at the end is dropped.
  /// - Returns: true if it was logged somewhere.
  @inlinable @discardableResult
  public static func log(
    _ level: LogLevel, in context: LogContext, _ message: @autoclosure () -> String
  ) -> Bool {
    context.log(level, message())
  }

  /// A function that logs at one level in the context of the calling module.
  ///
  /// Corresponds to Perl's AnyEvent::Log::logger.
  /// - Parameters:
  ///   - level: the priority.
  ///   - fileID: says which module calls; the context has the module's name.
  /// - Returns: a function that follows changes of the configuration.
  public static func logger(_ level: LogLevel, fileID: StaticString = #fileID) -> LogFunction {
    LogFunction(.ofModule(fileID), level)
  }
}
