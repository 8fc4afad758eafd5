/// Watches a descriptor until it is cancelled or its last reference goes.
///
/// Corresponds to the watcher that Perl's `AE::io` returns.
public final class IOWatcher: FiringWatcher {
  private let loop: Loop
  /// The watched descriptor.
  public let fd: CInt
  /// What is waited for.
  public let mode: IOMode
  private var poll: SharedPoll?
  @exclusivity(unchecked)
  private var callback: (() -> Void)?

  init(
    on loop: Loop, _ fd: CInt, _ mode: IOMode, _ callback: @escaping () -> Void,
    _ file: StaticString, _ line: UInt
  ) {
    self.loop = loop
    self.fd = fd
    self.mode = mode
    guard loop.state == .open else { return }
    self.callback = callback
    let poll = loop.polls[fd] ?? SharedPoll(on: loop, fd, file, line)
    self.poll = poll
    poll.add(self)
  }

  /// Whether the callback may still be called.
  public var isActive: Bool { callback != nil }

  /// Stops watching; may be called more than once and in its own callback.
  public func cancel() {
    guard let poll else { return }
    loop.preconditionOnLoop()
    // Released at the end: what it held may cancel once more as it goes.
    let held = callback
    self.poll = nil
    callback = nil
    poll.remove(self)
    withExtendedLifetime(held) {}
  }

  @inline(__always)
  func fire() { callback?() }

  deinit { cancel() }
}
