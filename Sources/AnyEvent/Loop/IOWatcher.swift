internal import AEValue

/// Watches a descriptor until it is cancelled or its last reference goes.
///
/// To be used on the loop's thread; the last reference may be dropped on any, but then the descriptor is watched a
/// little longer: cancel the watcher before the descriptor is closed. Corresponds to the watcher that Perl's `AE::io`
/// returns.
public final class IOWatcher: @unchecked Sendable {
  private let registration: Registration
  /// The watched descriptor.
  public let fd: CInt
  /// The event that it waits for.
  public let mode: IOMode

  init(
    on loop: Loop, _ fd: CInt, _ mode: IOMode, _ callback: @escaping () -> Void,
    _ file: StaticString, _ line: UInt
  ) {
    self.fd = fd
    self.mode = mode
    registration = Registration(on: loop) { number in
      let poll = loop.polls[fd] ?? SharedPoll(on: loop, fd, file, line)
      poll.add(PlainCallback(call: callback), mode, number)
      return poll
    }
  }

  /// Whether the callback may still be called.
  public var isActive: Bool { registration.isActive }

  /// Stops watching; may be called more than once and in its own callback.
  public func cancel() { registration.cancel() }

  deinit { registration.watcherGoes() }
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
    return listed(
      IOWatcher(on: self, fd, mode, callback, file, line), "io \(fd) \(mode == .read ? "r" : "w")",
      file, line)
  }

  /// Calls `callback` with the watcher whenever the descriptor can be read or written without waiting.
  public func io(
    _ fd: CInt, _ mode: IOMode, _ callback: @escaping (IOWatcher) -> Void,
    file: StaticString = #fileID, line: UInt = #line
  ) -> IOWatcher {
    SelfReference.watcher { own in
      io(fd, mode, { own.pass(to: callback) }, file: file, line: line)
    }
  }
}
