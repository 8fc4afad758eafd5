import Foundation
import Testing

/// The program `anyevent-process`, started by a shell with whatever that hands on.
struct ProbeProgram {
  /// The built program; nil when the tests were built without it.
  static let path: String? = {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return [
      bundle.deletingLastPathComponent().appendingPathComponent("anyevent-process"),
      package.appendingPathComponent(".build/debug/anyevent-process"),
    ].map(\.path).first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// The safety net, in seconds.
  private static let limit = 30.0

  /// A shell that runs `script`, in which `$probe` is the program; it is killed when it hangs.
  static func shell(_ script: String, _ environment: [String: String] = [:]) throws -> Process {
    let program: String = try #require(path, "the program was not built")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.environment?["probe"] = program
    DispatchQueue.global().asyncAfter(deadline: .now() + limit) { [weak process] in
      if let process, process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
    return process
  }

  /// Runs a script to its end and returns what it has written, and how it ended.
  static func run(_ script: String) throws -> (output: String, code: Int32) {
    let process = try shell(script)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (String(decoding: bytes, as: UTF8.self), process.terminationStatus)
  }
}
