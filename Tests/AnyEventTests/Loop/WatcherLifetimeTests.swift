import AnyEvent
import Glibc
import TestSupport
import Testing

/// The kinds of watchers, made so that each calls its callback soon.
enum WatcherKind: String, CaseIterable {
  case timer, repeatingTimer, readable, writable, idle, signal, child, anyChild, regularFile

  /// Those that call again and again as long as they live.
  var isRepeating: Bool { self != .timer && self != .child }
}

/// A watcher of any kind.
protocol AnyWatcher: AnyObject {
  var isActive: Bool { get }
  func cancel()
}

extension TimerWatcher: AnyWatcher {}
extension IOWatcher: AnyWatcher {}
extension IdleWatcher: AnyWatcher {}
extension SignalWatcher: AnyWatcher {}
extension ChildWatcher: AnyWatcher {}

/// Makes watchers of one kind and what they wait for.
final class WatcherMaker {
  let loop: Loop
  let kind: WatcherKind
  private var pair: [CInt] = [-1, -1]
  private var file: CInt = -1
  private var pid: pid_t = 0

  init(_ loop: Loop, _ kind: WatcherKind) {
    self.loop = loop
    self.kind = kind
    let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
    socketpair(AF_UNIX, type, 0, &pair)
    sendByte(pair[0])
    file = open("/proc/self/exe", O_RDONLY)
    if kind == .child || kind == .anyChild { pid = spawnChild("exit 3") }
  }

  func make(_ callback: @escaping () -> Void) -> any AnyWatcher {
    switch kind {
    case .timer: loop.timer(after: 0, callback)
    case .repeatingTimer: loop.timer(after: 0, interval: 0.0001, callback)
    case .readable: loop.io(pair[1], .read, callback)
    case .writable: loop.io(pair[1], .write, callback)
    case .idle: loop.idle(callback)
    case .signal: loop.signal("USR1", callback)
    case .child: loop.child(pid) { _, _ in callback() }
    case .anyChild: loop.child(0) { _, _ in callback() }
    case .regularFile: loop.io(file, .read, callback)
    }
  }

  /// Makes happen what does not happen by itself.
  func trigger() {
    if kind == .signal { kill(getpid(), SIGUSR1) }
  }

  deinit {
    for fd in pair + [file] { close(fd) }
    if pid > 0 { waitpid(pid, nil, WNOHANG) }
  }
}

/// Starts a shell that runs the command.
func spawnChild(_ command: String) -> pid_t {
  var pid: pid_t = 0
  var arguments: [UnsafeMutablePointer<CChar>?] = [
    strdup("sh"), strdup("-c"), strdup(command), nil,
  ]
  defer { for argument in arguments { free(argument) } }
  let status = posix_spawn(&pid, "/bin/sh", nil, nil, &arguments, environ)
  #expect(status == 0)
  return pid
}

/// Signals and children belong to the whole process: each test runs in one of its own.
@Suite("The life of watchers")
struct WatcherLifetimeTests {
  /// Runs the body for every kind, on a loop of its own.
  static func withEveryKind(_ body: (WatcherMaker) -> Void) {
    for kind in WatcherKind.allCases {
      withLoop { loop in
        let maker = WatcherMaker(loop, kind)
        body(maker)
      }
    }
  }

