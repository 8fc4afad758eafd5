import AnyEvent
import Foundation
import TestSupport
import Testing

@Suite("The debug shell")
struct DebugShellTests {
  /// Connects, gives commands, and returns all that the shell has written.
  private func ask(_ shell: DebugShell, _ commands: [String], on loop: Loop) -> String {
    var text = ""
    var hasEnded = false
    var visitor: Handle?
    visitor = Handle(
      connect: ("127.0.0.1", shell.service), on: loop,
      on_error: { _, _, _ in hasEnded = true },
      on_read: { handle in text += handle.rbuf.takeText() },
      on_eof: { _ in hasEnded = true })
    for command in commands + ["quit"] { visitor?.push_write(command + "\n") }
    loop.run(until: { hasEnded })
    visitor = nil
    return text
  }

  @Test("recorded watchers are listed with their kind, age and place, while they are active")
  func watchers() throws {
    try withLoop { loop in
      Debug.wrap(1, on: loop)
      let shell = try DebugShell("127.0.0.1", 0, on: loop)
      let timer = loop.timer(after: 100, interval: 5) {}
      let signal = loop.signal("USR2") {}
      let ended = loop.timer(after: 200) {}
      ended.cancel()
      var idle: IdleWatcher? = loop.idle {}
      idle = nil
      let text = ask(shell, ["wl DebugShellTests"], on: loop)
      #expect(idle == nil)
      #expect(text.contains(" s timer 5.0 s AnyEventTests/DebugShellTests.swift:"))
      #expect(text.contains(" s signal 12 AnyEventTests/DebugShellTests.swift:"))
      #expect(!text.contains("idle"))
      #expect(text.split(separator: "\n").count { $0.contains("DebugShellTests") } == 2)
      withExtendedLifetime((timer, signal)) {}
    }
  }

  @Test("what others add is listed, and what is unknown is answered with help")
  func topics() throws {
    try withLoop { loop in
      let shell = try DebugShell("127.0.0.1", 0, on: loop)
      let text = ask(shell, ["", "help", "wl", "nonsense\u{1b}[2J"], on: loop)
      #expect(text.hasPrefix("Process \(getpid())"))
      #expect(text.contains("wl [TEXT]"))
      #expect(text.contains("Watchers are not recorded: start the program with AE_DEBUG_WRAP=1"))
      #expect(text.contains("There is no command \"nonsense"))
      #expect(!text.contains("\u{1b}"))
    }
  }

  @Test("an address that others can reach is refused, and so are too many visitors and long lines")
  func limits() throws {
    try withLoop { loop in
      #expect(throws: SocketError.self) { try DebugShell("0.0.0.0", 0, on: loop) }
      let shell = try DebugShell("127.0.0.1", 0, on: loop)
      var texts = [String](repeating: "", count: 9)
      let visitors = texts.indices.map { place in
        Handle(
          connect: ("127.0.0.1", shell.service), on: loop, on_error: { _, _, _ in },
          on_read: { texts[place] += $0.rbuf.takeText() }, on_eof: { $0.destroy() })
      }
      loop.run(until: {
        texts.count { $0.hasPrefix("Process") } == 8 && visitors.contains { $0.destroyed }
      })
      #expect(texts.contains("There are 8 others already.\n"))
      let talker = try #require(visitors.first { !$0.destroyed })
      talker.push_write(String(repeating: "x", count: 10_000))
      loop.run(until: { talker.destroyed })
      shell.close()
      loop.run(until: { visitors.allSatisfy(\.destroyed) })
    }
  }

  @Test("a socket in the file system is its owner's alone, and goes with the shell")
  func paths() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/shell"
    try withLoop { loop in
      var shell: DebugShell? = try DebugShell("unix/", path, on: loop)
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
      #expect(shell?.service == path)
      shell = nil
      #expect(access(path, F_OK) != 0)
    }
  }

  @Test(
    "the environment asks for a shell, and for strict checks",
    .enabled(if: ProbeProgram.path != nil, "the program was not built, skipped"))
  func environment() throws {
    let directory = try TemporaryDirectory()
    let shell = try ProbeProgram.run(
      "AE_DEBUG_SHELL='\(directory.path)/shell-$$' AE_DEBUG_WRAP=1 \"$probe\" debug shell 2>&1")
    #expect(shell.output.contains(" s timer anyevent_process/Debugging.swift:"))
    #expect(shell.code == 0)
    let bad = try ProbeProgram.run("AE_DEBUG_SHELL=10.0.0.1:80 \"$probe\" debug shell 2>&1")
    #expect(bad.output.contains("AE_DEBUG_SHELL: "))
    #expect(bad.output.contains("a debug shell has no password"))
  }

  @Test(
    "AE_STRICT stops a program with a sentence where it would go on as if nothing were wrong",
    .enabled(if: ProbeProgram.path != nil, "the program was not built, skipped"),
    arguments: [
      ("closed", "was closed while a watcher waits for it", "Debugging.swift:"),
      ("time", "a timer's times are numbers of seconds", "Debugging.swift:"),
    ])
  func strict(_ mistake: String, _ sentence: String, _ place: String) throws {
    let strict = try ProbeProgram.run("AE_STRICT=1 \"$probe\" debug \(mistake) 2>&1")
    #expect(strict.output.contains(sentence))
    #expect(strict.output.contains(place))
    #expect(strict.code != 0)
    let plain = try ProbeProgram.run("\"$probe\" debug \(mistake) 2>&1")
    #expect(plain.output == "" && plain.code == 0)
  }
}
