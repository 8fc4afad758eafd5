import TestSupport
import Testing

@testable import AnyEvent

private struct Failure: Error, Equatable {
  let number: Int
}

/// What a test on the loop's thread keeps between its steps.
private final class Notes: @unchecked Sendable {
  var suspension: Suspension<Int>?
  var undone = 0
  var started = 0
}

@Suite("Tasks that wait on a loop")
struct SuspensionTests {
  @Test("a wait ends once, with the value or the error that comes first")
  func endsOnce() async throws {
    try await withResidence { residence in
      let sum = try await residence.run { loop in
        try await suspended(on: loop) { (wait: Suspension<Int>) in
          wait.takeBack = { Issue.record("cancelled") }
          loop.postpone {
            wait.resume(returning: 1)
            wait.resume(returning: 2)
            wait.resume(throwing: Failure(number: 3))
            #expect(wait.isOver)
          }
        }
      }
      #expect(sum == 1)
      await #expect(throws: Failure(number: 3)) {
        try await residence.run { loop in
          try await suspended(on: loop) { (wait: Suspension<Void>) in
            loop.postpone { wait.resume(throwing: Failure(number: 3)) }
          }
        }
      }
      let isLeft = await residence.run { $0.suspensions != nil }
      #expect(!isLeft)
    }
  }

  @Test("a wait that ends while it starts suspends nobody")
  func endsAtOnce() async throws {
    try await withResidence { residence in
      let total = try await residence.run { loop in
        var total = 0
        for number in 0..<1000 {
          total += try await suspended(on: loop) { $0.resume(returning: number) }
        }
        return total
      }
      #expect(total == 499_500)
    }
  }

  @Test("cancelling the task takes back what was started, before anything else can come")
  func cancelled() async throws {
    try await withResidence { residence in
      let notes = Notes()
      let task = Task {
        try await residence.run { loop in
          try await suspended(on: loop) { (wait: Suspension<Int>) in
            notes.suspension = wait
            wait.takeBack = {
              notes.undone += 1
              #expect(loop.isOnLoop)
              wait.resume(returning: 5)
            }
          }
        }
      }
      while await residence.run({ _ in notes.suspension == nil }) { await Task.yield() }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      await residence.run { loop in
        #expect(notes.undone == 1)
        notes.suspension?.resume(returning: 7)
        notes.suspension = nil
        #expect(loop.suspensions == nil)
      }
    }
  }

  @Test("a task that was cancelled before it waits starts nothing")
  func cancelledBefore() async throws {
    try await withResidence { residence in
      let notes = Notes()
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await residence.run { loop in
          try await suspended(on: loop) { (wait: Suspension<Int>) in
            notes.started += 1
            wait.resume(returning: 1)
          }
        }
      }
      await #expect(throws: CancellationError.self) { try await task.value }
      let cv = await residence.run { CondVar<Int>(on: $0) }
      let elsewhere = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await cv.value
      }
      await #expect(throws: CancellationError.self) { try await elsewhere.value }
      await residence.run { _ in
        #expect(notes.started == 0)
        #expect(cv.waiterCount == 0)
      }
    }
  }

  @Test("value and cancellation at the same time: the first wins, and nothing is left")
  func race() async throws {
    try await withResidence { residence in
      for round in 0..<200 {
        let cv = await residence.run { CondVar<Int>(on: $0) }
        let task = Task { try await cv.value }
        if round % 2 == 0 { await Task.yield() }
        async let sent: Void = residence.run { _ in cv.send(round) }
        task.cancel()
        await sent
        switch await task.result {
        case .success(let value): #expect(value == round)
        case .failure(let error): #expect(error is CancellationError)
        }
        await residence.run { loop in
          #expect(cv.waiterCount == 0)
          #expect(loop.suspensions == nil)
        }
      }
    }
  }

  @Test("cancelling one of the tasks that await a value leaves the others waiting")
  func cancelledCondVar() async throws {
    try await withResidence { residence in
      let cv = await residence.run { CondVar<Int>(on: $0) }
      let first = Task { try await cv.value }
      let second = Task { try await residence.run { _ in try await cv.value } }
      while await residence.run({ _ in cv.waiterCount < 2 }) { await Task.yield() }
      first.cancel()
      await #expect(throws: CancellationError.self) { try await first.value }
      await residence.run { _ in
        #expect(cv.waiterCount == 1)
        cv.send(4)
      }
      let value = try await second.value
      #expect(value == 4)
    }
  }

  @Test("of many tasks that await a value, those that are not cancelled get it in their order")
  func manyCancelled() {
    withLoop { loop in
      let cv = CondVar<Int>(on: loop)
      var got: [Int] = []
      let tasks = (0..<1000).map { number in
        loop.attempt { got.append(try await cv.value * number) }
      }
      loop.run(until: { cv.waiterCount == 1000 })
      for (number, task) in tasks.enumerated() where number % 100 != 7 { task.cancel() }
      loop.run(until: { cv.waiterCount == 10 })
      cv.send(1)
      loop.run(until: { tasks.allSatisfy { $0.result != nil } })
      #expect(got == Array(stride(from: 7, to: 1000, by: 100)))
      #expect(cv.waiterCount == 0 && loop.suspensions == nil)
    }
  }

  @Test("a wait that is cancelled while its loop closes ends with one of both")
  func closing() async throws {
    for _ in 0..<20 {
      try await withResidence { residence in
        let cv = await residence.run { CondVar<Int>(on: $0) }
        let tasks = (0..<4).map { _ in Task { try await cv.value } }
        residence.loop.post { residence.loop.close() }
        for task in tasks[..<2] { task.cancel() }
        for task in tasks { await #expect(throws: (any Error).self) { try await task.value } }
      }
    }
  }

  @Test("awaiting on a thread that is not the loop's stops with a sentence that says what to write")
  func wrongThread() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      try await withResidence { residence in
        _ = try await suspended(on: residence.loop) { $0.resume(returning: 1) }
      }
    }
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(output.contains("write Task { @MainActor in … } on the default loop"))
  }
}
