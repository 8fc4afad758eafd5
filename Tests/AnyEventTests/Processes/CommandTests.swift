import AnyEvent
import Foundation
import TestSupport
import Testing

@Suite("run_cmd")
struct CommandTests {
  private func onLoop(_ body: (Loop) throws -> Void) throws {
    try withLoop { loop in try loop.perform { try body(loop) } }
  }

  /// Statuses as Perl's run_cmd has them.
  private static let lines: [(String, Int32)] = [
    ("true", 0), ("exit 3", 0x300), ("kill -9 $$", 9), ("no-such-program 2>&-", 0x7F00),
  ]

  @Test(
    "the status is that of waitpid, and tells what kept a command from running", arguments: lines)
  func shellStatus(_ line: String, _ status: Int32) throws {
    try onLoop { _ throws in #expect(try run_cmd(line).recv() == status) }
  }

  private static let lists: [([String], Int32)] = [
    (["true"], 0), (["sh", "-c", "exit 3"], 0x300), (["/nonexistent"], 0x7E00),
    (["/etc/passwd"], 0x7E00), (["/"], 0x7E00), ([""], 0x7E00),
  ]

  @Test("so it is without a shell", arguments: lists)
  func status(_ words: [String], _ status: Int32) throws {
    try onLoop { _ throws in
      var pid: Int32 = -1
      let cv = run_cmd(words, pid: &pid)
      #expect(!cv.ready)
      #expect(status == 126 << 8 ? pid == 0 : pid > 0)
      #expect(try cv.recv() == status)
    }
  }

  @Test("a file that cannot be opened is told by the status, and each callback once by nil")
  func missingFiles() throws {
    try onLoop { _ throws in
      var ends = 0
      let cv = run_cmd(
        "echo x", ["<": "/nonexistent/x", ">": .call { if $0 == nil { ends += 1 } }])
      #expect(ends == 0)
      #expect(try cv.recv() == 125 << 8)
      #expect(ends == 1)
      #expect(try run_cmd("true", ["2>": "/nonexistent/x"]).recv() == 125 << 8)
      #expect(try run_cmd("true", ["<": .file("/dev/null\0x")]).recv() == 125 << 8)
      #expect(try run_cmd("true", ["<": .fd(9999)]).recv() == 125 << 8)
    }
  }

  @Test("words with a zero byte start nothing, and the condition variable croaks")
  func zeroBytes() throws {
    try onLoop { _ throws in
      #expect(throws: SystemError.self) { try run_cmd(["echo", "a\0b"]).recv() }
    }
  }

  @Test("what is written is gathered, from several descriptors into one")
  func output() throws {
    try onLoop { _ throws in
      let (out, third) = (CommandOutput(), CommandOutput())
      let cv = run_cmd(
        "echo out; echo err >&2; echo three >&3", [">": .to(out), "2>": .to(out), "3>": .to(third)])
      #expect(try cv.recv() == 0)
      #expect(Set(out.text.split(separator: "\n")) == ["out", "err"])
      #expect(third.text == "three\n")
    }
  }

  @Test("what is handed in arrives whole, from bytes and from a callback, at any descriptor")
  func input() throws {
    try onLoop { _ throws in
      let text = String(repeating: "line\n", count: 100_000)
      let out = CommandOutput()
      #expect(try run_cmd(["cat"], ["<": .from(text), ">": .to(out)]).recv() == 0)
      #expect(out.text == text)
      var parts = ["one ", "two ", "three"]
      let cv = run_cmd(
        "cat <&5",
        [
          "5<": .supply { parts.isEmpty ? nil : Array(parts.removeFirst().utf8) }, ">": .to(out),
        ])
      out.bytes = []
      #expect(try cv.recv() == 0)
      #expect(out.text == "one two three")
      out.bytes = []
      #expect(try run_cmd(["wc", "-c"], ["<": .from([]), ">": .to(out)]).recv() == 0)
      #expect(out.text == "0\n")
    }
  }

  @Test("a command that does not read all breaks no pipe of ours, also on a host's loop")
  func brokenPipe() throws {
    let text = String(repeating: "x", count: 1_000_000)
    try onLoop { _ throws in
      #expect(try run_cmd("exec <&-; sleep 0", ["<": .from(text)]).recv() == 0)
    }
    let host = HostLoop()
    let loop = Loop(attachingTo: host.uv)
    var status: Int32?
    loop.perform {
      run_cmd(["head", "-c", "10"], ["<": .from(text), ">": "/dev/null"]).cb {
        status = try? $0.recv()
      }
    }
    host.run(until: { status != nil })
    #expect(status == 0)
    loop.close()
    host.close()
  }

  @Test("the callback gets what comes and then nil, once, and the condition variable waits for it")
  func callback() throws {
    try onLoop { _ throws in
      var heard: [String] = []
      // The grandchild keeps the pipe when the command has ended.
      let cv = run_cmd(
        "{ sleep 0.1; echo late; } & echo early",
        [
          ">": .call { heard.append($0.map { String(decoding: $0, as: UTF8.self) } ?? "end") }
        ])
      #expect(try cv.recv() == 0)
      #expect(heard.joined() == "early\nlate\nend")
    }
  }

  @Test("files and descriptors are handed on, and a later redirection of a number wins")
  func files() throws {
    let directory = try TemporaryDirectory()
    try directory.write("old and longer", to: "out")
    try directory.write("input", to: "in")
    let path = directory.path
    try onLoop { _ throws in
      let cv = run_cmd(
        ["cat"], ["<": .file(path + "/in"), ">": "/dev/null", "1>": .file("\(path)/out")])
      #expect(try cv.recv() == 0)
      #expect(try directory.text(of: "out") == "input")
      let ends = try #require(portable_pipe())
      defer {
        close(ends.r)
        close(ends.w)
      }
      #expect(try run_cmd("echo 3; echo 7 >&7", [">": .fd(ends.w), "7>": .fd(ends.w)]).recv() == 0)
      var bytes = [UInt8](repeating: 0, count: 16)
      #expect(read(ends.r, &bytes, 16) == 4)
    }
  }

  @Test("what one program writes into a pipe another one reads, however long it takes")
  func pipeline() throws {
    try onLoop { _ throws in
      let ends = try #require(portable_pipe())
      let out = CommandOutput()
      let reader = run_cmd(["cat"], ["<": .fd(ends.r), ">": .to(out)])
      let input = [UInt8](repeating: 0x78, count: 300_000)
      let writer = run_cmd(["cat"], ["<": .from(input), ">": .fd(ends.w)])
      close(ends.r)
      close(ends.w)
      #expect(try writer.recv() == 0)
      #expect(try reader.recv() == 0)
      #expect(out.bytes == input)
    }
  }

  @Test("descriptors may change places")
  func swapped() throws {
    let directory = try TemporaryDirectory()
    try directory.write("a", to: "a")
    try directory.write("b", to: "b")
    let a = open(directory.path + "/a", O_RDONLY | O_CLOEXEC)
    let b = open(directory.path + "/b", O_RDONLY | O_CLOEXEC)
    try onLoop { _ throws in
      let out = CommandOutput()
      var redirections: Redirections = [">": .to(out)]
      redirections.add("\(a)<", .fd(b))
      redirections.add("\(b)<", .fd(a))
      #expect(try run_cmd(["cat", "/dev/fd/\(a)", "/dev/fd/\(b)"], redirections).recv() == 0)
      #expect(out.text == "ba")
    }
    close(a)
    close(b)
  }

  @Test("close_all leaves the standard descriptors and the redirected ones")
  func closeAll() throws {
    // Of this process, and not closed in programs by itself.
    let stray = (0..<3).map { _ in fcntl(1, F_DUPFD, 20) }
    defer { for fd in stray { close(fd) } }
    try onLoop { _ throws in
      let out = CommandOutput()
      // The shell's own globbing opens one more; the numbers of the tests' files are below 20 or above.
      let line =
        "for n in \(stray.map { String($0) }.joined(separator: " ")) 5; do test -e /proc/$$/fd/$n && echo $n; done; true"
      let redirections: Redirections = [">": .to(out), "5<": "/dev/null"]
      #expect(try run_cmd(line, redirections, close_all: true).recv() == 0)
      #expect(out.text == "5\n")
      out.bytes = []
      #expect(try run_cmd(line, redirections).recv() == 0)
      #expect(out.text == stray.map { "\($0)\n" }.joined() + "5\n")
    }
  }

  @Test("directory, environment and process group")
  func surroundings() throws {
    let directory = try TemporaryDirectory()
    try onLoop { loop throws in
      let out = CommandOutput()
      let cv = run_cmd(
        "pwd -P; echo \"$NAME $HOME\"", [">": .to(out)], directory: directory.path,
        environment: ["NAME": "ä=b"])
      #expect(try cv.recv() == 0)
      #expect(out.text.hasSuffix("\nä=b \n"))
      #expect(out.text.contains(directory.path))
      var command = ChildCommand(shell: "sleep 100 & wait")
      command.leadsGroup = true
      var status: Int32?
      let running = loop.start(command) { status = try? $0.get() }
      #expect(getpgid(running.pid) == running.pid)
      kill(-running.pid, SIGTERM)
      loop.run(until: { status != nil })
      #expect(status == SIGTERM)
    }
  }

  @Test("a command can be cancelled, in its callbacks, too: it goes on, unheard, and is collected")
  func cancel() throws {
    try onLoop { loop throws in
      var running: RunningCommand?
      var command = ChildCommand(shell: "echo one; cat >/dev/null; exit 4")
      var calls = 0
      command.redirections = [
        ">": .call { _ in
          calls += 1
          running?.cancel()
          running?.cancel()
        }, "<": .supply { [1] },
      ]
      running = loop.start(command) { _ in Issue.record("it was cancelled") }
      let pid = try #require(running?.pid)
      loop.run(until: { calls > 0 })
      loop.run(until: { kill(pid, 0) != 0 })
      #expect(calls == 1)
    }
  }

  @Test("a loop that closes forgets its commands")
  func closing() throws {
    let loop = Loop()
    var pid: Int32 = 0
    loop.perform {
      run_cmd(
        "cat", [">": .call { _ in Issue.record("the loop is closed") }, "<": .supply { [1] }],
        pid: &pid)
      run_cmd(["/nonexistent"], [">": .call { _ in Issue.record("the loop is closed") }])
    }
    loop.close()
    #expect(loop.openHandles == 0)
    kill(pid, SIGKILL)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
  }

  @Test("many commands at once each end once")
  func many() throws {
    try onLoop { _ throws in
      let done = AE.cv()
      var sum = 0
      for number in 1...30 {
        done.begin()
        let out = CommandOutput()
        run_cmd("cat", ["<": .from("\(number)"), ">": .to(out)]).cb { _ in
          sum += Int(out.text) ?? 0
          done.end()
        }
      }
      try done.recv()
      #expect(sum == 465)
    }
  }
}
