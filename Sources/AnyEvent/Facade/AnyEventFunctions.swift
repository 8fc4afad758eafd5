// The spellings of Perl's `AnyEvent->timer (…)`: written `AnyEvent.timer(…)`, with the module's
// name. They must not become members of a type called AnyEvent: that would hide all other names of
// the module.

/// Calls `cb` after `after` seconds, then, if `interval` is positive, every `interval` seconds.
///
/// The watcher cancels when its last reference goes. Corresponds to Perl's `AnyEvent->timer`.
public func timer(
  after: Double, interval: Double = 0, cb: @escaping () -> Void, file: StaticString = #fileID,
  line: UInt = #line
) -> TimerWatcher {
  Loop.current.timer(after: after, interval: interval, cb, file: file, line: line)
}

/// Calls `cb` with the watcher after `after` seconds, then, if `interval` is positive, every `interval` seconds.
public func timer(
  after: Double, interval: Double = 0, cb: @escaping (TimerWatcher) -> Void,
  file: StaticString = #fileID,
  line: UInt = #line
) -> TimerWatcher {
  Loop.current.timer(after: after, interval: interval, cb, file: file, line: line)
}

/// Calls `cb` whenever the descriptor can be read or written without waiting.
///
/// Corresponds to Perl's `AnyEvent->io`.
public func io(
  fh: CInt, poll: IOMode, cb: @escaping () -> Void, file: StaticString = #fileID,
  line: UInt = #line
) -> IOWatcher {
  Loop.current.io(fh, poll, cb, file: file, line: line)
}

/// Calls `cb` with the watcher whenever the descriptor can be read or written without waiting.
public func io(
  fh: CInt, poll: IOMode, cb: @escaping (IOWatcher) -> Void, file: StaticString = #fileID,
  line: UInt = #line
) -> IOWatcher {
  Loop.current.io(fh, poll, cb, file: file, line: line)
}

/// Calls `cb` when the process gets the signal, named without `SIG`.
///
/// Corresponds to Perl's `AnyEvent->signal`.
public func signal(
  signal name: String, cb: @escaping () -> Void, file: StaticString = #fileID,
  line: UInt = #line
) -> SignalWatcher {
  Loop.current.signal(name, cb, file: file, line: line)
}

/// Calls `cb` with the watcher when the process gets the signal, named without `SIG`.
public func signal(
  signal name: String, cb: @escaping (SignalWatcher) -> Void, file: StaticString = #fileID,
  line: UInt = #line
) -> SignalWatcher {
  Loop.current.signal(name, cb, file: file, line: line)
}

/// Calls `cb` with process id and `waitpid` status when the child has exited.
///
/// Corresponds to Perl's `AnyEvent->child`.
public func child(
  pid: Int32, cb: @escaping (_ pid: Int32, _ status: Int32) -> Void,
  file: StaticString = #fileID, line: UInt = #line
) -> ChildWatcher {
  Loop.current.child(pid, cb, file: file, line: line)
}

/// Calls `cb` with the watcher, process id and `waitpid` status when the child has exited.
public func child(
  pid: Int32, cb: @escaping (_ watcher: ChildWatcher, _ pid: Int32, _ status: Int32) -> Void,
  file: StaticString = #fileID, line: UInt = #line
) -> ChildWatcher {
  Loop.current.child(pid, cb, file: file, line: line)
}

/// Calls `cb` again and again while there is nothing else to do.
///
/// Corresponds to Perl's `AnyEvent->idle`.
public func idle(
  cb: @escaping () -> Void, file: StaticString = #fileID, line: UInt = #line
) -> IdleWatcher {
  Loop.current.idle(cb, file: file, line: line)
}

/// Calls `cb` with the watcher again and again while there is nothing else to do.
public func idle(
  cb: @escaping (IdleWatcher) -> Void, file: StaticString = #fileID, line: UInt = #line
) -> IdleWatcher {
  Loop.current.idle(cb, file: file, line: line)
}

/// Calls `cb` soon, after the present callback has returned.
///
/// Corresponds to Perl's `AnyEvent::postpone`.
public func postpone(_ cb: @escaping () -> Void) { Loop.current.postpone(cb) }

/// Makes a condition variable that carries no value.
///
/// `cb` is called when it gets ready. Corresponds to Perl's `AnyEvent->condvar`.
public func condvar(cb: ((CondVar<Void>) -> Void)? = nil) -> CondVar<Void> { AE.cv(cb) }

/// Makes a condition variable that carries a value: `AnyEvent.condvar(Int.self)`.
public func condvar<Value>(
  _ type: Value.Type, cb: ((CondVar<Value>) -> Void)? = nil
) -> CondVar<Value> {
  AE.cv(type, cb)
}

/// The time at which the current iteration began, in seconds since 1970.
///
/// Corresponds to Perl's `AnyEvent->now`.
public func now() -> Double { Loop.current.now }

/// The wall clock's time, in seconds since 1970.
///
/// Corresponds to Perl's `AnyEvent->time`.
public func time() -> Double { Loop.current.time }

/// Sets `now()` to the present.
///
/// Corresponds to Perl's `AnyEvent->now_update`.
public func now_update() { Loop.current.nowUpdate() }
