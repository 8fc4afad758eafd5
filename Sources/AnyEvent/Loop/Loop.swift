internal import AEValue
public import CLibUV
internal import Glibc
internal import Synchronization

/// An event loop on libuv: it calls the callbacks of timers, descriptors, signals and children.
///
/// A program normally uses `Loop.default`, without naming it, through `AE`. A program that runs a
/// libuv loop already attaches to that one with `init(attachingTo:)`.
///
/// Everything on a loop happens on one thread, its owner: the thread that first runs it, or that
/// attached to a foreign loop. Calling it from another thread stops the program with a sentence
/// that says so; the one door from other threads is `post(_:)`. That check, not the compiler, is
/// why the type can be `Sendable`.
///
/// A loop whose last reference goes closes itself, unless tasks wait on it: they and the loop hold each other, so a
/// loop with tasks has to be closed by ``close(_:)``.
public final class Loop: @unchecked Sendable {
  /// The origin of the libuv loop.
  enum Kind {
    /// This object has made it, runs it and frees it.
    case own
    /// This object has made it; its timers run only in `advance(by:)`.
    case manual
    /// A host has made it and runs it: it is never run, stopped, walked or configured here.
    case foreign
  }

  enum State {
    case open
    case closing
    case closed
    /// In the child of a fork: the parent's, of which nothing is called here.
    case abandoned
  }

  let kind: Kind
  let uv: UnsafeMutablePointer<uv_loop_t>
  let ledger = HandleLedger()
  @exclusivity(unchecked)
  var state = State.open
  var closeCompletions: [() -> Void] = []
  /// A foreign loop is kept by its handles until they are closed.
  var keptByHandles: Loop?

  // Threads
  private let atomicOwner = Atomic<pthread_t>(0)
  /// The thread that may use this loop; 0 until it is known.
  ///
  /// Any thread may look at it, such as one that drops a watcher.
  var owner: pthread_t {
    @inline(__always) get { atomicOwner.load(ordering: .relaxed) }
    set { atomicOwner.store(newValue, ordering: .relaxed) }
  }
  /// The thread that has made it, to which it belongs until it runs.
  let maker = pthread_self()
  var isRunning = false
  var isWaiting = false
  /// Whether `runOnce` runs, which returns as soon as a callback was called.
  var runsOnce = false
  /// The loop that was current when this one began to run.
  var loopBefore: Unmanaged<Loop>?
  var stopRequested = false
  /// Whether this is the parent's loop in the child of a fork that has not called `forked()`.
  @exclusivity(unchecked)
  var isForked = false
  /// Whether the child of a fork has no part in the loop: not even ``forked(file:line:)`` goes on with it.
  var staysWithParent = false
  /// Whether the main thread has left this loop, the default one.
  var isDeserted = false
  /// How many nodes on this loop are part of a network.
  package var guests = 0
  let mailbox = Mutex(Mailbox())
  /// Whether the thread that a foreign loop calls its first callback on becomes the owner.
  @exclusivity(unchecked)
  var isOwnerProvisional = false
  /// How many callbacks a foreign loop has made, so that its host can see whether there was work.
  @exclusivity(unchecked)
  package internal(set) var visits: UInt = 0

  /// The first of the tasks that wait on this loop; see ``AnySuspension``.
  @exclusivity(unchecked)
  unowned(unsafe) var suspensions: AnySuspension?

  /// Where tasks are while they wait on this loop.
  private(set) lazy var waitingRoom = WaitingRoom(of: self)
  /// Jobs of tasks that are due on this thread, and the spare array of ``runJobs()``.
  @exclusivity(unchecked)
  var jobs: [LoopJob] = []
  @exclusivity(unchecked)
  var spareJobs: [LoopJob] = []
  /// How many there were, for tests.
  var jobsDone: UInt64 = 0
  /// The tasks that ``task(priority:_:)`` has started.
  let tasks = Mutex(LoopTasks())

  /// Records of the watchers, if the program or the environment asks for them.
  var records: WatcherRecords?

  // Handles
  let timerHandle: UnsafeMutablePointer<uv_timer_t>
  let idleHandle: UnsafeMutablePointer<uv_idle_t>
  let checkHandle: UnsafeMutablePointer<uv_check_t>
  let asyncHandle: UnsafeMutablePointer<uv_async_t>
  let mainQueue: MainQueue?

  // Time
  var timers = TimerQueue<ArmedTimer>()
  /// The millisecond for which the libuv timer is set.
  var timerIsSetFor: UInt64?
  var timersAreDue = false
  var isInTimerPass = false
  var manualNow: UInt64 = 0
  /// The seconds by which ``setWallClock(by:)`` has changed the wall clock of a loop with manual time.
  var manualClockError = 0.0
  var wallClock = WallClock()

