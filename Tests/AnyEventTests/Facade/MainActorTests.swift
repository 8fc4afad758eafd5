import AnyEvent
import Foundation
import TestSupport
import Testing

/// Tests' own threads are never the main one: what needs it runs as a program of its own.
///
/// The program is compiled against the modules and object files beside the test executable.
private struct Program {
  private static let products =
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
  private static let package =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static let compiler: URL? =
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { URL(fileURLWithPath: String($0)).appendingPathComponent("swiftc") }
    .first { FileManager.default.isExecutableFile(atPath: $0.path) }

  /// The option for the sanitizer that this build's object files need, if any.
  private static let sanitizer: [String] =
    Sanitizer.current.map { ["-sanitize=\($0)"] } ?? []

  /// Whether there is a compiler and this build has object files.
  static var canBeBuilt: Bool {
    compiler != nil && !objects("AnyEvent").isEmpty && !objects("AEValue").isEmpty
  }

  private static func objects(_ module: String) -> [String] {
    let folder = products.appendingPathComponent("\(module).build").path
    let sources = package.appendingPathComponent("Sources/\(module)").path
    // By the sources: objects of files that are gone may still lie about.
    let files = (try? FileManager.default.subpathsOfDirectory(atPath: sources)) ?? []
    return files.filter { $0.hasSuffix(".swift") || $0.hasSuffix(".c") }
      .map { "\(folder)/\(URL(fileURLWithPath: $0).lastPathComponent).o" }
      .filter { FileManager.default.fileExists(atPath: $0) }
  }

  /// Compiles and runs a `main.swift`; its exit code and what it printed.
  static func run(_ source: String) async throws -> (code: Int32, output: String) {
    // Waiting for processes would take a thread from the other tests.
    nonisolated(unsafe) var result: Result<(code: Int32, output: String), any Error>?
    await onOtherThread { result = Result { try compileAndRun(source) } }
    return try #require(result).get()
  }

  private static func compileAndRun(_ source: String) throws -> (code: Int32, output: String) {
    let directory = try TemporaryDirectory()
    let folder = URL(fileURLWithPath: directory.path)
    let main = folder.appendingPathComponent("main.swift")
    try (safety + source).write(to: main, atomically: true, encoding: .utf8)
    let binary = folder.appendingPathComponent("program")
    let built = try launch(
      try #require(compiler),
      [
        main.path, "-o", binary.path, "-module-name", "Program", "-swift-version", "6",
        "-default-isolation", "MainActor", "-enable-upcoming-feature",
        "NonisolatedNonsendingByDefault", "-I", products.appendingPathComponent("Modules").path,
        "-Xcc", "-fmodule-map-file=\(package.path)/CLibUV/module.modulemap", "-luv",
        "-Xcc", "-fmodule-map-file=\(package.path)/CCares/module.modulemap", "-lcares",
        "-Xcc", "-fmodule-map-file=\(package.path)/COpenSSL/module.modulemap",
        "-Xcc",
        "-fmodule-map-file=\(package.path)/Sources/CAEBasics/include/module.modulemap",
      ] + sanitizer
        + ["AnyEvent", "AEValue", "AEOpenSSL", "CAEBasics"].flatMap { objects($0) })
    try #require(built.code == 0, "\(built.output)")
    return try launch(binary, [])
  }

  /// Ends a program that hangs; the tests' threads, whose signal mask it inherits, block signals.
  private static let safety = """
    import Glibc

    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    sigprocmask(SIG_SETMASK, &noSignals, nil)
    alarm(200)

    """

  private static func launch(
    _ executable: URL, _ arguments: [String]
  ) throws -> (code: Int32, output: String) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = executable
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}

@Suite(
  "The main actor on the default loop",
  .enabled(if: Program.canBeBuilt, "there is no swiftc, skipped"))
struct MainActorTests {
  @Test("tasks of the main actor run while recv has the main thread, and waiting costs nothing")
  func tasks() async throws {
    let result = try await Program.run(
      """
      import AnyEvent

      func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
      }

      let first = AE.cv(String.self)
      let second = AE.cv(Int.self)
      Task {
        await Task.yield()
        first.send("from a task")
        let number = try await second.value
        print("awaited", number)
      }
      print(try first.recv())
      let timer = AE.timer(0.001, 0) { second.send(6) }
      print("received", try second.recv())
      // An eventfd that nobody reads would keep the loop spinning from here on.
      let before = processorTime()
      let idle = AE.cv()
      let end = AE.timer(0.5, 0) { idle.send() }
      try idle.recv()
      let used = processorTime() - before
      print(used < 0.1 ? "idle" : "busy for \\(used) s")
      """)
    #expect(result.code == 0)
    let lines = result.output.split(separator: "\n")
    #expect(lines.first == "from a task")
    #expect(lines.last == "idle")
    #expect(Set(lines) == ["from a task", "awaited 6", "received 6", "idle"])
  }

  @Test("awaiting a value where nobody runs the loop runs it, with its tasks")
  func awaitingAlone() async throws {
    let result = try await Program.run(
      """
      import AnyEvent

      let first = AE.cv(Int.self)
      let timer = AE.timer(0.01, 0) { first.send(1) }
      print(try await first.value)
      let second = AE.cv(Int.self)
      Task { second.send(try await first.value + 1) }
      print(try await second.value)
      """)
    #expect(result.code == 0)
    #expect(result.output == "1\n2\n")
  }

