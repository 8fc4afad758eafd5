/// The watchers of one event source, called in the order in which they were added.
///
/// The list does not own its watchers: a watcher whose last reference goes takes itself out.
/// Watchers may be added and taken out while the list is being walked: one that is taken out is not
/// called any more, one that is added waits for the next walk.
final class WatcherList<Watcher: AnyObject> {
  @exclusivity(unchecked)
  private var watchers: [Unmanaged<Watcher>?] = []
  @exclusivity(unchecked)
  private var depth = 0

  /// How many watchers there are.
  @exclusivity(unchecked)
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  func add(_ watcher: Watcher) {
    watchers.append(.passUnretained(watcher))
    count += 1
  }

  func remove(_ watcher: Watcher) {
    let wanted = Unmanaged.passUnretained(watcher).toOpaque()
    guard let index = watchers.firstIndex(where: { $0?.toOpaque() == wanted }) else { return }
    count -= 1
    if depth == 0 {
      watchers.remove(at: index)
    } else {
      watchers[index] = nil
    }
  }

  /// Calls `body` with every watcher that is there now and still there when its turn comes.
  func walk(_ body: (Watcher) -> Void) {
    depth += 1
    let end = watchers.count
    var index = 0
    while index < end {
      if let watcher = watchers[index]?.takeUnretainedValue() { body(watcher) }
      index += 1
    }
    depth -= 1
    if depth == 0, count != watchers.count { watchers.removeAll { $0 == nil } }
  }
}

/// A watcher whose event has no arguments.
protocol FiringWatcher: AnyObject {
  func fire()
}

extension WatcherList where Watcher: FiringWatcher {
  /// Calls every watcher, as ``walk(_:)`` does; a callback that forked must not be followed by another in
  /// the child.
  @inline(__always)
  func fire(on loop: Loop) {
    walk {
      if loop.state == .abandoned { return }
      $0.fire()
      loop.requireNotForked()
    }
  }
}
