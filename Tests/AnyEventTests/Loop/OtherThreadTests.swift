import AnyEvent
import Glibc
import Synchronization
import TestSupport
import Testing

/// Tells on which thread it goes.
private final class Held: Sendable {
  private let went: @Sendable (_ thread: pthread_t) -> Void

  init(_ went: @escaping @Sendable (_ thread: pthread_t) -> Void) { self.went = went }

  deinit { went(pthread_self()) }
}

/// Something that another thread drops: the last reference is the box's.
private final class Box: @unchecked Sendable {
  private var content: AnyObject?

  init(_ content: AnyObject) { self.content = content }

  func drop() { content = nil }
}

@Suite("References that other threads drop")
struct OtherThreadTests {
  /// Makes an object whose callback holds something, drops it on another thread, and runs the loop until that has
  /// gone; it has to go on this thread.
  private func dropElsewhere(
    _ make: (_ loop: Loop, _ held: AnyObject) -> AnyObject, _ what: Comment
  ) {
    withLoop { loop in
      loop.runOnce(waiting: false)
      let me = pthread_self()
      nonisolated(unsafe) var threads: [pthread_t] = []
      let box = Box(make(loop, Held { threads.append($0) }))
      onThread { box.drop() }
      loop.run(until: { !threads.isEmpty }, "what was held never went")
      #expect(threads == [me], what)
    }
  }

  @Test("what a watcher, a guard or a condition variable holds goes on the loop's thread")
  func held() {
    dropElsewhere({ loop, held in loop.timer(after: 100) { _ = held } }, "timer")
    dropElsewhere({ loop, held in loop.timer(after: 100) { (_: TimerWatcher) in _ = held } }, "own")
    dropElsewhere({ loop, held in loop.timer(after: 0, interval: 100) { _ = held } }, "interval")
    dropElsewhere({ loop, held in loop.idle { _ = held } }, "idle")
    dropElsewhere({ loop, held in Guard(on: loop) { _ = held } }, "guard")
    dropElsewhere(
      { loop, held in
        let cv = CondVar<Void>(on: loop)
        cv.cb { _ in _ = held }
        return cv
      }, "callback")
    dropElsewhere(
      { loop, held in
        let cv = CondVar<AnyObject>(on: loop)
        cv.send(held)
        return cv
      }, "value")
    withSocketPair { left, _ in
      dropElsewhere({ loop, held in loop.io(left, .read) { _ = held } }, "reading")
      dropElsewhere({ loop, held in loop.io(left, .write) { _ = held } }, "writing")
    }
  }

