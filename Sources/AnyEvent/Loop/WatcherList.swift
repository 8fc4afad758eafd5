/// The callbacks of the watchers of one event source, called in the order in which they were added.
///
/// The list has the callbacks; a watcher has only a number. So a callback stays with its loop when the watcher's last
/// reference goes on another thread. Watchers may be added and removed during a walk: a removed one is not called any
/// more, an added one waits for the next walk. A callback type is a struct and not a closure, because a closure that
/// is taken out of generic storage grows.
final class WatcherList<Callback> {
  private struct Entry {
    let number: UInt64
    /// Nil when it was removed during a walk.
    var callback: Callback?
  }

  @exclusivity(unchecked)
  private var entries: [Entry] = []
  @exclusivity(unchecked)
  private var depth = 0

  /// How many watchers there are.
  @exclusivity(unchecked)
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  func add(_ callback: Callback, _ number: UInt64) {
    entries.append(Entry(number: number, callback: callback))
    count += 1
  }

  func contains(_ number: UInt64) -> Bool {
    entries.contains { $0.number == number && $0.callback != nil }
  }

  /// Removes a callback; nil if it isn't there.
  ///
  /// The caller releases it when everything is in order again.
  func remove(_ number: UInt64) -> Callback? {
    guard let index = entries.firstIndex(where: { $0.number == number }),
      let callback = entries[index].callback
    else { return nil }
    count -= 1
    if depth == 0 {
      entries.remove(at: index)
    } else {
      entries[index].callback = nil
    }
    return callback
  }

  /// Removes the first callback, if there is one.
  func removeFirst() -> Callback? {
    entries.first { $0.callback != nil }.flatMap { remove($0.number) }
  }

  /// Removes all callbacks, one by one: each may hold the last reference to another watcher.
  func removeAll() {
    while let held = removeFirst() { withExtendedLifetime(held) {} }
  }

  /// Calls `body` with every present callback, unless it is removed before its turn.
  @inline(__always)
  func walk(_ body: (Callback) -> Void) {
    depth += 1
    let end = entries.count
    var index = 0
    while index < end {
      if let callback = entries[index].callback { body(callback) }
      index += 1
    }
    depth -= 1
    if depth == 0, count != entries.count { entries.removeAll { $0.callback == nil } }
  }
}

/// The callback of an event that has no arguments.
struct PlainCallback {
  let call: () -> Void
}

extension WatcherList<PlainCallback> {
  /// Calls every watcher, as ``walk(_:)`` does, and stops a child after the callback that forked.
  @inline(__always)
  func fire(on loop: Loop) {
    walk {
      if loop.state == .abandoned { return }
      $0.call()
      loop.requireNotForked()
    }
  }
}

/// An object that has the callbacks of watchers, by number.
protocol CallbackSource: AnyObject {
  /// Whether the watcher of this number may still be called.
  func contains(_ number: UInt64) -> Bool

  /// Cancels a watcher and releases its callback; does nothing if it isn't there.
  func cancel(_ number: UInt64)
}

/// A watcher's place on its loop: the object that has the callback, and the number there.
///
/// Timers alone have none.
struct Registration {
  let loop: Loop
  /// Nil on a loop that takes no more watchers.
  private let source: (any CallbackSource)?
  private let number: UInt64

  /// Registers by `add`, which gets a new number and says where it has put the callback.
  init(on loop: Loop, _ add: (_ number: UInt64) -> any CallbackSource) {
    self.loop = loop
    loop.watcherNumber += 1
    number = loop.watcherNumber
    source = loop.state == .open ? add(number) : nil
  }

  /// Whether the callback may still be called.
  var isActive: Bool {
    loop.preconditionOnLoop("isActive of a watcher")
    return source?.contains(number) ?? false
  }

  func cancel() {
    loop.preconditionOnLoop("cancel() of a watcher")
    source?.cancel(number)
  }

  /// Cancels on the loop's thread, at once if this is it.
  func watcherGoes() {
    guard let source else { return }
    if loop.isOnOwnThread { source.cancel(number) } else { loop.inherit(.watch(source, number)) }
  }
}

/// A watcher, for its own callback; the loop does not keep it alive by that.
///
/// The reference is weak and not unowned, because the last one may go on another thread meanwhile.
final class SelfReference<Watcher: AnyObject> {
  weak var watcher: Watcher?

  /// Makes a watcher whose callback uses the reference.
  static func watcher(_ make: (SelfReference) -> Watcher) -> Watcher {
    let reference = SelfReference()
    let watcher = make(reference)
    reference.watcher = watcher
    return watcher
  }

  func pass(to callback: (Watcher) -> Void) {
    if let watcher { callback(watcher) }
  }
}
