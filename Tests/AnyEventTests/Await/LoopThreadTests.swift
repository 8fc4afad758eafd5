import CLibUV
import TestSupport
import Testing

@testable import AnyEvent

@globalActor
private actor Service {
  static let shared = Service()
  static let thread = LoopThread(name: "service")
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    Service.thread.executor.asUnownedSerialExecutor()
  }
}

@Service private var calls = 0

@Service private func call() async throws -> Int {
  Service.thread.loop.preconditionOnLoop()
  try await Service.thread.loop.task {}.value
  calls += 1
  return calls
}

/// What a test counts on a loop's thread.
private final class Counter: @unchecked Sendable {
  var value = 0
}

@Suite("Loops in threads of their own")
struct LoopThreadTests {
  @Test("a task runs on the loop's thread, and so does what it calls and its child tasks")
  func tasks() async throws {
    let thread = LoopThread()
    let loop = thread.loop
    @Sendable func isHere() async -> Bool { loop.isOnLoop && Loop.running === loop }
    let all = try await thread.loop.task {
      async let child = isHere()
      let inGroup = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<10 { group.addTask { await isHere() } }
        return await group.allSatisfy { $0 }
      }
      let before = await isHere()
      try await Task.sleep(nanoseconds: 1)
      let after = await isHere()
      return [before, await child, inGroup, after]
    }.value
    #expect(all == [true, true, true, true])
    let preferring = await Task(executorPreference: thread.taskExecutor) { await isHere() }.value
    #expect(preferring)
    thread.stop()
    await thread.join()
    #expect(!loop.isOpen)
  }

  @Test("functions of a global actor on a loop run there, and can await")
  func globalActor() async throws {
    let first = try await call()
    let second = try await Task.detached { try await call() }.value
    #expect([first, second] == [1, 2])
  }

  @Test("two actors with one executor call each other without leaving the thread")
  func sharedExecutor() async throws {
    actor Part {
      private let thread: LoopThread
      private let other: Part?
      nonisolated var unownedExecutor: UnownedSerialExecutor {
        thread.executor.asUnownedSerialExecutor()
      }
      init(_ thread: LoopThread, _ other: Part?) {
        self.thread = thread
        self.other = other
      }
      func turn() -> UInt64 { thread.loop.jobsDone }
      func turns() async -> UInt64 {
        let before = thread.loop.jobsDone
        var last = before
        for _ in 0..<100 { last = await other?.turn() ?? 0 }
        return last - before
      }
    }
    let thread = LoopThread()
    let turns = await Part(thread, Part(thread, nil)).turns()
    #expect(turns == 0)
    thread.stop()
    await thread.join()
  }

  @Test("stop cancels the tasks of the loop, and the thread ends after them")
  func stop() async throws {
    let thread = LoopThread(name: "a name that is too long for a thread")
    let loop = thread.loop
    let ended = Counter()
    let started = AsyncStream<Void>.makeStream()
    let sleeping = loop.task {
      defer { ended.value += 1 }
      started.continuation.yield()
      try await Task.sleep(nanoseconds: 1_000_000_000_000)
    }
    let waiting = loop.task {
      defer { ended.value += 1 }
      started.continuation.yield()
      try await CondVar<Void>(on: loop).value
    }
    let lateWork = loop.task {
      started.continuation.yield()
      try? await CondVar<Void>(on: loop).value
      #expect(Task.isCancelled)
      // The loop still works for who cleans up.
      let cv = CondVar<Int>(on: loop)
      let timer = loop.timer(after: 0.001) { cv.send(7) }
      defer { timer.cancel() }
      return try await Task.detached { try await cv.value }.value
    }
    var iterator = started.stream.makeAsyncIterator()
    for _ in 0..<3 { await iterator.next() }
    thread.stop()
    await thread.join()
    #expect(ended.value == 2)
    await #expect(throws: CancellationError.self) { try await sleeping.value }
    await #expect(throws: CancellationError.self) { try await waiting.value }
    let value = try await lateWork.value
    #expect(value == 7)
    await #expect(throws: CondVarError.closedLoop) { try await loop.task {}.value }
    await onOtherThread { thread.join() }
  }

  @Test("the last reference to a thread ends it")
  func dropped() async throws {
    weak var loop: Loop?
    let life = Life()
    do {
      let thread = LoopThread()
      loop = thread.loop
      thread.loop.post { withExtendedLifetime(life) {} }
      let task = thread.loop.task { try await Task.sleep(nanoseconds: 1_000_000_000_000) }
      withExtendedLifetime(thread) {}
      _ = consume thread
      await #expect(throws: CancellationError.self) { try await task.value }
    }
    while loop != nil { await Task.yield() }
  }

  @Test("a loop that is closed while tasks wait on it lets them come to an end")
  func closed() async throws {
    let thread = LoopThread()
    let loop = thread.loop
    let ready = AsyncStream<Void>.makeStream()
    let tasks = (0..<3).map { number in
      loop.task {
        ready.continuation.yield()
        do {
          if number == 0 {
            try await Task.sleep(nanoseconds: 1_000_000_000_000)
          } else {
            try await CondVar<Void>(on: loop).value
          }
        } catch {
          // It goes on, there, until it has ended.
          await Task.yield()
          #expect(loop.isOnLoop)
          throw error
        }
      }
    }
    let residence = Residence(thread)
    let ofActor = Task { try await residence.wait { ready.continuation.yield() } }
    var iterator = ready.stream.makeAsyncIterator()
    for _ in 0..<4 { await iterator.next() }
    loop.post { loop.close() }
    await #expect(throws: CancellationError.self) { try await tasks[0].value }
    await #expect(throws: CondVarError.closedLoop) { try await tasks[1].value }
    await #expect(throws: CondVarError.closedLoop) { try await tasks[2].value }
    await #expect(throws: CondVarError.closedLoop) { try await ofActor.value }
    await thread.join()
  }

  @Test("a job for a loop that is closed is done elsewhere, and what it awaits throws")
  func lateJob() async {
    let thread = LoopThread()
    let residence = Residence(thread)
    thread.stop()
    await thread.join()
    await #expect(throws: CondVarError.closedLoop) { try await residence.wait {} }
    let here = await Task(executorPreference: thread.taskExecutor) { thread.loop.isOnLoop }.value
    #expect(here)
  }

  @Test("join on the thread itself stops with a sentence")
  func joinInside() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let thread = LoopThread()
      thread.loop.post { thread.join() }
      await thread.join()
    }
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(output.contains("join() was called on the loop's own thread"))
  }

  @Test("an idle loop with waiting tasks sleeps")
  func idle() async throws {
    let thread = LoopThread()
    let loop = thread.loop
    let waiting = loop.task { try await CondVar<Void>(on: loop).value }
    // How long (ms) the loop would wait for the next event; -1: until there is one.
    var wait: CInt = 0
    for _ in 0..<1000 where wait == 0 {
      wait = await withCheckedContinuation { asked in
        loop.post {
          asked.resume(returning: loop.suspensions == nil ? 0 : uv_backend_timeout(loop.uv))
        }
      }
    }
    #expect(wait == -1)
    waiting.cancel()
    thread.stop()
    await thread.join()
  }

  @Test("tasks work on a loop whose time a test sets")
  func manualTime() {
    withLoop(manualTime: 0) { loop in
      let log = Log()
      loop.task {
        log.lines.append("begin")
        let cv = CondVar<Void>(on: loop)
        let timer = loop.timer(after: 60) { cv.send() }
        defer { timer.cancel() }
        try await cv.value
        log.lines.append("after \(loop.now)")
      }
      loop.advance(by: 59)
      #expect(log.lines == ["begin"])
      loop.advance(by: 1)
      #expect(log.lines == ["begin", "after 60.0"])
    }
  }

  @Test("tasks that hop for ever leave the loop its time")
  func fairness() async throws {
    let thread = LoopThread()
    let loop = thread.loop
    // All of it on the loop: while the test waits for its turn among all others, nothing hops.
    try await loop.task {
      let hopping = (0..<2).map { _ in
        loop.task { while !Task.isCancelled { await Task.yield() } }
      }
      defer { for task in hopping { task.cancel() } }
      let cv = CondVar<Void>(on: loop)
      let timer = loop.timer(after: 0.01) { cv.send() }
      defer { timer.cancel() }
      try await cv.value
    }.value
    thread.stop()
    await thread.join()
  }
}

private final class Life: Sendable {}

private final class Log: @unchecked Sendable {
  var lines: [String] = []
}

private actor Residence {
  private let thread: LoopThread
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    thread.executor.asUnownedSerialExecutor()
  }
  init(_ thread: LoopThread) { self.thread = thread }
  func wait(_ begun: () -> Void) async throws {
    let cv = CondVar<Void>(on: thread.loop)
    begun()
    try await cv.value
  }
}
