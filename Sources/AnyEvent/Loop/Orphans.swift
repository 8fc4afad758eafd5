internal import AEValue
internal import CLibUV
internal import Glibc
internal import Synchronization

/// An object that a loop gets from another thread, on which the last reference to a watcher, a guard or a condition
/// variable was dropped: it has to end, and its content has to be released, on the loop's thread.
enum Orphan: @unchecked Sendable {
  case timer(TimerQueue<ArmedTimer>.Token)
  /// A watcher of another kind.
  case watch(any CallbackSource, UInt64)
  /// An object whose content is to be released. Retained: no other thread has a reference to it any more.
  case contents(Unmanaged<AnyObject>)
  /// The block of a guard, which is to be called. Retained in the same way.
  case block(Unmanaged<GuardedBlock>)
}

/// The block of a guard that was dropped on another thread.
final class GuardedBlock {
  let call: () -> Void

  init(_ call: @escaping () -> Void) { self.call = call }
}

extension Loop {
  /// Whether the calling thread is that to which the loop belongs: before it has run, that which made it.
  @inline(__always)
  package var isOnOwnThread: Bool {
    let owner = owner
    return owner == pthread_self() || (owner == 0 && isAtMaker)
  }

  /// The main thread for the default loop, whichever thread has made it.
  @inline(never)
  private var isAtMaker: Bool {
    mainQueue == nil ? maker == pthread_self() : Self.isMainThread
  }

  /// Releases an object on the loop's thread, which has to be the only one that uses it; any thread may call it.
  ///
  /// On a loop that is closed it is released at once.
  package func releaseOnOwnThread(_ object: Unmanaged<some AnyObject>) {
    if isOnOwnThread { return object.release() }
    inherit(.contents(.fromOpaque(object.toOpaque())))
  }

  /// Takes an orphan, on any thread.
  ///
  /// On a loop that is closed, or closes meanwhile, every watcher is cancelled without it; the block of a guard
  /// is not called there any more, because no thread is left that might.
  func inherit(_ orphan: Orphan) {
    let isTaken = mailbox.withLock { mailbox in
      guard mailbox.isOpen else { return false }
      mailbox.orphans.append(orphan)
      uv_async_send(asyncHandle)
      return true
    }
    guard !isTaken else { return }
    switch orphan {
    case .timer, .watch: break
    case .contents(let contents): contents.release()
    case .block(let block): block.release()
    }
  }

  /// Ends the watchers and releases the objects that the orphans stand for, on the loop's thread.
  func end(_ orphans: [Orphan]) {
    for orphan in orphans {
      switch orphan {
      case .timer(let token): stopTimer(token)
      case .watch(let source, let number): source.cancel(number)
      case .contents(let contents): contents.release()
      case .block(let block): block.takeRetainedValue().call()
      }
    }
  }

  /// Takes only jobs of tasks from other threads from now on; posted calls that wait are dropped.
  func closeMailbox() {
    // Used and released after the lock: the deinitializer of an object that a job held may post.
    let left = mailbox.withLock { $0.close() }
    end(left.orphans)
    for case .job(let job) in left.letters { jobs.append(job) }
    withExtendedLifetime(left.letters) {}
  }
}
