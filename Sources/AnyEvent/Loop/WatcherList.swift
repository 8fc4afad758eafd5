/// The watchers of one event source, called in the order in which they were added.
///
/// The list does not own its watchers: a watcher whose last reference goes removes itself.
/// Watchers may be added and removed during a walk: a removed one is not called any more, an added one
/// waits for the next walk.
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

  /// Calls `body` with every present watcher, unless it is removed before its turn.
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
  /// Calls every watcher, as ``walk(_:)`` does, and stops a child after the callback that forked.
  @inline(__always)
  func fire(on loop: Loop) {
    walk {
      if loop.state == .abandoned { return }
      $0.fire()
      loop.requireNotForked()
    }
  }
}

/// Calls its callback again and again while the loop has nothing else to do.
///
/// It ends when it is cancelled or its last reference goes. Corresponds to the watcher that Perl's
/// `AE::idle` returns.
public final class IdleWatcher: FiringWatcher {
  private let loop: Loop
  private var callback: (() -> Void)?

  init(on loop: Loop, _ callback: @escaping () -> Void) {
    self.loop = loop
    guard loop.state == .open else { return }
    self.callback = callback
    loop.idleWatchers.add(self)
    loop.armRound()
  }

  /// Whether the callback may still be called.
  public var isActive: Bool { callback != nil }

  /// Stops calling; may be called more than once and in its own callback.
  public func cancel() {
    guard callback != nil else { return }
    loop.preconditionOnLoop()
    // Released at the end: the deinitializer of an object that it held may cancel again.
    let held = callback
    callback = nil
    loop.idleWatchers.remove(self)
    withExtendedLifetime(held) {}
  }

  func fire() { callback?() }

  deinit { cancel() }
}

extension Loop {
  /// Calls `callback` once per iteration without other callbacks, until cancelled.
  ///
  /// The loop does not sleep meanwhile. Corresponds to Perl's `AE::idle`.
  public func idle(_ callback: @escaping () -> Void) -> IdleWatcher {
    preconditionOnLoop()
    return IdleWatcher(on: self, callback)
  }
}

/// Calls a closure when its last reference goes.
///
/// Corresponds to Perl's `guard { … }`.
public final class Guard {
  private var block: (() -> Void)?

  /// Makes a guard for `block`, which is called once at most.
  public init(_ block: @escaping () -> Void) { self.block = block }

  /// Forgets the block without calling it.
  public func cancel() {
    let held = block
    block = nil
    withExtendedLifetime(held) {}
  }

  deinit { block?() }
}
