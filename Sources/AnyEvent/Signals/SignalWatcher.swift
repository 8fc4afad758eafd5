internal import AEValue

/// Watches a signal until it is cancelled or its last reference goes.
///
/// Corresponds to the watcher that Perl's `AE::signal` returns.
public final class SignalWatcher: FiringWatcher {
  private let loop: Loop
  private var signal: SharedSignal?
  private var callback: (() -> Void)?

  init(
    on loop: Loop, _ number: CInt, _ callback: @escaping () -> Void, _ file: StaticString,
    _ line: UInt
  ) {
    self.loop = loop
    guard loop.state == .open else { return }
    self.callback = callback
    let signal = loop.signals[number] ?? SharedSignal(on: loop, number, file, line)
    self.signal = signal
    signal.add(self)
  }

  /// Whether the callback may still be called.
  public var isActive: Bool { callback != nil }

  /// Stops watching; may be called more than once and in its own callback.
  ///
  /// When the last watcher of a signal goes, the process does about it what it did before.
  public func cancel() {
    guard let signal else { return }
    loop.preconditionOnLoop()
    // Released at the end: what it held may cancel once more as it goes.
    let held = callback
    self.signal = nil
    callback = nil
    signal.remove(self)
    withExtendedLifetime(held) {}
  }

  func fire() { callback?() }

  deinit { cancel() }
}

extension Loop {
  /// Calls `callback`, as a normal callback of the loop, when the process gets the signal.
  ///
  /// `name` is the signal's name without `SIG`, e.g. `"INT"`; another one stops the program with a
  /// sentence. A signal can have several watchers;
  /// several occurrences may be reported as one. A signal that whoever started the program ignores is
  /// reported all the same, and, except on a foreign loop, one that the thread holds back: it is let
  /// through while it is watched. Corresponds to Perl's `AE::signal`.
  public func signal(
    _ name: String, _ callback: @escaping () -> Void, file: StaticString = #fileID,
    line: UInt = #line
  ) -> SignalWatcher {
    guard let number = SignalName.number(of: name) else {
      misuse(
        "there is no signal called \"\(name)\": write its name, e.g. \"INT\"", file: file,
        line: line)
    }
    return signal(number, callback, file: file, line: line)
  }

  /// Calls `callback` when the process gets the signal of this number, such as `SIGINT`.
  ///
  /// A signal that cannot be watched, such as `SIGKILL`, stops the program with a sentence.
  public func signal(
    _ number: CInt, _ callback: @escaping () -> Void, file: StaticString = #fileID,
    line: UInt = #line
  ) -> SignalWatcher {
    preconditionOnLoop(file: file, line: line)
    return SignalWatcher(on: self, number, callback, file, line)
  }
}
