internal import AEValue
internal import Glibc

/// Waits for the exit of a child process until it is cancelled or its last reference goes.
///
/// Corresponds to the watcher that Perl's `AE::child` returns.
public final class ChildWatcher {
  private let loop: Loop
  /// The watched process; 0 for any child.
  public let pid: Int32
  private var reaper: ChildReaper?
  private var callback: ((Int32, Int32) -> Void)?

  init(on loop: Loop, _ pid: Int32, _ callback: @escaping (Int32, Int32) -> Void) {
    self.loop = loop
    self.pid = pid
    guard loop.state == .open else { return }
    self.callback = callback
    let reaper = loop.children ?? ChildReaper(on: loop)
    loop.children = reaper
    self.reaper = reaper
    reaper.add(self)
  }

  /// Whether the callback may still be called.
  public var isActive: Bool { callback != nil }

  /// Stops waiting; may be called more than once and in its own callback.
  public func cancel() {
    guard let reaper else { return }
    loop.preconditionOnLoop()
    // Released at the end: the deinitializer of an object that it held may cancel again.
    let held = callback
    self.reaper = nil
    callback = nil
    reaper.remove(self)
    withExtendedLifetime(held) {}
  }

  /// A process exits once: its watcher is done then.
  func fire(_ pid: Int32, _ status: Int32, isLast: Bool) {
    let callback = self.callback
    if isLast { cancel() }
    callback?(pid, status)
  }

  deinit { cancel() }
}

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
    return ChildWatcher(on: self, pid, callback)
  }
}

/// Collects the exits of children for the child watchers of a loop.
///
/// It asks for each watched child by its process id, so that children of other code are left alone; only
/// a watcher of any child makes it collect all. It exists while there are child watchers.
final class ChildReaper: LoopResident {
  private unowned(unsafe) let loop: Loop
  private var watchers: [pid_t: WatcherList<ChildWatcher>] = [:]
  private var signal: SignalWatcher?
  /// Watched processes whose status cannot be had.
  private var lost: Set<pid_t> = []

  init(on loop: Loop) {
    self.loop = loop
    signal = loop.signal(SIGCHLD) { [unowned self] in reap() }
  }

  func add(_ watcher: ChildWatcher) {
    let list = watchers[watcher.pid] ?? WatcherList()
    watchers[watcher.pid] = list
    list.add(watcher)
    // The child may have exited already: then no signal comes any more.
    loop.postpone { [weak self] in self?.reap() }
  }

  func remove(_ watcher: ChildWatcher) {
    guard let list = watchers[watcher.pid] else { return }
    list.remove(watcher)
    guard list.isEmpty else { return }
    watchers[watcher.pid] = nil
    lost.remove(watcher.pid)
    guard watchers.isEmpty, loop.children === self else { return }
    signal = nil
    loop.children = nil
  }

  func loopCloses() {
    for list in watchers.values { list.walk { $0.cancel() } }
    signal = nil
    loop.children = nil
  }

  private func reap() {
    // Kept, because the cancellation of the last watcher releases the reaper.
    withExtendedLifetime(self) {
      var status: CInt = 0
      for pid in watchers.keys where pid > 0 {
        // Callbacks may cancel other watchers, whose children other code may wait for.
        guard watchers[pid] != nil else { continue }
        switch waitpid(pid, &status, WNOHANG) {
        case pid: report(pid, status)
        case -1 where errno == ECHILD: complain(pid)
        default: break
        }
      }
      while watchers[0] != nil {
        let pid = waitpid(-1, &status, WNOHANG)
        guard pid > 0 else { break }
        report(pid, status)
      }
    }
  }

  /// Logs that a status will never come.
  private func complain(_ pid: pid_t) {
    guard lost.insert(pid).inserted else { return }
    LogContext.ofModule().log(
      .error,
      "process \(pid) is no child of this process, or its status was collected elsewhere or thrown away, because SIGCHLD was ignored when it ended: nobody will be told of its end"
    )
  }

  private func report(_ pid: pid_t, _ status: CInt) {
    watchers[pid]?.walk { watcher in watcher.fire(pid, status, isLast: true) }
    watchers[0]?.walk { watcher in watcher.fire(pid, status, isLast: false) }
  }
}

extension Loop {
  /// The reaper of this loop, while there are child watchers.
  var children: ChildReaper? {
    get { self[only: ChildReaper.self] }
    set { self[only: ChildReaper.self] = newValue }
  }
}
