import Foundation
import Testing

/// Standard descriptors that are closed, or take nothing.
@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct ClosedOutputTests {
  /// Runs a command of the tool in a shell, where `$aemp` is its path.
  private func run(_ script: String, _ network: TestNetwork) throws -> ToolResult {
    let (process, input, output, errors) = network.tool.process(["-c", script])
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.environment?["aemp"] = ToolRunner.binary
    try process.run()
    try input.fileHandleForWriting.close()
    let written = try output.fileHandleForReading.readToEnd() ?? Data()
    let complaints = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    withExtendedLifetime(network) {}
    return ToolResult(
      output: String(decoding: written, as: UTF8.self),
      errors: String(decoding: complaints, as: UTF8.self), code: process.terminationStatus)
  }

  @Test("with closed descriptors a command does what it can, and no connection takes their place")
  func closed() throws {
    let network = try TestNetwork()
    #expect(try run("\"$aemp\" snd seed/1 devnull <&- >&- 2>&-", network) == ToolResult())
    #expect(try run("\"$aemp\" nodes <&- >&- 2>&-", network) == ToolResult(code: 1))
    #expect(
      try run("\"$aemp\" nodes >&-", network)
        == ToolResult(errors: "aemp: cannot write the output: Bad file descriptor\n", code: 1))
    #expect(try run("\"$aemp\" shell <&-", network) == ToolResult())
    #expect(
      try run("\"$aemp\" setsecret - <&-", network)
        == ToolResult(
          errors: "aemp: cannot read standard input: Bad file descriptor; pipe one line into it\n",
          code: 1))
  }

  @Test("output that cannot be written is complained about once")
  func full() throws {
    let network = try TestNetwork()
    let node = try network.start("worker/1")
    #expect(try network.run("wait", "node", "worker/1") == ToolResult())
    let complaint = "aemp: cannot write the output: No space left on device\n"
    #expect(
      try run("\"$aemp\" nodes >/dev/full", network) == ToolResult(errors: complaint, code: 1))
    #expect(
      try run("\"$aemp\" trace >/dev/full", network) == ToolResult(errors: complaint, code: 1))
    withExtendedLifetime(node) {}
  }
}
