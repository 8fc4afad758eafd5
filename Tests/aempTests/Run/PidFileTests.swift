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

  /// The id of a process that runs no more.
  private static func endedProcess() throws -> Int32 {
    let process = try Process.run(URL(fileURLWithPath: "/bin/true"), arguments: [])
    process.waitUntilExit()
    return process.processIdentifier
  }

  @Test("the file holds the process id, and goes with it")
  func life() throws {
    let file = try PidFile(path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(getpid())\n")
    #expect(try files == ["node.pid"])
    file.remove()
    #expect(try files == [])
  }

  @Test("a file whose process runs no more is replaced")
  func stale() throws {
    // Our own number is that of a process before us, as we have no file yet.
    for text in ["\(try Self.endedProcess())\n", "\(getpid())", "", " \n"] {
      try write(text)
      let file = try PidFile(path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(getpid())\n")
      #expect(try files == ["node.pid"])
      file.remove()
    }
  }

  @Test("a file whose process runs is left alone")
  func running() throws {
    try write("\(getppid())\n")
    #expect(
      problem(path)
        == "the pid file \(path) names process \(getppid()), which is running; stop that, or name another file"
    )
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(getppid())\n")
    #expect(try files == ["node.pid"])
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
