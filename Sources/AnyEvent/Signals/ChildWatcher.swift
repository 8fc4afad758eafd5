internal import AEValue
internal import Glibc

/// Waits for the exit of a child process until it is cancelled or its last reference goes.
///
/// To be used on the loop's thread; the last reference may be dropped on any. Corresponds to the watcher that Perl's
/// `AE::child` returns.
public final class ChildWatcher: @unchecked Sendable {
  private let registration: Registration
  /// The watched process; 0 for any child.
  public let pid: Int32

  // `lost` is called when the status will never come, because others have collected it.
  init(
    on loop: Loop, _ pid: Int32, lost: (() -> Void)? = nil,
    _ callback: @escaping (Int32, Int32) -> Void
  ) {
    self.pid = pid
    registration = Registration(on: loop) { number in
      let reaper = loop.children ?? ChildReaper(on: loop)
      loop.children = reaper
      return reaper.add(ChildCallback(call: callback, lost: lost), pid, number)
    }
  }

  /// Whether the callback may still be called.
  public var isActive: Bool { registration.isActive }

  /// Stops waiting; may be called more than once and in its own callback.
  public func cancel() { registration.cancel() }

  deinit { registration.watcherGoes() }
}

extension ChildWatcher: ListedWatcher {}

extension Loop {
  /// Calls `callback` with process id and status when the child process has exited.
  ///
  /// The status is that of `waitpid`: `status >> 8` is the exit code. A child that has exited
  /// before is reported as well. All watchers of a process on this loop are called, once; watch a
  /// process on one loop only. `pid` 0 stands for any child and is for own loops: it
  /// collects all children of the process. SIGCHLD must not be ignored when the child ends: own loops
  /// see to that from when they are made, a foreign loop from the first watcher on.
  /// If there is no such child, or its status was collected elsewhere, that is logged, once, as an
  /// error, and `callback` never called. Corresponds to Perl's `AE::child`.
  public func child(
    _ pid: Int32, _ callback: @escaping (_ pid: Int32, _ status: Int32) -> Void,
    file: StaticString = #fileID, line: UInt = #line
  ) -> ChildWatcher {
    preconditionOnLoop(file: file, line: line)
    require(
      pid >= 0, "a child is watched by its process id, not by a process group", file: file,
      line: line)
    require(
      pid != 0 || kind != .foreign,
      "watching any child (pid 0) would take the host's children from it: watch each by its process id",
      file: file, line: line)
    return listed(ChildWatcher(on: self, pid, callback), "child \(pid)", file, line)
  }

  /// Calls `callback` with the watcher, process id and status when the child process has exited.
  public func child(
    _ pid: Int32,
    _ callback: @escaping (_ watcher: ChildWatcher, _ pid: Int32, _ status: Int32) -> Void,
    file: StaticString = #fileID, line: UInt = #line
  ) -> ChildWatcher {
    SelfReference.watcher { own in
      child(
        pid, { pid, status in own.pass { callback($0, pid, status) } }, file: file, line: line)
    }
  }
}

/// The callback of a child's exit.
struct ChildCallback {
  let call: (_ pid: Int32, _ status: Int32) -> Void
  /// Called instead when the status will never come.
  let lost: (() -> Void)?
}

/// A process that is waited for, or any, with its watchers.
///
/// It lives in the loop's ``ChildReaper`` from the first watcher to the last.
final class WatchedChild: CallbackSource {
  let pid: pid_t
  private unowned let reaper: ChildReaper
  let watchers = WatcherList<ChildCallback>()
  /// Whether its status cannot be had.
  var isLost = false

  init(_ pid: pid_t, of reaper: ChildReaper) {
    self.pid = pid
    self.reaper = reaper
  }

  func contains(_ number: UInt64) -> Bool { watchers.contains(number) }

  func cancel(_ number: UInt64) {
    // Released at the end: the deinitializer of an object that it held may cancel again.
    guard let held = watchers.remove(number) else { return }
    if watchers.isEmpty { reaper.remove(self) }
    withExtendedLifetime(held) {}
  }

  /// Calls the watchers; watchers of one process are done then, because it exits once.
  func exited(_ pid: pid_t, _ status: CInt) {
    if self.pid == 0 { return watchers.walk { $0.call(pid, status) } }
    while let callback = watchers.removeFirst() {
      if watchers.isEmpty { reaper.remove(self) }
      callback.call(pid, status)
    }
  }

  /// Cancels all watchers.
  func closeAll() { watchers.removeAll() }
}

/// Collects the exits of children for the child watchers of a loop.
///
/// It asks for each watched child by its process id, so that children of other code are left alone; only
/// a watcher of any child makes it collect all. It exists while there are child watchers.
final class ChildReaper: LoopResident {
  private unowned(unsafe) let loop: Loop
  private var children: [pid_t: WatchedChild] = [:]
  private var signal: SharedSignal?
  /// The number of the reaper's own watcher of the signal.
  private let number: UInt64

  init(on loop: Loop) {
    self.loop = loop
    loop.watcherNumber += 1
    number = loop.watcherNumber
    signal = loop.watchSignal(SIGCHLD, { [unowned self] in reap() }, number, #fileID, #line)
  }

  func add(_ callback: ChildCallback, _ pid: pid_t, _ number: UInt64) -> WatchedChild {
    let child = children[pid] ?? WatchedChild(pid, of: self)
    children[pid] = child
    child.watchers.add(callback, number)
    // The child may have exited already: then no signal comes any more.
    loop.postpone { [weak self] in self?.reap() }
    return child
  }

  /// Stops waiting for a process that has lost its last watcher.
  func remove(_ child: WatchedChild) {
    if children[child.pid] === child { children[child.pid] = nil }
    guard children.isEmpty, loop.children === self else { return }
    end()
  }

  func loopCloses() {
    for child in children.values { child.closeAll() }
    end()
  }

  private func end() {
    signal?.cancel(number)
    signal = nil
    loop.children = nil
  }

  private func reap() {
    // Kept, because the cancellation of the last watcher releases the reaper.
    withExtendedLifetime(self) {
      var status: CInt = 0
      for pid in children.keys where pid > 0 {
        // Callbacks may cancel other watchers, whose children other code may wait for.
        guard children[pid] != nil else { continue }
        switch waitpid(pid, &status, WNOHANG) {
        case pid: report(pid, status)
        case -1 where errno == ECHILD: complain(pid)
        default: break
        }
      }
      while children[0] != nil {
        let pid = waitpid(-1, &status, WNOHANG)
        guard pid > 0 else { break }
        report(pid, status)
      }
    }
  }

  /// Logs that a status will never come.
  private func complain(_ pid: pid_t) {
    guard let child = children[pid], !child.isLost else { return }
    child.isLost = true
    LogContext.ofModule().log(
      .error,
      "process \(pid) is no child of this process, or its status was collected elsewhere or thrown away, because SIGCHLD was ignored when it ended: nobody will be told of its end"
    )
    child.watchers.walk { $0.lost?() }
  }

  private func report(_ pid: pid_t, _ status: CInt) {
    children[pid]?.exited(pid, status)
    children[0]?.exited(pid, status)
  }
}

extension Loop {
  /// The reaper of this loop, while there are child watchers.
  var children: ChildReaper? {
    get { self[only: ChildReaper.self] }
    set { self[only: ChildReaper.self] = newValue }
  }
}
