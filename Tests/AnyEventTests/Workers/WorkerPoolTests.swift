import AnyEvent
import Foundation
import TestSupport
import Testing

@Suite(
  "Pools of worker processes",
  .enabled(if: ProbeProgram.path != nil, "the program was not built, skipped"))
struct WorkerPoolTests {
  private let program = ProbeProgram.path ?? ""

  @Test("all calls are done by at most so many workers, and the pool ends behind them")
  func calls() {
    withLoop { loop in
      var pids: Set<Int> = []
      var answers = 0
      var hasEnded = false
      var pool: Fork.Pool? = Fork.Pool(
        "pid", executable: program, max: 3, load: 1, start: 0, on: loop,
        on_destroy: { hasEnded = true })
      for _ in 0..<60 {
        pool? { results in
          answers += 1
          if let pid = results?.first?.int { pids.insert(pid) }
        }
      }
      pool = nil
      loop.run(until: { hasEnded })
      #expect(answers == 60)
      #expect((1...3).contains(pids.count))
    }
  }

  @Test("another worker starts when all have been busy for long")
  func growing() {
    withLoop(manualTime: 100) { loop in
      var done = 0
      var holder: pid_t = 0
      var errors = 0
      var hasEnded = false
      var pool: Fork.Pool? = Fork.Pool(
        "hold", executable: program, max: 2, load: 1, start: 5, on: loop,
        on_error: { _ in errors += 1 }, on_event: { holder = pid_t($0.first?.int ?? 0) },
        on_destroy: { hasEnded = true })
      pool?("long") { if $0 == nil { done += 10 } }
      pool?("short") { _ in done += 1 }
      loop.run(until: { holder != 0 })
      loop.advance(by: 4.9)
      loop.settle()
      #expect(done == 0)
      loop.advance(by: 0.2)
      loop.run(until: { done == 1 })
      kill(holder, SIGKILL)
      pool = nil
      loop.run(until: { hasEnded })
      #expect(done == 11 && errors == 1)
    }
  }

  @Test("a worker that is idle for long ends")
  func shrinking() {
    withLoop(manualTime: 100) { loop in
      var pids: [pid_t] = []
      var hasEnded = false
      var pool: Fork.Pool? = Fork.Pool(
        "pid", executable: program, max: 1, stop: 10, on: loop, on_destroy: { hasEnded = true })
      pool? { pids.append(pid_t($0?.first?.int ?? 0)) }
      loop.run(until: { pids.count == 1 })
      loop.advance(by: 9.9)
      pool? { pids.append(pid_t($0?.first?.int ?? 0)) }
      loop.run(until: { pids.count == 2 })
      #expect(pids[0] == pids[1])
      loop.advance(by: 10.1)
      loop.run(until: { kill(pids[0], 0) != 0 })
      pool = nil
      loop.run(until: { hasEnded })
    }
  }

  @Test("workers that are kept ready are there before they are needed")
  func idle() {
    withLoop(manualTime: 100) { loop in
      var errors: [String] = []
      var hasEnded = false
      var pool: Fork.Pool? = Fork.Pool(
        "nothing", executable: program, max: 5, idle: 2, on: loop,
        on_error: { errors.append($0) }, on_destroy: { hasEnded = true })
      loop.run(until: { errors.count == 2 })
      // Those that have failed are not started again at once.
      loop.settle()
      loop.advance(by: 0.9)
      loop.settle()
      #expect(errors.count == 2)
      loop.advance(by: 0.2)
      loop.run(until: { errors.count == 4 })
      #expect(errors.allSatisfy { $0.contains("there is no worker function") })
      #expect(pool != nil)
      pool = nil
      loop.run(until: { hasEnded })
    }
  }

  @Test("a worker that fails loses its calls; the pool goes on with others")
  func failing() {
    withLoop { loop in
      var notes: [String] = []
      var pool: Fork.Pool? = Fork.Pool(
        "exit", executable: program, max: 1, load: 1, on: loop,
        on_error: { _ in notes.append("error") }, on_destroy: { notes.append("end") })
      for _ in 0..<3 { pool?(3) { notes.append($0 == nil ? "nothing" : "results") } }
      pool = nil
      loop.run(until: { notes.last == "end" })
      #expect(notes == ["nothing", "error", "nothing", "error", "nothing", "error", "end"])
    }
  }
}
