/// Calls its callback again and again while the loop has nothing else to do.
///
/// It ends when it is cancelled or its last reference goes. To be used on the loop's thread; the last reference may be
/// dropped on any. Corresponds to the watcher that Perl's `AE::idle` returns.
public final class IdleWatcher: @unchecked Sendable {
  private let registration: Registration

  init(on loop: Loop, _ callback: @escaping () -> Void) {
    registration = Registration(on: loop) { number in
      loop.idleWatchers.add(callback, number)
      loop.armRound()
      return loop.idleWatchers
    }
  }

  /// Whether the callback may still be called.
  public var isActive: Bool { registration.isActive }

  /// Stops calling; may be called more than once and in its own callback.
  public func cancel() { registration.cancel() }

  deinit { registration.watcherGoes() }
}

/// The idle watchers of a loop.
final class IdleSource: CallbackSource {
  private let watchers = WatcherList<PlainCallback>()

  var isEmpty: Bool { watchers.isEmpty }

  func add(_ callback: @escaping () -> Void, _ number: UInt64) {
    watchers.add(PlainCallback(call: callback), number)
  }

  func contains(_ number: UInt64) -> Bool { watchers.contains(number) }

  func cancel(_ number: UInt64) { withExtendedLifetime(watchers.remove(number)) {} }

  func removeAll() { watchers.removeAll() }

  func fire(on loop: Loop) { watchers.fire(on: loop) }
}

extension Loop {
  /// Calls `callback` once per iteration without other callbacks, until cancelled.
  ///
  /// The loop does not sleep meanwhile. Corresponds to Perl's `AE::idle`.
  public func idle(
    _ callback: @escaping () -> Void, file: StaticString = #fileID, line: UInt = #line
  ) -> IdleWatcher {
    preconditionOnLoop(file: file, line: line)
    return listed(IdleWatcher(on: self, callback), "idle", file, line)
  }

  /// Calls `callback` with the watcher once per iteration without other callbacks, until cancelled.
  public func idle(
    _ callback: @escaping (IdleWatcher) -> Void, file: StaticString = #fileID, line: UInt = #line
  ) -> IdleWatcher {
    SelfReference.watcher { own in
      idle({ own.pass(to: callback) }, file: file, line: line)
    }
  }
}