  @Test("signals and children too")
  func processes() async {
    await #expect(processExitsWith: .success) {
      let pid = spawnChild("read x")
      for kind in 0..<2 {
        let loop = Loop()
        loop.runOnce(waiting: false)
        let me = pthread_self()
        nonisolated(unsafe) var threads: [pthread_t] = []
        func make() -> Box {
          let held = Held { threads.append($0) }
          return Box(
            kind == 0 ? loop.signal("USR1") { _ = held } : loop.child(pid) { _, _ in _ = held })
        }
        let box = make()
        onThread { box.drop() }
        loop.run(until: { !threads.isEmpty })
        precondition(threads == [me])
        loop.close()
      }
      kill(pid, SIGKILL)
    }
  }

  @Test("a watcher that another thread drops ends, and with it a loop that has nothing else")
  func ends() {
    let loop = Loop()
    var count = 0
    var box: Box?
    box = Box(
      loop.timer(after: 0, interval: 0.0001) {
        count += 1
        if count == 3 { onThread { box?.drop() } }
      })
    loop.run()
    #expect(count >= 3)
    loop.close()
  }

  @Test("the block of a guard is called on its loop, if that is open")
  func guards() {
    let loop = Loop()
    loop.runOnce(waiting: false)
    let me = pthread_self()
    var called: [pthread_t] = []
    let first = Box(loop.perform { Guard { called.append(pthread_self()) } })
    let second = Box(Guard(on: loop) { called.append(pthread_self()) })
    let third = Box(Guard(on: loop) { called.append(pthread_self()) })
    onThread { first.drop() }
    loop.run(until: { !called.isEmpty })
    onThread { second.drop() }
    // It is on its way.
    loop.close()
    #expect(called == [me, me])
    onThread { third.drop() }
    #expect(called == [me, me])
  }

  @Test("a loop may close while others drop its watchers", arguments: Seeds.some(20))
  func closing(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let released = Atomic(0)
    let count = 300
    let loop = Loop()
    loop.runOnce(waiting: false)
    withSocketPair { left, _ in
      var boxes: [Box] = []
      for number in 0..<count {
        func make() -> Box {
          let held = Held { _ in released.wrappingAdd(1, ordering: .relaxed) }
          switch number % 4 {
          case 0: return Box(loop.timer(after: 100) { _ = held })
          case 1: return Box(loop.io(left, .read) { _ = held })
          case 2: return Box(Guard(on: loop) { _ = held })
          default:
            let cv = CondVar<Held>(on: loop)
            cv.send(held)
            return Box(cv)
          }
        }
        boxes.append(make())
      }
      let dropping = boxes
      boxes = []
      let thread = RunningThread { for box in dropping { box.drop() } }
      for _ in 0..<(generator.next() % 5) { loop.runOnce(waiting: false) }
      loop.close()
      thread.join()
    }
    #expect(released.load(ordering: .relaxed) == count)
  }

  @Test("the last reference to a loop may go with a watcher on another thread")
  func lastReference() {
    let released = Atomic(0)
    weak var seen: Loop?
    func make() -> Box {
      let loop = Loop()
      seen = loop
      loop.runOnce(waiting: false)
      let held = Held { _ in released.wrappingAdd(1, ordering: .relaxed) }
      return Box(loop.timer(after: 100) { _ = held })
    }
    let box = make()
    #expect(seen != nil)
    onThread { box.drop() }
    #expect(seen == nil)
    #expect(released.load(ordering: .relaxed) == 1)
  }

  @Test("use on another thread stops with a sentence")
  func misuse() async {
    for number in 0..<5 {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) { [number = number as Int] in
        let loop = Loop()
        loop.runOnce(waiting: false)
        OtherThreadTests.use(number, loop)
      }
      let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
      #expect(output.contains("use loop.post { } from other threads"), "\(number)")
    }
  }

  /// What must not be done on another thread, by number.
  private static func use(_ number: Int, _ loop: Loop) {
    switch number {
    case 0:
      let watcher = loop.timer(after: 1) {}
      onThread { watcher.cancel() }
    case 1:
      let watcher = loop.idle {}
      onThread { _ = watcher.isActive }
    case 2:
      let cv = CondVar<Int>(on: loop)
      onThread { _ = cv.ready }
    case 3:
      let cv = CondVar<Int>(on: loop)
      onThread { cv.send(1) }
    default:
      let guarded = Guard(on: loop) {}
      onThread { guarded.cancel() }
    }
  }
}

@Suite("Watchers that their callbacks get")
struct OwnWatcherTests {
  @Test("each kind passes the watcher that the maker has returned")
  func kinds() async {
    await #expect(processExitsWith: .success) {
      let loop = Loop()
      let maker = WatcherMaker(loop, .child)
      let pid = spawnChild("exit 3")
      withSocketPair { left, _ in
        var seen: [ObjectIdentifier] = []
        func note(_ watcher: any AnyWatcher) {
          seen.append(ObjectIdentifier(watcher))
          watcher.cancel()
        }
        let watchers: [any AnyWatcher] = [
          loop.timer(after: 0) { note($0) },
          loop.timer(after: 0, interval: 0.001) { w in note(w) },
          loop.io(left, .write) { note($0) },
          loop.idle { note($0) },
          loop.signal("USR1") { note($0) },
          loop.signal(SIGUSR2) { note($0) },
          loop.child(pid) { w, exited, status in
            precondition(exited == pid && status >> 8 == 3)
            note(w)
          },
        ]
        kill(getpid(), SIGUSR1)
        kill(getpid(), SIGUSR2)
        loop.run(until: { seen.count == watchers.count })
        precondition(Set(seen) == Set(watchers.map { ObjectIdentifier($0) }))
        precondition(watchers.allSatisfy { !$0.isActive })
      }
      withExtendedLifetime(maker) {}
      loop.close()
    }
  }

  @Test("a watcher's last reference cancels, although its callback gets it")
  func dropped() {
    withLoop { loop in
      var count = 0
      var watcher: TimerWatcher? = loop.timer(after: 0, interval: 0.0001) { _ in count += 1 }
      loop.run(until: { count == 2 })
      #expect(watcher?.isActive == true)
      watcher = nil
      loop.settle()
      #expect(count == 2)
    }
  }
}
