internal import Glibc

/// Collects the exits of children for the child watchers of a loop.
///
/// It asks for each watched child by itself, so that other code's children are left alone; only a
/// watcher of "any child" makes it collect all. It exists while there are child watchers.
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
    // Kept, because the last watcher to be cancelled drops the reaper.
    withExtendedLifetime(self) {
      var status: CInt = 0
      for pid in watchers.keys where pid > 0 {
        // Callbacks may cancel other watchers: their children stay for somebody else to wait for.
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

  /// Says that a status will never come, rather than to wait without a word.
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
  /// What collects the exits of children, while there are child watchers.
  var children: ChildReaper? {
    get { self[only: ChildReaper.self] }
    set { self[only: ChildReaper.self] = newValue }
  }
}