  // Rounds
  @exclusivity(unchecked)
  var roundIsArmed = false
  /// Whether a callback was called since the last check phase: then idle watchers are not called.
  @exclusivity(unchecked)
  var wasBusy = false
  /// Whether a callback was called since `advance` has reset this.
  var servedSomething = false
  @exclusivity(unchecked)
  var postponed: [() -> Void] = []
  @exclusivity(unchecked)
  var sparePostponed: [() -> Void] = []
  @exclusivity(unchecked)
  var targets: [any EndOfIteration] = []
  @exclusivity(unchecked)
  var spareTargets: [any EndOfIteration] = []

  // Watchers
  var polls: [CInt: SharedPoll] = [:]
  var alwaysReady: [SharedPoll] = []
  let idleWatchers = IdleSource()
  /// The number of the last watcher that was made, other than a timer.
  var watcherNumber: UInt64 = 0
  /// The residents of which a loop has one, by their types, such as the resolver and the child reaper.
  var services: [ObjectIdentifier: any LoopResident] = [:]
  /// The residents that live as long as they work, or as long as the loop, such as connectors.
  var kept: [ObjectIdentifier: any LoopResident] = [:]

  /// The buffer that connections read into; its content lasts for one callback.
  ///
  /// It is so large that most sealed records of 64 KiB arrive whole, and are opened where they lie.
  package let readBuffer = SharedBuffer(byteCount: 1 << 18)
  /// The buffer for decrypted bytes of TLS; made when it is first used.
  private(set) lazy var plaintextBuffer = SharedBuffer(byteCount: 1 << 16)

  /// Whether watchers on a foreign loop keep the host's `uv_run` from returning.
  ///
  /// It is false unless set. Own loops always run as long as there are watchers.
  public var keepsLoopAlive: Bool {
    didSet { if keepsLoopAlive != oldValue { updateReferences() } }
  }

  /// The process's default loop, run by `recv()` on the main thread.
  public static let `default`: Loop = {
    let loop = Loop(kind: .own, mainQueue: MainQueue())
    if isMainThread { loop.owner = loop.maker }
    isDefaultMade.store(true, ordering: .releasing)
    return loop
  }()

  /// Whether there is a default loop: code that only looks at it must not make it.
  static let isDefaultMade = Atomic(false)

  /// Makes a loop of its own.
  ///
  /// Broken connections show as errors of `write`, not as SIGPIPE: if that signal is at its
  /// default, it gets an empty handler. SIGCHLD gets its default back if the parent process has ignored
  /// it, as in Perl. Closed descriptors from 0 to 2 are occupied, so that no other file gets their
  /// numbers; to read or to write there fails as before.
  public convenience init() { self.init(kind: .own) }

  /// Makes a loop whose time stands still until `advance(by:)` or `advance(to:)` moves it.
  ///
  /// `now` starts at `manualTime` (seconds). Sockets work as on other loops. For tests of
  /// time-outs.
  public convenience init(manualTime: Double) {
    self.init(kind: .manual)
    manualNow = Self.nanoseconds(manualTime)
  }

  /// Attaches to a loop that a host has made and runs.
  ///
  /// The calling thread becomes the owner. `uv` must stay valid until `close` has completed; `close`
  /// gives back every handle. Nothing here runs, stops or configures the host's loop, uses its `data`,
  /// changes the handling of SIGPIPE or SIGCHLD, opens descriptors 0 to 2, or keeps the host's `uv_run`
  /// from returning (see `keepsLoopAlive`).
  public convenience init(
    attachingTo uv: UnsafeMutablePointer<uv_loop_t>, keepsLoopAlive: Bool = false
  ) {
    self.init(kind: .foreign, uv: uv, keepsLoopAlive: keepsLoopAlive)
    owner = pthread_self()
    keptByHandles = self
  }