  @Test("awaiting a value where the loop cannot run stops with a sentence that says what to do")
  func awaitingElsewhere() async throws {
    let result = try await Program.run(
      """
      import AnyEvent

      let cv = AE.cv(Int.self)
      try await Task.sleep(nanoseconds: 1)
      print(try await cv.value)
      """)
    #expect(result.code != 0)
    #expect(result.output.contains("a top-level await or an async main moves the program off"))
  }

  @Test("a top-level await before recv stops with a sentence that says what to do")
  func topLevelAwait() async throws {
    let result = try await Program.run(
      """
      import AnyEvent

      try await Task.sleep(nanoseconds: 1)
      let cv = AnyEvent.CondVar<Void>(on: .default)
      try cv.recv()
      """)
    #expect(result.code != 0)
    #expect(result.output.contains("a top-level await or an async main moves the program off"))
  }

  @Test("AE.run runs the loop until its closure is done, and is for the top level only")
  func running() async throws {
    let result = try await Program.run(
      """
      import AnyEvent

      struct Failure: Error {}

      let text = try AE.run {
        let cv = AE.cv(String.self)
        let w = AE.timer(0.001, 0) { cv.send("value") }
        try await Task.sleep(nanoseconds: 1)
        defer { w.cancel() }
        return try await cv.value
      }
      print(text)
      do { try AE.run { throw Failure() } } catch { print(error) }
      try AE.run {
        do { try AE.run {} } catch { print(error) }
        let cv = AE.cv(Int.self)
        let w = AE.timer(0, 0) {
          do { try AE.run {} } catch { print(error) }
          cv.send(3)
        }
        print(try await Task.detached { try await cv.value }.value)
        w.cancel()
      }
      """)
    #expect(result.code == 0)
    let nested = "\(CondVarError.nestedRun)"
    #expect(
      result.output.split(separator: "\n").map(String.init)
        == ["value", "Failure()", nested, nested, "3"])
  }

  @Test("who awaits what an async main has left unserved gets an error, and the log says so")
  func deserted() async throws {
    let result = try await Program.run(
      """
      import AnyEvent

      let cv = AE.cv(Int.self)
      let w = AE.timer(0.001, 0) { cv.send(1) }
      let waiting = Task.detached { try await cv.value }
      do { print(try await waiting.value) } catch { print(error) }
      do { try AE.run {} } catch { print(error) }
      """)
    #expect(result.code == 0)
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 3)
    #expect(lines.first?.contains("the watchers of the default loop are cancelled") == true)
    #expect(lines.dropFirst() == ["\(CondVarError.desertedLoop)", "\(CondVarError.desertedLoop)"])
  }

  @Test("a wait that ends while the default loop does not run goes on when it does")
  func endedOutside() async throws {
    let result = try await Program.run(
      """
      import AnyEvent

      let first = AE.cv(Int.self)
      let second = AE.cv(Int.self)
      nonisolated(unsafe) var begun = 0
      Loop.default.task {
        begun += 1
        print("of the loop", try await first.value)
      }
      Task {
        begun += 1
        print("of the main actor", try await second.value)
      }
      while begun < 2 { Loop.default.runOnce(waiting: false) }
      first.send(1)
      second.send(2)
      Loop.default.run()
      print("done")
      """)
    #expect(result.code == 0)
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(Set(lines.prefix(2)) == ["of the loop 1", "of the main actor 2"])
    #expect(lines.dropFirst(2) == ["done"])
  }

  @Test("a task that has not gone on when the default loop ends does so on the main queue")
  func endedWithLoop() async throws {
    let result = try await Program.run(
      """
      import AnyEvent
      import Dispatch

      let value = AE.cv(Int.self)
      let end = AE.cv()
      Task {
        print("went on with", try await value.value)
        exit(0)
      }
      let timer = AE.timer(0.01, 0) {
        value.send(1)
        end.send()
      }
      try end.recv()
      dispatchMain()
      """)
    #expect(result.code == 0)
    #expect(result.output == "went on with 1\n")
  }

  @Test("sleeping, child tasks, groups and cancellation work on the main actor, beside other loops")
  func structured() async throws {
    let result = try await Program.run(
      """
      import AnyEvent

      func pause(_ number: Int) async throws -> Int {
        try await AE.sleep(0.001)
        return number
      }

      try AE.run {
        async let first = pause(1)
        try await Task.sleep(nanoseconds: 1)
        async let direct: Void = Loop.default.sleep(0.001)
        try await direct
        print(try await first)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
          for number in 1...3 { group.addTask { try await pause(number) } }
          var sum = 0
          for try await number in group { sum += number }
          return sum
        }
        print(sum)
        let task = Loop.default.task {
          MainActor.assertIsolated()
          try await AE.sleep(1000)
        }
        await Task.yield()
        task.cancel()
        do { try await task.value } catch { print(error) }
        let thread = LoopThread()
        let isThere = try await thread.loop.task {
          try await AE.sleep(0.001)
          return thread.loop.isOnLoop && !Loop.default.isOnLoop
        }.value
        print(isThere)
        thread.stop()
        await thread.join()
      }
      """)
    #expect(result.code == 0)
    #expect(result.output == "1\n6\nCancellationError()\ntrue\n")
  }
}
