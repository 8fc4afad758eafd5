import Foundation
import TestSupport

/// What a run of the built binary gave.
struct ToolResult: Equatable {
  var output = ""
  var errors = ""
  var code: Int32 = 0
}

/// Runs the built binary with a configuration file of its own.
final class ToolRunner {
  private let folder: TemporaryDirectory
  var directory: String { folder.path }

  /// The built binary; nil when the tests were built without it.
  static let binary: String? = {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let candidates = [
      bundle.deletingLastPathComponent().appendingPathComponent("aemp"),
      package.appendingPathComponent(".build/debug/aemp"),
    ]
    return candidates.map(\.path).first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// What tells a sanitizer which of its findings are none: the tool was built with the same one.
  static let sanitizer = ProcessInfo.processInfo.environment.filter {
    $0.key.hasSuffix("SAN_OPTIONS")
  }

  init() throws {
    folder = try TemporaryDirectory()
  }

  /// The configuration file.
  lazy var file = directory + "/rc"

  func write(_ text: String) throws {
    try text.write(toFile: file, atomically: false, encoding: .utf8)
  }

  func text(_ suffix: String = "") throws -> String {
    try String(contentsOfFile: file + suffix, encoding: .utf8)
  }

  /// The time that a process may take, in seconds: far more than any needs on the slowest machine.
  static let limit = 240.0

  /// A process that was not started yet, with its pipes.
  ///
  /// One that waits for what never comes is killed at the limit: a test fails then, and doesn't wait
  /// for ever itself.
  func process(_ arguments: [String]) -> (Process, input: Pipe, output: Pipe, errors: Pipe) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.binary ?? "/nonexistent")
    process.arguments = arguments
    process.environment = Self.sanitizer.merging(["AE_MP_RC": file, "HOME": directory]) { $1 }
    let pipes = (Pipe(), Pipe(), Pipe())
    process.standardInput = pipes.0
    process.standardOutput = pipes.1
    process.standardError = pipes.2
    DispatchQueue.global().asyncAfter(deadline: .now() + Self.limit) { [weak process] in
      if let process, process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
    return (process, pipes.0, pipes.1, pipes.2)
  }

  /// Runs the binary and waits for its end; both pipes are read before waiting.
  func run(_ arguments: String..., input: String = "") throws -> ToolResult {
    try run(arguments, input: input)
  }

  /// Runs the binary and waits for its end.
  func run(_ arguments: [String], input: String = "") throws -> ToolResult {
    let (process, stdin, stdout, stderr) = process(arguments)
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    // Standard error holds a sentence at most: it can't fill its pipe while we read the other.
    let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
    let errors = try stderr.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return ToolResult(
      output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self), code: process.terminationStatus)
  }
}
