internal import Glibc
internal import Synchronization

/// What the process does about signals that are not watched, kept while they are.
///
/// libuv puts a signal that is no longer watched at its default, whatever it was before: ignored by
/// `nohup`, or handled by the host of a foreign loop. Signals belong to the process, so this is one
/// table for all loops.
package enum SignalDisposition {
  private struct Found: @unchecked Sendable {
    var watches = 0
    var action: sigaction
  }

  private static let found = Mutex<[CInt: Found]>([:])

  /// To be called before libuv is asked to watch a signal.
  static func willWatch(_ number: CInt) {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return }
    let present = Found(action: action)
    found.withLock { $0[number, default: present].watches += 1 }
  }

  /// To be called when libuv watches it no more.
  static func didWatch(_ number: CInt) {
    let before: Found? = found.withLock { found in
      guard var entry = found[number] else { return nil }
      entry.watches -= 1
      found[number] = entry.watches > 0 ? entry : nil
      return entry.watches > 0 ? nil : entry
    }
    guard var action = before?.action else { return }
    var present = sigaction()
    // Somebody else may watch it still, or have changed it.
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

  /// Lets a signal through to the calling thread; whether it was held back.
  ///
  /// A program inherits what its parent holds back.
  static func unblock(_ number: CInt) -> Bool {
    var signal = sigset_t()
    var before = sigset_t()
    sigemptyset(&signal)
    sigaddset(&signal, number)
    return pthread_sigmask(SIG_UNBLOCK, &signal, &before) == 0 && sigismember(&before, number) == 1
  }

  /// Holds a signal back again.
  static func block(_ number: CInt) {
    var signal = sigset_t()
    sigemptyset(&signal)
    sigaddset(&signal, number)
    pthread_sigmask(SIG_BLOCK, &signal, nil)
  }
}
