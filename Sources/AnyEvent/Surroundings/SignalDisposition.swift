internal import CCares
internal import CLibUV
internal import Glibc
internal import Synchronization

/// Keeps the dispositions of signals while they are watched, and restores them afterwards.
///
/// libuv gives a signal that is no longer watched its default, although `nohup` may have ignored it, or
/// the host of a foreign loop handled it. Signals belong to the process, so this is one table for all
/// loops.
package enum SignalDisposition {
  private struct Found: @unchecked Sendable {
    var watches = 0
    var action: sigaction
  }

  private static let found = Mutex<[CInt: Found]>([:])

  /// Notes the disposition of a signal before libuv watches it.
  static func willWatch(_ number: CInt) {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return }
    let present = Found(action: action)
    found.withLock { $0[number, default: present].watches += 1 }
  }

  /// Restores the disposition of a signal after libuv has stopped watching it.
  static func didWatch(_ number: CInt) {
    let before: Found? = found.withLock { found in
      guard var signal = found[number] else { return nil }
      signal.watches -= 1
      found[number] = signal.watches > 0 ? signal : nil
      return signal.watches > 0 ? nil : signal
    }
    guard var action = before?.action else { return }
    var present = sigaction()
    // Other code of the process may have set another handler.
    guard sigaction(number, nil, &present) == 0, isDefault(present), !isDefault(action) else {
      return
    }
    sigaction(number, &action, nil)
  }

  /// Whether the process ignores a signal, perhaps because its parent did.
  package static func isIgnored(_ number: CInt) -> Bool {
    var action = sigaction()
    return sigaction(number, nil, &action) == 0 && isIgnored(action)
  }

  static func isIgnored(_ action: sigaction) -> Bool {
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func isDefault(_ action: sigaction) -> Bool {
    action.__sigaction_handler.sa_handler == nil
  }

  /// Unblocks a signal for the calling thread; whether it was blocked.
  ///
  /// A program inherits the blocked signals of its parent.
  static func unblock(_ number: CInt) -> Bool {
    var signal = sigset_t()
    var before = sigset_t()
    sigemptyset(&signal)
    sigaddset(&signal, number)
    return pthread_sigmask(SIG_UNBLOCK, &signal, &before) == 0 && sigismember(&before, number) == 1
  }

  /// Blocks a signal for the calling thread.
  static func block(_ number: CInt) {
    var signal = sigset_t()
    sigemptyset(&signal)
    sigaddset(&signal, number)
    pthread_sigmask(SIG_BLOCK, &signal, nil)
  }
}

/// Lets writing to a closed connection fail with EPIPE instead of ending the process.
///
/// It sets an empty handler, because programs started by this process would inherit SIG_IGN.
func ignoreBrokenPipes() {
  var action = sigaction()
  guard sigaction(SIGPIPE, nil, &action) == 0, action.__sigaction_handler.sa_handler == nil else {
    return
  }
  action.__sigaction_handler.sa_handler = { _ in }
  action.sa_flags = SA_RESTART
  sigaction(SIGPIPE, &action, nil)
}

/// Calls `body`, in which writing to a pipe that nobody reads fails with EPIPE and raises no signal.
///
/// For descriptors that know no `MSG_NOSIGNAL`, whatever the process, or the host of a foreign loop, does
/// about the signal. `errno` stays as `body` has left it.
func withoutBrokenPipeSignal<Result>(_ body: () -> Result) -> Result {
  var signal = sigset_t()
  var pending = sigset_t()
  var before = sigset_t()
  sigemptyset(&signal)
  sigaddset(&signal, SIGPIPE)
  // A signal that waits already is left to the code that has blocked it.
  if sigpending(&pending) == 0, sigismember(&pending, SIGPIPE) == 1 { return body() }
  pthread_sigmask(SIG_BLOCK, &signal, &before)
  let result = body()
  let code = errno
  var moment = timespec()
  while sigtimedwait(&signal, nil, &moment) < 0, errno == EINTR {}
  pthread_sigmask(SIG_SETMASK, &before, nil)
  errno = code
  return result
}

/// Lets ended children wait until their status is collected.
///
/// A program inherits SIG_IGN from its parent, and with it the system would throw away the status of
/// every child. Perl does the same when it starts.
func keepEndedChildren() {
  var action = sigaction()
  guard sigaction(SIGCHLD, nil, &action) == 0 else { return }
  let isIgnored = SignalDisposition.isIgnored(action)
  guard isIgnored || action.sa_flags & SA_NOCLDWAIT != 0 else { return }
  if isIgnored { action.__sigaction_handler.sa_handler = nil }
  action.sa_flags &= ~SA_NOCLDWAIT
  sigaction(SIGCHLD, &action, nil)
}
