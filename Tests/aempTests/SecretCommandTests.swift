import Foundation
import Testing

@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct SecretCommandTests {
  @Test("gensecret makes a secret of 180 characters, another one each time, and prints nothing")
  func generate() throws {
    let tool = try ToolRunner()
    var seen: Set<String> = []
    for _ in 0..<3 {
      #expect(try tool.run("gensecret") == ToolResult())
      let text = try tool.text()
      let line = try #require(text.split(separator: "\n").first { $0.contains("\"secret\"") })
      let secret = try #require(line.split(separator: "\"").dropFirst(3).first)
      #expect(secret.count == 180)
      seen.insert(String(secret))
    }
    #expect(seen.count == 3)
    let mode = try FileManager.default.attributesOfItem(atPath: tool.file)[.posixPermissions]
    #expect(mode as? Int == 0o600)
  }

  @Test(
    "a secret is read from standard input, without its line end",
    arguments: ["grün", "grün\n", "grün\r\n"])
  func fromInput(_ input: String) throws {
    let tool = try ToolRunner()
    #expect(try tool.run("setsecret", "-", input: input) == ToolResult())
    #expect(try tool.text() == "{\n   \"secret\" : \"grün\",\n   \"version\" : 1\n}\n")
  }

  @Test("a secret on standard input that cannot be used is refused, and there is no file")
  func badInput() throws {
    let tool = try ToolRunner()
    #expect(
      try tool.run("setsecret", "-")
        == ToolResult(
          errors: "aemp: the secret is empty; run \"aemp gensecret\" to get a good one\n", code: 1))
    #expect(
      try tool.run("setsecret", "-", input: "a\nb\n")
        == ToolResult(
          errors: """
            aemp: standard input must hold one line of UTF-8 of at most 65536 bytes; pipe only the \
            secret

            """, code: 1))
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == [])
  }

  @Test("several secrets can be set while the network changes its secret, and are not shown")
  func severalSecrets() throws {
    let tool = try ToolRunner()
    #expect(try tool.run("setsecrets", "neu,alt", "setsecret", "alt") == ToolResult())
    #expect(try tool.text().contains("\"neu\""))
    let shown = try tool.run("showconfig")
    #expect(shown.output.contains("\"secrets\" : \"********\""))
    #expect(!shown.output.contains("neu") && !shown.output.contains("alt"))
    #expect(try tool.run("showconfig", "--reveal").output.contains("neu"))
    #expect(try tool.run("delsecrets") == ToolResult())
    #expect(try tool.text() == "{\n   \"secret\" : \"alt\",\n   \"version\" : 1\n}\n")
  }

  @Test("a secret on the command line is gone from the list of processes")
  func overwritten() throws {
    let tool = try ToolRunner()
    let (process, input, _, _) = tool.process(["setsecret", "geheim", "setsecret", "-"])
    try process.run()
    let path = "/proc/\(process.processIdentifier)/cmdline"
    let deadline = Date(timeIntervalSinceNow: 60)
    var line = ""
    // The process waits for its input: it is seen as it is while it lives.
    repeat {
      line = String(
        decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    } while !line.hasSuffix("setsecret\0xxxxxx\0setsecret\0-\0") && Date() < deadline
    #expect(line.hasSuffix("setsecret\0xxxxxx\0setsecret\0-\0"))
    try input.fileHandleForWriting.write(contentsOf: Data("anders".utf8))
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(try tool.text().contains("\"anders\""))
  }
}
