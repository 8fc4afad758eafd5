import AnyEvent
import Foundation
import TestSupport
import Testing

@Suite(
  "Worker processes",
  .enabled(if: ProbeProgram.path != nil, "the program was not built, skipped"))
struct WorkerTests {
  private let program = ProbeProgram.path ?? ""

  /// Has a worker serve `body`, and waits for its end: the test's process would keep what is left of it.
  private func withWorker(
    _ function: String, on loop: Loop, on_event: (([Value]) -> Void)? = nil,
    _ body: (Fork.RPC) -> Void
  ) {
    var hasEnded = false
    // No variable may have a reference, which would go at the end of its scope.
    body(
      Fork.RPC(
        function, executable: program, on: loop, on_error: { _ in hasEnded = true },
        on_event: on_event, on_destroy: { hasEnded = true }))
    loop.run(until: { hasEnded })
  }

  @Test("a program starts itself as a worker, whatever bytes its path has")
  func ownProgram() throws {
    let result = try ProbeProgram.run(
      """
      folder=$(mktemp -d) && here=$folder/$(printf 'b\\344r') && mkdir "$here" && ln -s "$probe" "$here/program"
      "$here/program" workers 2>&1 | sort
      rm -rf "$folder"
      """)
    #expect(result.output == "pool [7]\nworker [3]\n")
  }

  @Test("calls are answered in order, with the results of the function")
  func calls() {
    withLoop { loop in
      var notes: [String] = []
      var rpc: Fork.RPC? = Fork.RPC(
        "sum", executable: program, on: loop, on_error: { notes.append($0) },
        on_destroy: { notes.append("end") })
      rpc?(1, 2, 3) { notes.append("\($0 ?? [])") }
      for number in 0..<3 { rpc?(number, "10") { notes.append("\($0 ?? [])") } }
      rpc = nil
      loop.run(until: { notes.last == "end" })
      #expect(notes == ["[6]", "[10]", "[11]", "[12]", "end"])
    }
  }

  @Test("large arguments and results pass whole")
  func large() {
    withLoop { loop in
      let text = String(repeating: "0123456789", count: 200_000)
      var lengths: [Int] = []
      withWorker("back", on: loop) { rpc in
        for _ in 0..<3 {
          rpc(text, 1, ["a": [1, 2]]) { lengths.append($0?.last?.string?.utf8.count ?? -1) }
        }
      }
      #expect(lengths == [2_000_000, 2_000_000, 2_000_000])
    }
  }

  @Test("a function that answers later answers each call once, whatever the order")
  func later() {
    withLoop { loop in
      var answers: [String] = []
      withWorker("reverse", on: loop) { rpc in
        for call in ["a", "b", "c"] { rpc(3, call) { answers.append("\(call) \($0 ?? [])") } }
      }
      #expect(answers == [#"c ["c"]"#, #"b ["b"]"#, #"a ["a"]"#])
      var forgotten: [Value]?
      withWorker("forget", on: loop) { rpc in rpc(1) { forgotten = $0 } }
      #expect(forgotten == [])
    }
  }

  @Test("a worker tells its parent of events, and has the parent's environment but no worker's")
  func events() {
    withLoop { loop in
      var events: [[Value]] = []
      var results: [Value]?
      withWorker("events", on: loop, on_event: { events.append($0) }) { rpc in
        rpc("work") { results = $0 }
      }
      #expect(results == ["done"])
      #expect(events == [["begun", "work"]])
      withWorker("environment", on: loop) { rpc in rpc { results = $0 } }
      #expect(results == [true, true])
    }
  }

  @Test(
    "a worker that ends too early is one error with its reason, and its calls have no results",
    arguments: [
      ("refuse", "it does not want to"), ("refuse later", "it does not want to"),
      ("nan", "what it says cannot be sent"), ("exit", "exited with code 7"),
      ("nothing", "there is no worker function called \"nothing\""),
      ("lie", "it sends what is no answer"),
    ])
  func failures(_ function: String, _ reason: String) {
    withLoop { loop in
      var notes: [String] = []
      var rpc: Fork.RPC? = Fork.RPC(
        function, executable: program, on: loop, on_error: { notes.append($0) },
        on_destroy: { notes.append("end") })
      rpc?(7) { notes.append($0 == nil ? "nothing" : "results") }
      rpc?(7) { notes.append($0 == nil ? "nothing" : "results") }
      loop.run(until: { notes.count == 3 })
      #expect(notes.prefix(2) == ["nothing", "nothing"])
      #expect(notes.last?.contains(reason) == true, "\(notes)")
      rpc?(7) { notes.append($0 == nil ? "late" : "results") }
      #expect(notes.count == 3)
      loop.run(until: { notes.count == 4 })
      #expect(notes.last == "late")
      rpc = nil
      loop.settle()
      #expect(notes.count == 4)
    }
  }

