import Foundation
import Testing

/// Files and arguments as shells and containers hand them on.
@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct StrangePlaceTests {
  private func shell(_ tool: ToolRunner, _ script: String) throws -> ToolResult {
    let (process, input, output, errors) = tool.process(["-c", "cd '\(tool.directory)'\n" + script])
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.environment?["aemp"] = ToolRunner.binary
    process.environment?["PATH"] = "/usr/bin:/bin:/usr/sbin:/sbin"
    try process.run()
    try input.fileHandleForWriting.close()
    let written = try output.fileHandleForReading.readToEnd() ?? Data()
    let complaints = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return ToolResult(
      output: String(decoding: written, as: UTF8.self),
      errors: String(decoding: complaints, as: UTF8.self), code: process.terminationStatus)
  }

  @Test(
    "an argument that is not UTF-8 is refused, with nothing of it shown, and nothing is done",
    arguments: [
      (#"setsecret "$(printf 'gr\374n')""#, 2), (#"setseed h:1 profile "$(printf '\377')""#, 4),
      (#"run nodeid a binds "$(printf '[\303]')""#, 5), (#""$(printf '[\"\200\"]')""#, 1),
    ])
  func arguments(_ arguments: String, _ number: Int) throws {
    let tool = try ToolRunner()
    #expect(
      try shell(tool, "\"$aemp\" \(arguments)")
        == ToolResult(
          errors:
            "aemp: argument \(number) is not UTF-8; type it on a terminal that uses UTF-8, or write it in JSON with \\u and four digits\n",
          code: 2))
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == [])
  }

  @Test("bytes in HOME and AE_MP_RC that are not UTF-8 lead to exactly that file")
  func environment() throws {
    let tool = try ToolRunner()
    let result = try shell(
      tool,
      #"""
      unset AE_MP_RC
      HOME=$(printf '%s/h\377' "$PWD") && export HOME && mkdir "$HOME" && "$aemp" addseed h:1 &&
        test -f "$HOME/.perl-anyevent-mp" &&
        AE_MP_RC=$(printf 'rc\303\050') "$aemp" addseed h:2 && test -f "$(printf 'rc\303\050')" &&
        test "$(ls | wc -l)" = 2 && AE_MP_RC=$(printf 'rc\303\050') "$aemp" showconfig
      """#)
    #expect(result.errors == "")
    #expect(result.code == 0)
    #expect(result.output.contains("h:2"))
  }

  @Test("a program in a directory whose name is not UTF-8 starts its node")
  func program() throws {
    let tool = try ToolRunner()
    let node = try RunningNode(
      tool: tool,
      shell: #"""
        mkdir "$(printf 'd\377')" && ln -s "$aemp" "$(printf 'd\377/aemp')" &&
          exec "$(printf 'd\377/aemp')" run nodeid a binds '[]'
        """#, directory: tool.directory)
    #expect(try node.line() == "a\t")
    node.signal(SIGTERM)
    #expect(try node.end().code == 0)
  }

  @Test("a file that is mounted by itself is written to, and the old one kept")
  func mounted() throws {
    let tool = try ToolRunner()
    let result = try shell(
      tool,
      """
      unshare -rm true 2>/dev/null || { echo none; exit 0; }
      echo '{"seeds": ["a:1", "b:2", "c:3", "d:4"]}' >outside && : >rc || exit 1
      exec unshare -rm sh -c '
        mount --bind outside rc && "$aemp" delseed a:1,b:2,c:3 && cat outside && cat rc~ && ls'
      """)
    // Where nobody may mount there is nothing to see.
    if result.output == "none\n" { return }
    #expect(result.errors == "")
    #expect(result.code == 0)
    let expected = """
      {
         "seeds" : [
            "d:4"
         ],
         "version" : 1
      }
      {"seeds": ["a:1", "b:2", "c:3", "d:4"]}
      outside
      rc
      rc~

      """
    #expect(result.output == expected)
  }
}