  @Test("a watcher calls its callback")
  func calls() async {
    await #expect(processExitsWith: .success) {
      Self.withEveryKind { maker in
        var count = 0
        let watcher = maker.make {
          count += 1
          maker.loop.stop()
        }
        precondition(watcher.isActive)
        maker.trigger()
        maker.loop.run()
        precondition(count == 1, "\(maker.kind): \(count)")
        precondition(watcher.isActive == maker.kind.isRepeating, "\(maker.kind)")
        watcher.cancel()
      }
    }
  }

  @Test("a watcher that is cancelled, twice, does not call")
  func cancelTwice() async {
    await #expect(processExitsWith: .success) {
      Self.withEveryKind { maker in
        let watcher = maker.make { preconditionFailure("called: \(maker.kind)") }
        // Another watcher keeps the signal from ending the process.
        var isDone = maker.kind != .signal
        let other = maker.kind == .signal ? maker.make { isDone = true } : nil
        watcher.cancel()
        watcher.cancel()
        precondition(!watcher.isActive)
        maker.trigger()
        for _ in 0..<5 { maker.loop.runOnce(waiting: false) }
        maker.loop.run(until: { isDone })
        other?.cancel()
      }
    }
  }

  @Test("a watcher whose last reference goes does not call")
  func dropped() async {
    await #expect(processExitsWith: .success) {
      Self.withEveryKind { maker in
        var watcher: (any AnyWatcher)? = maker.make { preconditionFailure("called: \(maker.kind)") }
        var isDone = maker.kind != .signal
        let other = maker.kind == .signal ? maker.make { isDone = true } : nil
        precondition(watcher != nil)
        watcher = nil
        maker.trigger()
        for _ in 0..<5 { maker.loop.runOnce(waiting: false) }
        maker.loop.run(until: { isDone })
        other?.cancel()
      }
    }
  }

  @Test("a watcher may be cancelled in its own callback, twice")
  func cancelInside() async {
    await #expect(processExitsWith: .success) {
      Self.withEveryKind { maker in
        var count = 0
        var watcher: (any AnyWatcher)?
        watcher = maker.make {
          count += 1
          watcher?.cancel()
          watcher?.cancel()
          maker.loop.postpone { maker.loop.postpone { maker.loop.stop() } }
        }
        maker.trigger()
        maker.loop.run()
        precondition(count == 1, "\(maker.kind): \(count)")
        precondition(watcher?.isActive == false)
        watcher = nil
      }
    }
  }

  @Test("the last reference to a watcher may go in its own callback")
  func dropInside() async {
    await #expect(processExitsWith: .success) {
      Self.withEveryKind { maker in
        var count = 0
        var watcher: (any AnyWatcher)?
        weak var seen: (any AnyWatcher)?
        watcher = maker.make {
          count += 1
          watcher = nil
          maker.loop.postpone { maker.loop.postpone { maker.loop.stop() } }
        }
        seen = watcher
        maker.trigger()
        maker.loop.run()
        precondition(count == 1, "\(maker.kind): \(count)")
        precondition(seen == nil, "\(maker.kind) is still there")
      }
    }
  }

  @Test("a watcher of the same kind that is cancelled by another's callback does not call")
  func cancelOther() async {
    await #expect(processExitsWith: .success) {
      for kind in WatcherKind.allCases where kind != .child && kind != .anyChild {
        withLoop { loop in
          let maker = WatcherMaker(loop, kind)
          var watchers: [any AnyWatcher] = []
          var count = 0
          for own in 0..<3 {
            watchers.append(
              maker.make {
                count += 1
                for (number, watcher) in watchers.enumerated() where number != own {
                  watcher.cancel()
                }
                maker.loop.stop()
              })
          }
          maker.trigger()
          loop.run()
          precondition(count == 1, "\(kind): \(count)")
          watchers = []
        }
      }
    }
  }

  @Test("the loop may be closed in any callback; watchers made on a closed loop never call")
  func closeInside() async {
    await #expect(processExitsWith: .success) {
      for kind in WatcherKind.allCases {
        let loop = Loop()
        let maker = WatcherMaker(loop, kind)
        var isClosed = false
        let watcher = maker.make {
          loop.close { isClosed = true }
          precondition(!isClosed)
        }
        maker.trigger()
        loop.run()
        precondition(isClosed, "\(kind)")
        precondition(!watcher.isActive, "\(kind)")
        let late = maker.make { preconditionFailure("called on a closed loop") }
        precondition(!late.isActive)
        watcher.cancel()
        late.cancel()
      }
    }
  }

  @Test("closing a loop frees watchers that only other watchers' callbacks hold")
  func chains() {
    let loop = Loop()
    weak var inner: TimerWatcher?
    let outer = {
      let second = loop.timer(after: 50) {}
      inner = second
      return loop.timer(after: 10) { withExtendedLifetime(second) {} }
    }()
    #expect(inner != nil)
    loop.close()
    #expect(inner == nil)
    #expect(!outer.isActive)
  }

  @Test("a loop that is dropped without being closed gives everything back")
  func droppedLoop() {
    weak var weakLoop: Loop?
    do {
      let loop = Loop()
      weakLoop = loop
      let timer = loop.timer(after: 1) {}
      loop.runOnce(waiting: false)
      withExtendedLifetime(timer) {}
    }
    #expect(weakLoop == nil)
  }

  /// Holds its watcher and cancels it at its own end, as sessions of programs do.
  private final class Session {
    var watcher: (any AnyWatcher)?
    private let ended: () -> Void

    init(_ ended: @escaping () -> Void) { self.ended = ended }

    deinit {
      watcher?.cancel()
      if watcher?.isActive == false { ended() }
    }
  }

  @Test("what a callback holds may cancel its watcher as it goes")
  func cancelledByContents() async {
    await #expect(processExitsWith: .success) {
      for kind in WatcherKind.allCases {
        for isClosed in [true, false] {
          var ended = 0
          withLoop { loop in
            let maker = WatcherMaker(loop, kind)
            func make() -> any AnyWatcher {
              let session = Session { ended += 1 }
              let watcher = maker.make { withExtendedLifetime(session) {} }
              session.watcher = watcher
              return watcher
            }
            let watcher = make()
            #expect(ended == 0, "\(kind)")
            if isClosed { loop.close() } else { watcher.cancel() }
            #expect(ended == 1, "\(kind)")
          }
        }
      }
    }
  }

  @Test("what the callbacks of guards, connections and condition variables hold may use them")
  func usedByContents() {
    final class Owner {
      var end: (() -> Void)?
      deinit { end?() }
    }
    var ended: [String] = []
    func makeGuard() -> Guard {
      let owner = Owner()
      let made = Guard { withExtendedLifetime(owner) {} }
      owner.end = { [unowned made] in
        made.cancel()
        ended.append("guard")
      }
      return made
    }
    makeGuard().cancel()
    #expect(ended == ["guard"])

    withLoop { loop in
      let cv = CondVar<Void>(on: loop)
      func wait() {
        let owner = Owner()
        owner.end = {
          cv.cb(nil)
          ended.append("callback")
        }
        cv.cb { _ in withExtendedLifetime(owner) {} }
      }
      wait()
      cv.cb(nil)
      #expect(ended == ["guard", "callback"])

      final class Holder { var attempt: Guard? }
      let holder = Holder()
      func connect() {
        let owner = Owner()
        owner.end = {
          holder.attempt = nil
          ended.append("connection")
        }
        holder.attempt = loop.connect(to: "127.0.0.1", 1) { _ in withExtendedLifetime(owner) {} }
      }
      connect()
      loop.close()
      #expect(ended == ["guard", "callback", "connection"])
    }
  }
}
