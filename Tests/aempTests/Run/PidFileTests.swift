import Foundation
import Testing

@testable import aemp

struct PidFileTests {
  private let tool: ToolRunner
  private var path: String { tool.directory + "/node.pid" }

  init() throws {
    tool = try ToolRunner()
  }

  private func write(_ text: String) throws {
    try text.write(toFile: path, atomically: false, encoding: .utf8)
  }

  private var files: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: tool.directory) }
  }

  /// The sentence that refuses the file.
  private func problem(_ path: String) -> String? {
    do throws(PidFile.Problem) {
      _ = try PidFile(path)
      return nil
    } catch {
      return error.sentence
    }
  }

  @Test("the file holds the process id, and goes with it")
  func life() throws {
    let file = try PidFile(path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(getpid())\n")
    #expect(try files == ["node.pid"])
    file.remove()
    #expect(try files == [])
  }

  @Test("a file that nobody holds is replaced, whoever has its number by now")
  func stale() throws {
    for text in ["\(getppid())\n", "1\n", "\(getpid())", "", " \n"] {
      try write(text)
      let file = try PidFile(path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(getpid())\n")
      #expect(try files == ["node.pid"])
      file.remove()
    }
  }

  @Test("a file that its process holds is left alone, whatever number is in it")
  func running() throws {
    for (text, holder) in [
      ("4194305\n", "names process 4194305, which"), ("", "is held by a process that"),
    ] {
      try write(text)
      let holding = open(path, O_RDONLY)
      #expect(flock(holding, LOCK_EX) == 0)
      #expect(
        problem(path)
          == "the pid file \(path) \(holder) is running; stop that, or name another file")
      #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
      #expect(try files == ["node.pid"])
      // With its process the lock goes.
      close(holding)
      let file = try PidFile(path)
      #expect(problem(path)?.contains("names process \(getpid()), which is running") == true)
      file.remove()
    }
  }

  @Test("programs that are started do not hold the file")
  func started() throws {
    var file: PidFile? = try PidFile(path)
    let child = try Process.run(URL(fileURLWithPath: "/bin/sleep"), arguments: ["60"])
    withExtendedLifetime(file) {}
    file = nil
    let next = try PidFile(path)
    next.remove()
    kill(child.processIdentifier, SIGKILL)
    child.waitUntilExit()
  }

  @Test(
    "a file that holds something else is left alone", arguments: ["precious", "1 2", "-1", "0"])
  func otherFile(_ text: String) throws {
    try write(text)
    #expect(
      problem(path)
        == "the file \(path) holds something else than a process id; name another pid file")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    #expect(try files == ["node.pid"])
  }

  @Test("what is no regular file, or cannot be written, costs a sentence")
  func unusable() throws {
    #expect(
      problem(tool.directory)
        == "the pid file \(tool.directory) is no regular file; name another one")
    #expect(
      problem("/dev/null/x")
        == "cannot write the pid file /dev/null/x: Not a directory; correct that, or name another file"
    )
    symlink("/dev/null", path)
    #expect(problem(path)?.hasPrefix("cannot read the pid file \(path): ") == true)
  }

  @Test("a file that somebody else has put in its place stays")
  func notOurs() throws {
    let file = try PidFile(path)
    unlink(path)
    try write("other")
    file.remove()
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "other")
  }
}