  private init(
    kind: Kind, uv foreign: UnsafeMutablePointer<uv_loop_t>? = nil, keepsLoopAlive: Bool = true,
    mainQueue: MainQueue? = nil
  ) {
    self.kind = kind
    self.keepsLoopAlive = keepsLoopAlive
    self.mainQueue = mainQueue
    if let foreign {
      uv = foreign
    } else {
      StandardDescriptors.reserve()
      Self.prepareLibrary()
      uv = .allocate(capacity: 1)
      let status = uv_loop_init(uv)
      if status != 0 { giveUp("cannot make an event loop: \(describe(status))") }
      ignoreBrokenPipes()
      keepEndedChildren()
    }
    timerHandle = .allocate(capacity: 1)
    idleHandle = .allocate(capacity: 1)
    checkHandle = .allocate(capacity: 1)
    asyncHandle = .allocate(capacity: 1)
    uv_timer_init(uv, timerHandle)
    uv_idle_init(uv, idleHandle)
    uv_check_init(uv, checkHandle)
    let status = uv_async_init(uv, asyncHandle) { handle in
      guard let handle else { return }
      Unmanaged<Loop>.fromOpaque(handle.pointee.data).takeUnretainedValue().openMail()
    }
    if status != 0 { giveUp("cannot wake an event loop: \(describe(status))") }
    // Unretained: an own loop closes its handles before it goes, a foreign one is kept.
    let data = Unmanaged.passUnretained(self).toOpaque()
    for handle in coreHandles {
      handle.pointee.data = data
      ledger.opened()
    }
    uv_unref(base(checkHandle))
    uv_unref(base(asyncHandle))
    if !keepsLoopAlive { updateReferences() }
    ForkedLoops.add(self)
    if kind != .foreign { records = WatcherRecords.asked() }
    if let records, records.isStrict { self[only: StrictChecks.self] = StrictChecks(on: self) }
  }

  deinit {
    if state != .closed {
      // No other thread has a reference, so the loop belongs to this thread, whichever ran it.
      owner = pthread_self()
      state = .closing
      closeMailbox()
      cancelEverything()
      closeOwnLoop()
    }
  }

  /// Ends the program with a sentence where libuv would abort: the first loop needs a pipe for signals.
  private static func prepareLibrary() { _ = isLibraryPrepared }

  /// Evaluated once a process.
  private static let isLibraryPrepared: Bool = {
    guard FreeDescriptors.are(4) else {
      giveUp(
        "cannot make an event loop: \(SystemCalls.text(for: errno)); allow more open files with \"ulimit -n\""
      )
    }
    return true
  }()

  private var coreHandles: [UnsafeMutablePointer<uv_handle_t>] {
    [base(timerHandle), base(idleHandle), base(checkHandle), base(asyncHandle)]
  }

  func closeCoreHandles() {
    ledger.close(timerHandle)
    ledger.close(idleHandle)
    ledger.close(checkHandle)
    ledger.close(asyncHandle)
  }

  private func updateReferences() {
    guard state == .open else { return }
    setReference(timerHandle)
    setReference(idleHandle)
    for poll in polls.values { poll.updateReference() }
    for resident in residents { resident.loopReferencesChanged() }
  }

  /// Makes a handle keep the loop running, or not.
  func setReference<UVHandle>(_ handle: UnsafeMutablePointer<UVHandle>) {
    if keepsLoopAlive { uv_ref(base(handle)) } else { uv_unref(base(handle)) }
  }
}

/// An object that lives on a loop, which keeps it alive and informs it of closing and forking.
///
/// The loop does not know its type, so that sockets, handles, name look-ups and signals lie above the
/// loop.
protocol LoopResident: AnyObject {
  /// The loop is closing: the resident cancels everything, and calls no callback any more.
  func loopCloses()

  /// The process is the child of a fork and goes on with the loop; the parent does, too.
  func loopForked()

  /// Whether watchers keep the loop running has changed.
  func loopReferencesChanged()
}

extension LoopResident {
  func loopForked() {}

  func loopReferencesChanged() {}
}

extension Loop {
  /// The loop's only resident of a type, or nil; it stays until nil is set.
  subscript<Resident: LoopResident>(only type: Resident.Type) -> Resident? {
    get { services[ObjectIdentifier(type)] as? Resident }
    set {
      // Released at the end: its deinitializer may ask for another one.
      let held = services[ObjectIdentifier(type)]
      services[ObjectIdentifier(type)] = newValue
      withExtendedLifetime(held) {}
    }
  }

  /// Keeps a resident alive until ``release(_:)``, or until the loop is closed.
  func keep(_ resident: any LoopResident) { kept[ObjectIdentifier(resident)] = resident }

  /// Keeps a resident no more.
  func release(_ resident: any LoopResident) { kept[ObjectIdentifier(resident)] = nil }

  /// All residents, the services first.
  var residents: [any LoopResident] { Array(services.values) + Array(kept.values) }
}

/// A target that is called once at the end of an iteration, such as a connection that gathers all writes
/// of the iteration into one.
///
/// The target remembers that it has asked: the loop calls it as often as it was named.
package protocol EndOfIteration: AnyObject {
  /// Called once for each `atEndOfIteration`, on the loop's thread, before the loop sleeps.
  func endOfIteration()
}
