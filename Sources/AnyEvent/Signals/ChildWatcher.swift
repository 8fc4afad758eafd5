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
    // Released at the end: what it held may cancel once more as it goes.
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
  /// process on one loop only. `pid` 0 stands for any child and is for loops of our own: it
  /// collects all children of the process. SIGCHLD must not be ignored when the child ends: loops of
  /// our own see to that from when they are made, on a foreign loop it begins with the first watcher.
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
