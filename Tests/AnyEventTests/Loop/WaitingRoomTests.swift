import Testing

@testable import AnyEvent

@Suite("The waiting room of a loop")
struct WaitingRoomTests {
  /// An actor that shares the thread of a loop.
  actor Guest {
    private let thread: LoopThread
    nonisolated var unownedExecutor: UnownedSerialExecutor {
      thread.executor.asUnownedSerialExecutor()
    }

    init(of thread: LoopThread) { self.thread = thread }

    /// Waits so often for what a callback brings, and as often for what is there; whether all of it was on the loop.
    func wait(_ times: Int) async throws -> Bool {
      var isHome = true
      for _ in 0..<times {
        let cv = CondVar<Void>(on: thread.loop)
        thread.loop.postpone { cv.send() }
        try await cv.value
        isHome = isHome && thread.loop.isOnLoop
        let there = CondVar<Void>(on: thread.loop)
        there.send()
        try await there.value
      }
      return isHome
    }
  }

  @Test("each wait that is not over at once is one visit, and ends on the loop's thread")
  func visits() async throws {
    let thread = LoopThread()
    let loop = thread.loop
    #expect(try await Guest(of: thread).wait(5))
    #expect(await loop.waitingRoom.visits == 5)
    let isHome = try await loop.task {
      for _ in 0..<3 {
        let cv = CondVar<Void>(on: loop)
        loop.postpone { cv.send() }
        try await cv.value
      }
      return loop.isOnLoop
    }.value
    #expect(isHome)
    #expect(await loop.waitingRoom.visits == 8)
    thread.stop()
    await thread.join()
  }

  @Test("a visitor who is not expected comes back")
  func unexpected() async throws {
    let thread = LoopThread()
    let loop = thread.loop
    await loop.waitingRoom.visit()
    #expect(await loop.waitingRoom.visits == 1)
    thread.stop()
    await thread.join()
    await loop.waitingRoom.visit()
  }
}
