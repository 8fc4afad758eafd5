internal import AEValue

/// Watches a descriptor until it is cancelled or its last reference goes.
///
/// Corresponds to the watcher that Perl's `AE::io` returns.
public final class IOWatcher: FiringWatcher {
  private let loop: Loop
  /// The watched descriptor.
  public let fd: CInt
  /// The event that it waits for.
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
    // Released at the end: the deinitializer of an object that it held may cancel again.
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

/// The event that an I/O watcher waits for.
public struct IOMode: Hashable, Sendable, ExpressibleByStringLiteral {
  private let isWrite: Bool

  /// The descriptor can be read, or is at its end.
  public static let read = IOMode(isWrite: false)
  /// The descriptor can be written.
  public static let write = IOMode(isWrite: true)

  private init(isWrite: Bool) { self.isWrite = isWrite }

  /// Perl's spelling: `"r"` or `"w"`.
  public init(stringLiteral value: String) {
    require(
      value == "r" || value == "w", "an I/O watcher polls for \"r\" or \"w\", not \"\(value)\"")
    self.init(isWrite: value == "w")
  }
}

extension Loop {
  /// Calls `callback` whenever the descriptor can be read or written without waiting.
  ///
  /// A blocking descriptor stays blocking, because that mode belongs to the open file, which others may
  /// share: standard input often is standard output, and the shell's. So read or write once a call, and
  /// no more than there is room for, unless you have made the descriptor non-blocking; a non-blocking one
  /// is also watched with fewer system calls. Cancel its watchers before closing it. Regular files are
  /// always ready. Corresponds to Perl's `AE::io`.
  public func io(
    _ fd: CInt, _ mode: IOMode, _ callback: @escaping () -> Void, file: StaticString = #fileID,
    line: UInt = #line
  ) -> IOWatcher {
    preconditionOnLoop(file: file, line: line)
    return IOWatcher(on: self, fd, mode, callback, file, line)
  }
}
