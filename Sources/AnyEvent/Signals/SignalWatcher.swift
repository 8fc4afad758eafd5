internal import AEValue
internal import CLibUV
internal import Glibc

/// Watches a signal until it is cancelled or its last reference goes.
///
/// To be used on the loop's thread; the last reference may be dropped on any. Corresponds to the watcher that Perl's
/// `AE::signal` returns.
public final class SignalWatcher: @unchecked Sendable {
  private let registration: Registration

  init(
    on loop: Loop, _ number: CInt, _ callback: @escaping () -> Void, _ file: StaticString,
    _ line: UInt
  ) {
    registration = Registration(on: loop) { watcher in
      loop.watchSignal(number, callback, watcher, file, line)
    }
  }

  /// Whether the callback may still be called.
  public var isActive: Bool { registration.isActive }

  /// Stops watching; may be called more than once and in its own callback.
  ///
  /// When the last watcher of a signal goes, the signal gets its earlier disposition back.
  public func cancel() { registration.cancel() }

  deinit { registration.watcherGoes() }
}

extension SignalWatcher: ListedWatcher {}

extension Loop {
  /// Calls `callback`, as a normal callback of the loop, when the process gets the signal.
  ///
  /// `name` is the signal's name without `SIG`, e.g. `"INT"`; another one stops the program with a
  /// sentence. A signal can have several watchers; several occurrences may be reported as one. A signal
  /// that the parent process has made ignored is reported, too, and, except on a foreign loop, one that
  /// the thread blocks: it is unblocked while it is watched. Corresponds to Perl's `AE::signal`.
  public func signal(
    _ name: String, _ callback: @escaping () -> Void, file: StaticString = #fileID,
    line: UInt = #line
  ) -> SignalWatcher {
    signal(number(ofSignal: name, file, line), callback, file: file, line: line)
  }

  /// Calls `callback` when the process gets the signal of this number, such as `SIGINT`.
  ///
  /// A signal that cannot be watched, such as `SIGKILL`, stops the program with a sentence.
  public func signal(
    _ number: CInt, _ callback: @escaping () -> Void, file: StaticString = #fileID,
    line: UInt = #line
  ) -> SignalWatcher {
    preconditionOnLoop(file: file, line: line)
    return listed(
      SignalWatcher(on: self, number, callback, file, line), "signal \(number)", file, line)
  }

  /// Calls `callback` with the watcher when the process gets the signal of this name.
  public func signal(
    _ name: String, _ callback: @escaping (SignalWatcher) -> Void, file: StaticString = #fileID,
    line: UInt = #line
  ) -> SignalWatcher {
    signal(number(ofSignal: name, file, line), callback, file: file, line: line)
  }

  /// Calls `callback` with the watcher when the process gets the signal of this number.
  public func signal(
    _ number: CInt, _ callback: @escaping (SignalWatcher) -> Void, file: StaticString = #fileID,
    line: UInt = #line
  ) -> SignalWatcher {
    SelfReference.watcher { own in
      signal(number, { own.pass(to: callback) }, file: file, line: line)
    }
  }

  private func number(ofSignal name: String, _ file: StaticString, _ line: UInt) -> CInt {
    guard let number = SignalName.number(of: name) else {
      misuse(
        "there is no signal called \"\(name)\": write its name, e.g. \"INT\"", file: file,
        line: line)
    }
    return number
  }
}

extension Loop {
  /// Has a signal call `callback`, under the number of a watcher.
  func watchSignal(
    _ number: CInt, _ callback: @escaping () -> Void, _ watcher: UInt64, _ file: StaticString,
    _ line: UInt
  ) -> SharedSignal {
    let signal = signals[number] ?? SharedSignal(on: self, number, file, line)
    signal.add(PlainCallback(call: callback), watcher)
    return signal
  }
}

/// The one `uv_signal_t` of a signal number, shared by all its watchers on a loop.
///
/// It lives in the loop's ``SignalTable`` from the first watcher to the last.
final class SharedSignal: CallbackSource {
  private unowned(unsafe) let loop: Loop
  private let number: CInt
  private let watchers = WatcherList<PlainCallback>()
  private var handle: UnsafeMutablePointer<uv_signal_t>?
  /// Whether the thread had blocked the signal before.
  private var wasBlocked = false

