import Foundation
import Testing

/// `aemp run` as a process, whose output is waited for line by line.
///
/// Everything is killed after a while, so that a node which does not do what a test waits for ends the
/// wait, and its output with it.
final class RunningNode {
  static let limit = 60.0

  let tool: ToolRunner
  let process: Process
  private let output: Pipe
  private let errors: Pipe
  private var written = Data()
  private var complaints = Data()
  private let watchdog: DispatchWorkItem

  /// Starts the tool; `shell` runs it by that instead, in which `$aemp` is its path.
  init(
    _ arguments: [String] = [], tool: ToolRunner? = nil, shell: String? = nil,
    environment: [String: String] = [:], binary: String? = nil
  ) throws {
    let tool = try tool ?? ToolRunner()
    self.tool = tool
    let (process, input, output, errors) = tool.process(["run"] + arguments)
    if let binary { process.executableURL = URL(fileURLWithPath: binary) }
    if let shell {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", shell]
      process.environment?["aemp"] = ToolRunner.binary
    }
    process.environment?.merge(environment) { $1 }
    self.process = process
    self.output = output
    self.errors = errors
    try process.run()
    try input.fileHandleForWriting.close()
    let pid = process.processIdentifier
    watchdog = DispatchWorkItem { kill(pid, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + Self.limit, execute: watchdog)
  }

  deinit {
    watchdog.cancel()
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
  func line() throws -> String {
    try #require(lineIfAny(), "standard output ended")
  }

  /// The same; nil when nobody can write there any more.
  func lineIfAny() -> String? {
    Self.line(of: output, &written)
  }

  /// The next line of standard error.
  func complaint() throws -> String {
    try #require(Self.line(of: errors, &complaints), "standard error ended")
  }

  /// The next line of standard error with this text.
  func complaint(with text: String) throws -> String {
    while true {
      let line = try complaint()
      if line.contains(text) { return line }
    }
  }

  private static func line(of pipe: Pipe, _ rest: inout Data) -> String? {
    while true {
      if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: rest[..<end], as: UTF8.self)
        rest = Data(rest[(end + 1)...])
        return line
      }
      let data = pipe.fileHandleForReading.availableData
      if data.isEmpty { return nil }
      rest += data
    }
  }

  /// Nobody reads standard output any more.
  func closeOutput() throws {
    try output.fileHandleForReading.close()
  }

  /// What comes on standard output until nobody can write there any more.
  func restOfOutput() throws -> String {
    written += try output.fileHandleForReading.readToEnd() ?? Data()
    return String(decoding: written, as: UTF8.self)
  }

  /// The end of the process: its exit code, and what it and its worker have said and was not read yet.
  func end() throws -> ToolResult {
    let output = try restOfOutput()
    complaints += try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationReason == .exit)
    return ToolResult(
      output: output, errors: String(decoding: complaints, as: UTF8.self),
      code: process.terminationStatus)
  }

  /// Sends a signal to the supervisor.
  func signal(_ number: Int32) {
    kill(supervisor, number)
  }

  /// Waits until a process that is not ours is gone.
  static func waitForEnd(of pid: pid_t) -> Bool {
    let deadline = Date() + limit
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