  @Test("a call that cannot be sent has no results, and the others are done")
  func unsendable() {
    withLoop { loop in
      var answers: [String] = []
      withWorker("sum", on: loop) { rpc in
        rpc(1) { answers.append("\($0 ?? [])") }
        rpc(Double.nan) { answers.append($0 == nil ? "nothing" : "results") }
        rpc(2) { answers.append("\($0 ?? [])") }
      }
      #expect(answers.sorted() == ["[1]", "[2]", "nothing"])
    }
  }

  @Test("what a worker has started and left behind does not hide its end")
  func leftBehind() {
    withLoop { loop in
      var sleeper: Int?
      var notes: [String] = []
      let rpc = Fork.RPC(
        "leave", executable: program, on: loop, on_error: { notes.append($0) },
        on_event: { sleeper = $0.first?.int })
      rpc { notes.append($0 == nil ? "nothing" : "results") }
      loop.run(until: { notes.count == 2 })
      #expect(notes.first == "nothing" && notes.last?.contains("it does not want to") == true)
      if let sleeper { kill(pid_t(sleeper), SIGKILL) }
      withExtendedLifetime(rpc) {}
    }
  }

  @Test("a killed worker, and a program that does not exist or is no worker, are errors")
  func deaths() {
    withLoop { loop in
      var notes: [String] = []
      let rpc = Fork.RPC("pid", executable: program, on: loop, on_error: { notes.append($0) })
      rpc { if let pid = $0?.first?.int { kill(pid_t(pid), SIGKILL) } }
      loop.run(until: { notes.count == 1 })
      #expect(notes.last?.hasSuffix("signal 9 has killed it") == true)
      let absent = Fork.RPC(
        "pid", executable: "/nonexistent", on: loop, on_event: { notes.append("\($0)") })
      loop.run(until: { notes.count == 2 })
      #expect(notes.last?.contains("its program cannot be executed") == true)
      let other = Fork.RPC("pid", executable: "/bin/true", on: loop, on_error: { notes.append($0) })
      loop.run(until: { notes.count == 3 })
      #expect(
        notes.last?.contains("exited with code 0; does its program call Fork.serve()") == true)
      withExtendedLifetime((rpc, absent, other)) {}
    }
  }

  @Test("a loop that is closed ends its workers and calls nobody")
  func closing() throws {
    var calls = 0
    var pids: [Int] = []
    do {
      let loop = Loop()
      let rpc = Fork.RPC("pid", executable: program, on: loop, on_error: { _ in calls += 1 })
      let pool = Fork.Pool("pid", executable: program, on: loop, on_error: { _ in calls += 1 })
      rpc { if let pid = $0?.first?.int { pids.append(pid) } }
      pool { if let pid = $0?.first?.int { pids.append(pid) } }
      while pids.count < 2 { loop.runOnce() }
      rpc { _ in calls += 1 }
      pool { _ in calls += 1 }
      loop.close()
      withExtendedLifetime((rpc, pool)) {}
    }
    // The workers exit by themselves, and nobody else waits for them.
    for pid in pids { #expect(waitpid(pid_t(pid), nil, 0) == pid) }
    #expect(calls == 0)
  }

  @Test("a worker that can never answer ends with a sentence")
  func stuck() {
    withLoop { loop in
      var notes: [String] = []
      var rpc: Fork.RPC? = Fork.RPC(
        "reverse", executable: program, on: loop, on_error: { notes.append($0) })
      rpc?(2, 1) { notes.append($0 == nil ? "nothing" : "results") }
      rpc = nil
      loop.run(until: { notes.count == 2 })
      #expect(notes.first == "nothing")
      #expect(notes.last?.contains("has not answered all calls") == true)
    }
  }

  @Test("the last reference may go on another thread")
  func threads() {
    withLoop { loop in
      loop.runOnce(waiting: false)
      var hasEnded = false
      var answer: [Value]?
      do {
        let rpc = Fork.RPC("sum", executable: program, on: loop, on_destroy: { hasEnded = true })
        rpc(1, 1) { answer = $0 }
        let box = Unmanaged.passRetained(rpc)
        Thread.detachNewThread { box.release() }
      }
      loop.run(until: { hasEnded })
      #expect(answer == [2])
    }
  }
}
