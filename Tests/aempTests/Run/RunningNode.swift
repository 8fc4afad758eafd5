import Foundation
import Testing

/// `aemp run` as a process, whose output is waited for line by line.
///
/// Everything is killed after a while, so that a node which does not do what a test waits for ends the
/// wait, and its output with it.
final class RunningNode {
  let tool: ToolRunner
  let process: Process
  private let output: PipeReader
  private let errors: PipeReader

  /// Starts the tool; `shell` runs it by that instead, in which `$aemp` is its path.
  init(
    _ arguments: [String] = [], tool: ToolRunner? = nil, shell: String? = nil,
    environment: [String: String] = [:], binary: String? = nil, directory: String? = nil
  ) throws {
    let tool = try tool ?? ToolRunner()
    self.tool = tool
    let (process, input, output, errors) = tool.process(["run"] + arguments)
    if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
    if let binary { process.executableURL = URL(fileURLWithPath: binary) }
    if let shell {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", shell]
      process.environment?["aemp"] = ToolRunner.binary
    }
    process.environment?.merge(environment) { $1 }
    self.process = process
    self.output = PipeReader(output)
    self.errors = PipeReader(errors)
    try process.run()
    try input.fileHandleForWriting.close()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  /// The process that the user has started.
  var supervisor: pid_t { process.processIdentifier }

  /// The process that is the node.
  func worker() throws -> pid_t {
    try #require(workerIfAny, "there is no worker")
  }

  /// The same; nil when there is none at the moment.
  var workerIfAny: pid_t? {
    let path = "/proc/\(supervisor)/task/\(supervisor)/children"
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    return text.split(separator: " ").first.flatMap { pid_t($0) }
  }

  /// The next line of standard output.
  func line() throws -> String { try #require(lineIfAny(), "standard output ended") }

  /// The same; nil when nobody can write there any more.
  func lineIfAny() -> String? { output.line() }

  /// The next line of standard error.
  func complaint() throws -> String { try #require(errors.line(), "standard error ended") }

  /// The next line of standard error with this text.
  func complaint(with text: String) throws -> String {
    while true {
      let line = try complaint()
      if line.contains(text) { return line }
    }
  }

  /// Nobody reads standard output any more.
  func closeOutput() throws { try output.close() }

  /// What comes on standard output until nobody can write there any more.
  func restOfOutput() throws -> String { try output.rest() }

  /// The end of the process: its exit code, and what it and its worker have said and was not read yet.
  func end() throws -> ToolResult {
    let (output, complaints) = (try restOfOutput(), try errors.rest())
    process.waitUntilExit()
    try #require(process.terminationReason == .exit)
    return ToolResult(
      output: output, errors: complaints, code: process.terminationStatus)
  }

  /// Sends a signal to the supervisor.
  func signal(_ number: Int32) {
    kill(supervisor, number)
  }

  /// Waits until a process that is not ours is gone.
  static func waitForEnd(of pid: pid_t) -> Bool {
    let deadline = Date() + ToolRunner.limit
    while isRunning(pid) {
      if Date() > deadline { return false }
      sched_yield()
    }
    return true
  }

  /// Whether a process runs; one that only waits for its parent to look does not.
  static func isRunning(_ pid: pid_t) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let state = text.split(separator: ")").last?.split(separator: " ").first
    else { return false }
    return state != "Z" && state != "X"
  }
}