  init(on loop: Loop, _ number: CInt, _ file: StaticString, _ line: UInt) {
    self.loop = loop
    self.number = number
    let pointer = UnsafeMutablePointer<uv_signal_t>.allocate(capacity: 1)
    var status = uv_signal_init(loop.uv, pointer)
    if status != 0 { giveUp("cannot watch signals: \(describe(status))") }
    loop.ledger.opened()
    handle = pointer
    loop.signals[number] = self
    pointer.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    loop.setReference(pointer)
    SignalDisposition.willWatch(number)
    status = uv_signal_start(
      pointer,
      { handle, _ in
        guard let handle else { return }
        Unmanaged<SharedSignal>.fromOpaque(handle.pointee.data).takeUnretainedValue().received()
      }, number)
    require(
      status == 0, "signal \(number) cannot be watched: \(describe(status))", file: file, line: line
    )
    // The host of a foreign loop decides which of its threads gets a signal.
    if loop.kind != .foreign { wasBlocked = SignalDisposition.unblock(number) }
  }

  func updateReference() {
    if let handle { loop.setReference(handle) }
  }

  func add(_ callback: PlainCallback, _ number: UInt64) { watchers.add(callback, number) }

  func contains(_ number: UInt64) -> Bool { watchers.contains(number) }

  func cancel(_ number: UInt64) {
    // Released at the end: the deinitializer of an object that it held may cancel again.
    guard let held = watchers.remove(number) else { return }
    endIfUnwatched()
    withExtendedLifetime(held) {}
  }

  /// Cancels all watchers.
  func closeAll() {
    watchers.removeAll()
    endIfUnwatched()
  }

  private func endIfUnwatched() {
    guard watchers.isEmpty, let handle else { return }
    self.handle = nil
    if loop.signals[number] === self { loop.signals[number] = nil }
    loop.ledger.close(handle)
    SignalDisposition.didWatch(number)
    if wasBlocked { SignalDisposition.block(number) }
  }

  private func received() {
    loop.entered {
      loop.wasBusy = true
      watchers.fire(on: loop)
    }
  }
}

/// The signals that are watched on a loop, by number.
final class SignalTable: LoopResident {
  private var signals: [CInt: SharedSignal] = [:]

  subscript(number: CInt) -> SharedSignal? {
    get { signals[number] }
    set { signals[number] = newValue }
  }

  func loopCloses() { for signal in signals.values { signal.closeAll() } }

  func loopReferencesChanged() { for signal in signals.values { signal.updateReference() } }
}

extension Loop {
  /// The signals that are watched on this loop.
  var signals: SignalTable {
    if let known = self[only: SignalTable.self] { return known }
    let made = SignalTable()
    self[only: SignalTable.self] = made
    return made
  }
}

/// The numbers of the signals by name.
enum SignalName {
  private static let numbers: TextDictionary<CInt> = [
    "HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "ILL": SIGILL, "TRAP": SIGTRAP, "ABRT": SIGABRT,
    "BUS": SIGBUS, "FPE": SIGFPE, "KILL": SIGKILL, "USR1": SIGUSR1, "SEGV": SIGSEGV,
    "USR2": SIGUSR2, "PIPE": SIGPIPE, "ALRM": SIGALRM, "TERM": SIGTERM, "CHLD": SIGCHLD,
    "CONT": SIGCONT, "STOP": SIGSTOP, "TSTP": SIGTSTP, "TTIN": SIGTTIN, "TTOU": SIGTTOU,
    "URG": SIGURG, "XCPU": SIGXCPU, "XFSZ": SIGXFSZ, "VTALRM": SIGVTALRM, "PROF": SIGPROF,
    "WINCH": SIGWINCH, "IO": SIGIO, "PWR": SIGPWR, "SYS": SIGSYS, "CLD": SIGCHLD, "POLL": SIGIO,
  ]

  /// The number of a signal; `SIGINT` is taken for `INT`.
  static func number(of name: String) -> CInt? {
    numbers[name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name]
  }
}
