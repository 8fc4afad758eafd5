import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct TopCommandTests {
  @Test("without a terminal both tables are printed once, and nothing else")
  func plain() throws {
    let network = try TestNetwork()
    _ = try network.start("worker/1")
    let result = try network.run("top", "--interval", "0.2")
    #expect(result.code == 0 && result.errors == "", "\(result)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 6, "\(result)")
    #expect(lines[0].hasPrefix("NODE") && lines[3].hasPrefix("FROM"))
    #expect(lines[1].hasPrefix("seed/1") && lines[1].contains("global"))
    #expect(lines[2].hasPrefix("worker/1") && lines[2].contains(" up "))
    // The second look has the counts that make a rate.
    #expect(lines[1].split(separator: " ")[2] != "-")
  }

  @Test("without any node to be reached it ends with the sentence of other commands")
  func noNetwork() throws {
    let tool = try ToolRunner()
    try tool.write(
      "{\"secret\": \"\(String(repeating: "geheim", count: 10))\", \"seeds\": [\"127.0.0.1:1\"]}")
    let result = try tool.run("top")
    #expect(result.code == 3 && result.errors.hasPrefix("aemp: the seed cannot be reached: "))
  }

  @Test(
    "a terminal is given back as it was, whether a key or a signal ends it",
    arguments: [nil, SIGINT, SIGTERM, SIGHUP])
  func terminal(_ signal: Int32?) throws {
    let network = try TestNetwork()
    let terminal = try Terminal()
    let (process, _) = try terminal.start(
      network.tool, "top", inputHere: true, outputHere: true)
    try terminal.wait(for: "\u{1b}[?1049h")
    try terminal.wait(for: "seed/1")
    #expect(!terminal.isEchoing)
    if let signal {
      kill(process.processIdentifier, signal)
    } else {
      try terminal.type("q")
    }
    try terminal.wait(for: "\u{1b}[?1049l")
    process.waitUntilExit()
    #expect(process.terminationStatus == 0 && process.terminationReason == .exit)
    #expect(terminal.isEchoing)
  }

  @Test(
    "a network that is disturbed is watched in a terminal: what stands still, and that it goes on",
    .enabled(if: Tmux.path != nil, "tmux is not installed, skipped"))
  func disturbed() throws {
    let network = try TestNetwork(seedSettings: "\"heartbeat_timeout\": 300")
    let node = try network.start("worker/1")
    let binary = try #require(ToolRunner.binary)
    let tmux = try Tmux(
      "AE_MP_RC=\(network.tool.file) HOME=\(network.tool.directory) \(binary) top --interval 0.2; echo ended $?; exec cat",
      width: 100, height: 20)
    defer { tmux.end() }
    try tmux.wait("the node is up") { $0.contains(#/worker\/1 +up /#) && $0.contains("global") }
    let worker = try node.worker()
    kill(worker, SIGSTOP)
    defer { kill(worker, SIGCONT) }
    try tmux.wait("the node is silent") { $0.contains(#/worker\/1 +silent/#) }
    kill(worker, SIGCONT)
    try tmux.wait("the node is up again") { $0.contains(#/worker\/1 +up /#) }
    // Sorted by the number of restarts, and the links.
    try tmux.type("ss")
    try tmux.wait("the column is marked") { $0.contains("MSG/S*") }
    try tmux.type("l")
    try tmux.wait("the links are shown") {
      $0.contains("FROM*") && $0.contains(#/worker\/1 +seed\/1/#)
    }
    try tmux.type("n/work")
    try tmux.wait("the filter works") { !$0.contains("seed/1") && $0.contains("filter: work_") }
    try tmux.type("\u{d}")
    try tmux.wait("the filter stays") { !$0.contains("seed/1") && $0.contains("only \"work\"") }
    try tmux.run("resize-window", "-x", "40", "-y", "6")
    try tmux.wait("the window is smaller") {
      $0.split(separator: "\n").allSatisfy { $0.count <= 40 } && $0.contains("worker/1")
    }
    try network.kill(node)
    try tmux.wait("the node is gone") { $0.contains(#/worker\/1 +silent/#) }
    try tmux.type("q")
    try tmux.wait("the terminal is given back") { $0.contains("ended 0") && !$0.contains("worker") }
  }
}

/// A terminal of tmux, on a server of its own.
final class Tmux {
  private let folder: TemporaryDirectory
  private var socket: String { folder.path + "/tmux" }

  /// The program; nil where it is not installed.
  static let path = ["/usr/bin/tmux", "/usr/local/bin/tmux"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  private static let withoutDescriptors =
    #"for f in /proc/$$/fd/*; do n=${f##*/}; [ "$n" -le 2 ] || eval "exec $n>&-"; done; exec "$0" "$@""#

  /// Runs a line of the shell in a window of this size.
  init(_ line: String, width: Int, height: Int) throws {
    folder = try TemporaryDirectory()
    try run(
      "-f", "/dev/null", "new-session", "-d", "-x", "\(width)", "-y", "\(height)", "sh", "-c", line)
  }

  /// Gives tmux a command.
  @discardableResult
  func run(_ arguments: String...) throws -> String {
    let process = Process()
    // The server that the first command starts outlives it, and must not hold open by what
    // descriptors Foundation notices the end of a process.
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments =
      ["-c", Self.withoutDescriptors, Self.path ?? "/nonexistent", "-u", "-S", socket] + arguments
    process.environment = ToolRunner.sanitizer.merging([
      "TERM": "xterm", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
    ]) { $1 }
    // For the same reason this is no pipe.
    let path = folder.path + "/output"
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try process.run()
    process.waitUntilExit()
    let text = try Data(contentsOf: URL(fileURLWithPath: path))
    try #require(process.terminationStatus == 0, "tmux \(arguments)")
    return String(decoding: text, as: UTF8.self)
  }

  /// Types keys.
  func type(_ keys: String) throws { try run("send-keys", "-l", keys) }

  /// Looks at the screen until it is as wanted.
  func wait(_ what: String, _ isWanted: (String) -> Bool) throws {
    let deadline = Date() + ToolRunner.limit
    var screen = ""
    repeat {
      screen = try run("capture-pane", "-p")
      if isWanted(screen) { return }
    } while Date() < deadline
    try #require(Bool(false), "not so: \(what)\n\(screen)")
  }

  /// Ends the server and what runs in it.
  func end() { _ = try? run("kill-server") }
}
