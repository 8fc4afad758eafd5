/// Callbacks and ports that were replaced, or have died, while a callback was running: it may be theirs.
///
/// A callback of a port is called without counting references on it and on its port. So both have to live until
/// it returns, and are kept here until no callback runs.
struct Retired {
  fileprivate var handlers: [Handler] = []
  fileprivate var ports: [LocalPort] = []
}

extension Kernel {
  /// Releases a callback that was replaced, when it cannot be running any more.
  func retire(_ handler: Handler?) {
    guard let handler, depth > 0 else { return }
    retired.handlers.append(handler)
    hasRetired = true
  }

  /// Keeps a port that is about to die, with its callback, while they may be running.
  func retire(_ port: LocalPort) {
    guard depth > 0 else { return }
    retired.handlers.append(port.handlerOfFirst)
    retired.ports.append(port)
    hasRetired = true
  }

  /// Releases them if no callback is running; that may run code of the program.
  @usableFromInline @inline(never)
  func releaseRetired() {
    guard depth == 0 else { return }
    let released = retired
    retired = Retired()
    hasRetired = false
    withExtendedLifetime(released) {}
  }
}
