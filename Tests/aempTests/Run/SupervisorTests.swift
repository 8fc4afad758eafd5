import Foundation
import Testing

/// How a node ends and begins again.
@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct SupervisorTests {
  private static let node = ["nodeid", "test/node", "binds", "127.0.0.1:*", "secret", "geheimnis"]

  /// Whether a line says that the node is ready.
  private func isReady(_ line: String) -> Bool {
    line.wholeMatch(of: /test\/node\t127\.0\.0\.1:[0-9]+/) != nil
  }

  @Test("a worker that crashes comes back, with one line about it; a signal then ends both")
  func crash() throws {
    let node = try RunningNode(Self.node)
    #expect(isReady(try node.line()))
    let first = try node.worker()
    kill(first, SIGKILL)
    #expect(isReady(try node.line()))
    let second = try node.worker()
    #expect(first != second)
    kill(second, SIGUSR1)
    #expect(isReady(try node.line()))
    let third = try node.worker()
    node.signal(SIGTERM)
    let result = try node.end()
    #expect(result.code == 0)
    #expect(result.output == "")
    #expect(RunningNode.waitForEnd(of: third))
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(
      lines.first?.hasSuffix(
        " warn  aemp: node process \(first) was killed by signal 9 (Killed); starting it again in 0.1 s."
      ) == true)
    #expect(
      lines.last?.hasSuffix(
        " warn  aemp: node process \(second) was killed by signal 10 (User defined signal 1); starting it again in 0.2 s."
      ) == true)
  }

  @Test("a worker that is told to end ends both, and well", arguments: [SIGTERM, SIGINT])
  func workerTold(_ signal: Int32) throws {
    let node = try RunningNode(Self.node)
    #expect(isReady(try node.line()))
    kill(try node.worker(), signal)
    #expect(try node.end() == ToolResult())
  }

  @Test("a terminal's interrupt reaches both, and nothing is said twice")
  func interrupt() throws {
    for isWorkerFirst in [true, false] {
      let node = try RunningNode(Self.node)
      #expect(isReady(try node.line()))
      let worker = try node.worker()
      for pid in isWorkerFirst ? [worker, node.supervisor] : [node.supervisor, worker] {
        kill(pid, SIGINT)
      }
      #expect(try node.end() == ToolResult())
    }
  }

  @Test("a signal that comes before the node is ready ends both")
  func early() throws {
    let node = try RunningNode(Self.node)
    var worker: pid_t?
    while worker == nil, node.process.isRunning { worker = node.workerIfAny }
    node.signal(SIGTERM)
    let result = try node.end()
    #expect(result.code == 0)
    #expect(result.errors == "")
    #expect(RunningNode.waitForEnd(of: try #require(worker)))
  }

  @Test("HUP has the node read its configuration again, and both may get it")
  func hangUp() throws {
    let tool = try ToolRunner()
    let settings =
      #""nodeid": "test/node", "binds": ["127.0.0.1:*"], "secret": "geheimnis geheimnis""#
    try tool.write("{\(settings), \"log_level\": \"error\"}")
    let node = try RunningNode(tool: tool)
    #expect(isReady(try node.line()))
    let worker = try node.worker()
    try tool.write("{\(settings), \"log_level\": \"note\", \"heartbeat\": 3}")
    kill(worker, SIGHUP)
    node.signal(SIGHUP)
    #expect(try node.complaint(with: "heartbeat").hasSuffix("reload: heartbeat is 3 instead of 5."))
    #expect(try node.complaint().hasSuffix("reload: log_level is note instead of error."))
    try tool.write("{\(settings),")
    node.signal(SIGHUP)
    let line = try node.complaint()
    #expect(line.contains("the configuration stays as it was: \(tool.file):1:"))
    #expect(!line.contains("geheimnis"))
    #expect(try node.worker() == worker)
    node.signal(SIGTERM)
    #expect(try node.end() == ToolResult())
  }

  @Test("who started the tool so that it bears HUP has nothing read again")
  func noHangUp() throws {
    let node = try RunningNode(
      shell: "trap '' HUP; exec \"$aemp\" run " + Self.node.joined(separator: " "))
    #expect(isReady(try node.line()))
    let worker = try node.worker()
    kill(worker, SIGHUP)
    node.signal(SIGHUP)
    kill(worker, SIGKILL)
    #expect(isReady(try node.line()))
    // The one line is about the crash.
    node.signal(SIGTERM)
    let result = try node.end()
    #expect(result.output == "")
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test("when the supervisor is killed the worker ends by itself")
  func orphan() throws {
    let node = try RunningNode(Self.node)
    #expect(isReady(try node.line()))
    let worker = try node.worker()
    node.signal(SIGKILL)
    // Its end of standard output is the last one.
    #expect(try node.restOfOutput() == "")
    #expect(RunningNode.waitForEnd(of: worker))
  }

  @Test("a worker that gives no sign of life is killed and comes back")
  func heartbeat() throws {
    let node = try RunningNode(["--heartbeat", "1"] + Self.node)
    #expect(isReady(try node.line()))
    let worker = try node.worker()
    kill(worker, SIGSTOP)
    #expect(isReady(try node.line()))
    #expect(!RunningNode.isRunning(worker))
    node.signal(SIGTERM)
    let result = try node.end()
    #expect(result.code == 0)
    #expect(result.errors.split(separator: "\n").count == 1)
    #expect(
      result.errors.hasSuffix(
        " warn  aemp: node process \(worker) gave no sign of life for 1 s and was killed; starting it again in 0.1 s.\n"
      ))
  }

  @Test("a worker that cannot end is killed after a while")
  func stuckAtEnd() throws {
    let node = try RunningNode(Self.node)
    #expect(isReady(try node.line()))
    let worker = try node.worker()
    kill(worker, SIGSTOP)
    node.signal(SIGTERM)
    let result = try node.end()
    #expect(result.code == 0)
    #expect(result.errors.split(separator: "\n").count == 1)
    #expect(
      result.errors.hasSuffix(
        " warn  aemp: node process \(worker) was told to end and is still there after 5 s; killing it.\n"
      ))
    #expect(RunningNode.waitForEnd(of: worker))
  }

  @Test("a node whose configuration is broken later is tried again until it is repaired")
  func brokenLater() throws {
    let tool = try ToolRunner()
    try tool.write(#"{"nodeid": "test/node", "binds": ["127.0.0.1:*"]}"#)
    let node = try RunningNode(tool: tool)
    #expect(isReady(try node.line()))
    try tool.write(#"{"nodeid": 7}"#.replacing("7", with: "{}"))
    kill(try node.worker(), SIGKILL)
    #expect(try node.complaint().contains(" was killed by signal 9 "))
    let line = try node.complaint()
    #expect(line.contains(" warn  aemp: node process "))
    #expect(line.contains(" failed: nodeid in \(tool.file) is an object but must be a string; "))
    #expect(line.hasSuffix("; starting it again in 0.2 s."))
    try tool.write(#"{"nodeid": "test/node", "binds": ["127.0.0.1:*"]}"#)
    #expect(isReady(try node.line()))
    node.signal(SIGTERM)
    #expect(try node.end().code == 0)
  }

  @Test("after an update the new program is started, once it is there")
  func update() throws {
    let tool = try ToolRunner()
    let program = tool.directory + "/node-program"
    try FileManager.default.linkItem(atPath: try #require(ToolRunner.binary), toPath: program)
    let node = try RunningNode(Self.node, tool: tool, binary: program)
    #expect(isReady(try node.line()))
    unlink(program)
    kill(try node.worker(), SIGKILL)
    #expect(try node.complaint().contains(" was killed by signal 9 "))
    #expect(
      try node.complaint().hasSuffix(
        " warn  aemp: the node process failed: cannot start \(program): No such file or directory; starting it again in 0.2 s."
      ))
    try "#!/bin/sh\necho \"$@\"; exit 0\n".write(
      toFile: program + ".new", atomically: false, encoding: .utf8)
    chmod(program + ".new", 0o755)
    rename(program + ".new", program)
    #expect(try node.line() == "--worker")
    let result = try node.end()
    #expect(result.code == 0)
    #expect(result.output == "")
  }

  @Test("the secret is in nobody's arguments or environment")
  func secret() throws {
    let node = try RunningNode(Self.node)
    #expect(isReady(try node.line()))
    for pid in [node.supervisor, try node.worker()] {
      for file in ["cmdline", "environ"] {
        let text = try #require(FileManager.default.contents(atPath: "/proc/\(pid)/\(file)"))
        #expect(!text.isEmpty)
        #expect(!String(decoding: text, as: UTF8.self).contains("geheimnis"))
      }
    }
    node.signal(SIGTERM)
    #expect(try node.end() == ToolResult())
  }
}
